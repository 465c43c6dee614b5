"""A clinical trial, whatever format it was read from, and the sections that its document has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from apothecary.documents.model import Document
from apothecary.documents.prose import read_date, tidy_text

SOURCE = "trials"
LICENCE = "ClinicalTrials.gov record (NLM)"
NCT = re.compile(r"NCT\d{8}")


class Arm(NamedTuple):
    """One arm, group or cohort."""

    label: str
    kind: str
    description: str


class Intervention(NamedTuple):
    """What is given or done."""

    kind: str
    name: str
    description: str


class Outcome(NamedTuple):
    """What the protocol says will be measured; kind is primary, secondary or other."""

    kind: str
    measure: str
    time_frame: str
    description: str


class Measured(NamedTuple):
    """One value of one group, as stated."""

    value: str
    spread: str
    low: str
    high: str


class Analysis(NamedTuple):
    """One statistical comparison, as stated."""

    groups: list[str]
    method: str
    p: str
    estimate: str
    value: str
    percent: str
    low: str
    high: str


@dataclass
class Result:
    """One outcome with what was found; groups by their id, rows as (class or category, values by group id)."""

    kind: str
    title: str
    time_frame: str
    description: str
    population: str
    unit: str
    param: str
    dispersion: str
    groups: dict[str, str]
    analysed: dict[str, str]
    rows: list[tuple[str, dict[str, Measured]]]
    analyses: list[Analysis]


@dataclass
class Trial:
    """What the formats have in common."""

    nct: str
    format: str
    title: str = ""
    official_title: str = ""
    status: str = ""
    why_stopped: str = ""
    posted: str = ""
    updated: str = ""
    study_type: str = ""
    phases: list[str] = field(default_factory=list)
    design: dict[str, str] = field(default_factory=dict)
    enrollment: str = ""
    enrollment_type: str = ""
    conditions: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    arms: list[Arm] = field(default_factory=list)
    interventions: list[Intervention] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    summary: str = ""
    description: str = ""
    criteria: str = ""
    population: str = ""
    sex: str = ""
    minimum_age: str = ""
    maximum_age: str = ""
    healthy: str = ""
    limitations: str = ""
    condition_terms: list[str] = field(default_factory=list)
    intervention_terms: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    has_results: bool = False
    is_withheld: bool = False


def speak(value: str) -> str:
    """A coded value as the older formats write it: NOT_YET_RECRUITING is "Not yet recruiting", PHASE2 "Phase 2"."""
    if value in ("NA", "N/A"):
        return "Not applicable"
    if not re.fullmatch(r"[A-Z][A-Z0-9_]+", value):
        return value
    return re.sub(r"Phase(\d)", r"Phase \1", value.replace("_", " ").capitalize())


def describe_trial(trial: Trial, *, file: str, record: int) -> Document:
    """A trial to its document, with what must be noticed."""
    document = Document(SOURCE, trial.nct, trial.format, trial.title or trial.official_title, LICENCE)
    document.date, document.revised = read_date(trial.posted), read_date(trial.updated)
    document.types = [text for text in (trial.study_type, *trial.phases) if text]
    document.subjects, document.chemicals = trial.condition_terms, trial.intervention_terms
    document.keywords = trial.keywords
    document.sections = [(name, text) for name, text in list_sections(trial) if text]
    document.file, document.record = file, record
    named = NCT.search(file.rpartition("!")[2])
    if named and named[0] != trial.nct:
        document.notices.append(f"the file is named {named[0]}")
    if trial.is_withheld or trial.status == "Withheld":
        document.notices.append("withheld")
    if trial.has_results:
        document.notices.append("has results")
    if trial.status in ("Withdrawn", "Terminated", "Suspended"):
        document.notices.append(trial.status.lower())
    if not trial.summary:
        document.notices.append("no summary")
    return document


def list_sections(trial: Trial) -> Iterator[tuple[str, str]]:
    """A trial's sections by name; those that say nothing are empty."""
    yield "title", trial.title
    yield "official title", trial.official_title if trial.official_title != trial.title else ""
    yield "summary", trial.summary
    yield "description", trial.description
    yield "conditions", join_lines(trial.conditions)
    yield "design", describe_design(trial)
    yield "arms", join_lines(describe_item(arm.label, arm.kind, arm.description) for arm in trial.arms)
    yield "interventions", join_lines(describe_item(one.name, one.kind, one.description) for one in trial.interventions)
    for kind in ("primary", "secondary", "other"):
        found = [one for one in trial.outcomes if one.kind == kind]
        yield (
            f"outcomes/{kind}",
            join_lines(describe_item(one.measure, one.time_frame, one.description) for one in found),
        )
    yield "eligibility", describe_eligibility(trial)
    for result in trial.results:
        yield f"results/{result.kind}", describe_result(result)
    yield "results/limitations", trial.limitations


def join_lines(lines: Iterator[str] | list[str]) -> str:
    """Texts to a list of them, one a line."""
    return "\n".join(f"- {line}" for line in lines if line)


def describe_item(name: str, kind: str, description: str) -> str:
    """A name, its kind in brackets, and what is said of it."""
    head = f"{name} ({kind})" if kind else name
    return f"{head}: {tidy_text(description.replace(chr(10), ' '))}" if description else head


def state_lines(*lines: tuple[str, str]) -> str:
    """Named values to one line each; those without a value are left out."""
    return "\n".join(f"{name}: {value}" for name, value in lines if value)


def describe_design(trial: Trial) -> str:
    """Type, phase, allocation, masking, size and status of a trial, one a line."""
    size = f"{trial.enrollment} ({trial.enrollment_type.lower()})" if trial.enrollment_type else trial.enrollment
    return state_lines(
        ("Study type", trial.study_type),
        ("Phase", ", ".join(trial.phases)),
        *trial.design.items(),
        ("Enrolment", size),
        ("Status", trial.status),
        ("Why stopped", trial.why_stopped),
    )


def describe_eligibility(trial: Trial) -> str:
    """Who may take part: ages, sex and criteria."""
    limits = state_lines(
        ("Minimum age", trial.minimum_age),
        ("Maximum age", trial.maximum_age),
        ("Sex", trial.sex),
        ("Healthy volunteers", trial.healthy),
        ("Population", trial.population),
    )
    return "\n\n".join(part for part in (limits, trial.criteria) if part)


def describe_result(result: Result) -> str:
    """An outcome with its values: a line for each group, row and analysis."""
    how = ", ".join(part for part in (result.param, result.dispersion) if part)
    lines = [
        state_lines(
            ("Outcome", result.title),
            ("Time frame", result.time_frame),
            ("Description", tidy_text(result.description.replace("\n", " "))),
            ("Population", tidy_text(result.population.replace("\n", " "))),
            ("Unit", f"{result.unit} ({how})" if how else result.unit),
        )
    ]
    for label, values in result.rows:
        lines.extend([f"{label}:"] if label else [])
        lines.extend(describe_value(result, group, value) for group, value in values.items())
    lines.extend(describe_analysis(result, analysis) for analysis in result.analyses)
    return "\n".join(line for line in lines if line)


def describe_value(result: Result, group: str, measured: Measured) -> str:
    """The value of one group: "- Placebo (n = 4): 19.63 (15.56 to 22.64)"."""
    count = f" (n = {result.analysed[group]})" if group in result.analysed else ""
    spread = f" (± {measured.spread})" if measured.spread else ""
    span = f" ({measured.low} to {measured.high})" if measured.low and measured.high else ""
    return f"- {result.groups.get(group, group)}{count}: {measured.value}{spread}{span}"


def describe_analysis(result: Result, analysis: Analysis) -> str:
    """One comparison in a line; nothing where neither a P value nor an estimate is stated."""
    p = analysis.p.lstrip("= ")
    shown = f"P {p[0]} {p[1:].lstrip('= ')}" if p.startswith(("<", ">")) else f"P = {p}"
    span = (
        f" ({analysis.percent or '?'} % CI {analysis.low} to {analysis.high})" if analysis.low and analysis.high else ""
    )
    estimate = f"{analysis.estimate or 'Estimate'} = {analysis.value}{span}" if analysis.value else ""
    parts = [part for part in (analysis.method, shown if p else "", estimate) if part]
    if not p and not estimate:
        return ""
    between = " vs ".join(result.groups.get(group, group) for group in analysis.groups)
    return f"Analysis ({between}): {'; '.join(parts)}" if between else f"Analysis: {'; '.join(parts)}"
