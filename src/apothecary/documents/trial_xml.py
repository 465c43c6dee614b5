"""ClinicalTrials.gov classic XML in, trials out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.documents.model import Failure, Item
from apothecary.documents.prose import collect_text, tidy_lines
from apothecary.documents.trial import (
    NCT,
    Analysis,
    Arm,
    Intervention,
    Measured,
    Outcome,
    Result,
    Trial,
    describe_trial,
    speak,
)
from apothecary.engine.xml import ByteStream, iter_records

DESIGN = {
    "Allocation": "allocation",
    "Model": "intervention_model",
    "Purpose": "primary_purpose",
    "Masking": "masking",
    "Time perspective": "time_perspective",
}


def read_trials_xml(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """An XML stream to its trials and failures; SourceError where the file cannot be read on."""
    number = 0
    for number, study in enumerate(iter_records(stream, ("clinical_study",), name=file), 1):
        trial = read_study(study)
        if not NCT.fullmatch(trial.nct):
            yield Failure(file, number, None, "no NCT number", repr(trial.nct)[:80])
            continue
        yield describe_trial(trial, file=file, record=number)
    if not number:
        yield Failure(file, None, None, "the XML holds no trials", "no <clinical_study>")


def find_text(element: ET.Element, path: str) -> str:
    """The text at a path, on one line."""
    return collect_text(element.find(path))


def find_lines(element: ET.Element, path: str) -> str:
    """The text at a path with its paragraphs and lists."""
    found = element.find(path)
    return "" if found is None else tidy_lines("".join(found.itertext()))


def find_texts(element: ET.Element, path: str) -> list[str]:
    """The texts at a path."""
    return [text for found in element.findall(path) if (text := collect_text(found))]


def read_study(study: ET.Element) -> Trial:
    """A clinical_study to its trial."""
    trial = Trial(find_text(study, "id_info/nct_id"), "trial xml classic")
    trial.title, trial.official_title = find_text(study, "brief_title"), find_text(study, "official_title")
    trial.status, trial.why_stopped = find_text(study, "overall_status"), find_text(study, "why_stopped")
    trial.posted = find_text(study, "study_first_posted") or find_text(study, "study_first_submitted")
    trial.updated = find_text(study, "last_update_posted") or find_text(study, "lastchanged_date")
    trial.study_type = find_text(study, "study_type")
    phase = find_text(study, "phase")
    trial.phases = (
        [speak(one) for one in phase.split("/")] if phase == "N/A" else [one for one in phase.split("/") if one]
    )
    trial.design = {
        name: text for name, tag in DESIGN.items() if (text := find_text(study, f"study_design_info/{tag}"))
    }
    observed = find_text(study, "study_design_info/observational_model")
    if observed:
        trial.design.setdefault("Model", observed)
    enrollment = study.find("enrollment")
    trial.enrollment = collect_text(enrollment)
    trial.enrollment_type = "" if enrollment is None else enrollment.get("type", "")
    trial.conditions, trial.keywords = find_texts(study, "condition"), find_texts(study, "keyword")
    trial.summary, trial.description = find_lines(study, "brief_summary"), find_lines(study, "detailed_description")
    read_eligibility(trial, study)
    trial.arms = [
        Arm(find_text(arm, "arm_group_label"), find_text(arm, "arm_group_type"), find_lines(arm, "description"))
        for arm in study.findall("arm_group")
    ]
    trial.interventions = [
        Intervention(
            find_text(one, "intervention_type"), find_text(one, "intervention_name"), find_lines(one, "description")
        )
        for one in study.findall("intervention")
    ]
    trial.outcomes = [
        Outcome(kind, find_text(one, "measure"), find_text(one, "time_frame"), find_lines(one, "description"))
        for kind in ("primary", "secondary", "other")
        for one in study.findall(f"{kind}_outcome")
    ]
    trial.condition_terms = find_texts(study, "condition_browse/mesh_term")
    trial.intervention_terms = find_texts(study, "intervention_browse/mesh_term")
    trial.has_results = study.find("clinical_results") is not None
    trial.limitations = find_lines(study, "clinical_results/limitations_and_caveats")
    trial.results = [read_result(one) for one in study.iterfind("clinical_results/outcome_list/outcome")]
    return trial


def read_eligibility(trial: Trial, study: ET.Element) -> None:
    """Who may take part, into the trial."""
    trial.criteria = find_lines(study, "eligibility/criteria")
    trial.population = find_lines(study, "eligibility/study_pop")
    trial.sex = find_text(study, "eligibility/gender")
    ages = [find_text(study, f"eligibility/{end}_age") for end in ("minimum", "maximum")]
    trial.minimum_age, trial.maximum_age = ("" if age == "N/A" else age for age in ages)
    healthy = find_text(study, "eligibility/healthy_volunteers")
    trial.healthy = "Yes" if healthy == "Accepts Healthy Volunteers" else healthy


def read_result(found: ET.Element) -> Result:
    """One outcome of a trial's results."""
    measure = found.find("measure")
    measure = ET.Element("measure") if measure is None else measure
    counts = measure.findall("analyzed_list/analyzed")[:1]
    rows: list[tuple[str, dict[str, Measured]]] = []
    for one in measure.iterfind("class_list/class"):
        for category in one.iterfind("category_list/category"):
            label = ", ".join(part for part in (find_text(one, "title"), find_text(category, "title")) if part)
            values = {value.get("group_id", ""): read_value(value) for value in category.iter("measurement")}
            rows.append((label, values))
    return Result(
        kind=find_text(found, "type").lower(),
        title=find_text(found, "title"),
        time_frame=find_text(found, "time_frame"),
        description=find_lines(found, "description"),
        population=find_lines(found, "population"),
        unit=find_text(measure, "units"),
        param=find_text(measure, "param"),
        dispersion=find_text(measure, "dispersion"),
        groups={group.get("group_id", ""): find_text(group, "title") for group in found.iterfind("group_list/group")},
        analysed={count.get("group_id", ""): count.get("value", "") for part in counts for count in part.iter("count")},
        rows=rows,
        analyses=[read_analysis(one) for one in found.iterfind("analysis_list/analysis")],
    )


def read_value(value: ET.Element) -> Measured:
    """One measurement; its text is a comment on it and not read."""
    stated = (value.get(name, "") for name in ("value", "spread", "lower_limit", "upper_limit"))
    return Measured(*(re.sub(r"\s+", " ", text).strip() for text in stated))


def read_analysis(found: ET.Element) -> Analysis:
    """One comparison."""
    stated = ("method", "p_value", "param_type", "param_value", "ci_percent", "ci_lower_limit", "ci_upper_limit")
    return Analysis(find_texts(found, "group_id_list/group_id"), *(find_text(found, name) for name in stated))
