"""ClinicalTrials.gov JSON in: API v2 studies and search responses, classic full studies, JSON lines; trials out.

The two generations say the same under other names; `V2` and `CLASSIC` hold the names. A file is held whole, so it may
have at most MAX_BYTES; larger search results come in pages or as a zip of studies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from apothecary.documents.model import Failure, Item
from apothecary.documents.prose import tidy_lines, tidy_text
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
from apothecary.documents.trial_names import CLASSIC, V2, Names
from apothecary.engine.xml import ByteStream
from apothecary.errors import SourceError

MAX_BYTES = 2**26
ESCAPED = re.compile(r"\\([<>\[\]*_~^#])")


def read_trials_json(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """A JSON stream to its trials and failures; SourceError where it is no JSON or holds no trials."""
    for number, study in enumerate(list_studies(load_json(stream, file), file), 1):
        try:
            trial = read_study(study)
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            yield Failure(file, number, None, "not shaped like a trial", f"{type(error).__name__}: {error}")
            continue
        if not NCT.fullmatch(trial.nct):
            yield Failure(file, number, None, "no NCT number", repr(trial.nct)[:80])
            continue
        yield describe_trial(trial, file=file, record=number)


def load_json(stream: ByteStream, file: str) -> Any:
    """A stream to its JSON value, or for JSON lines to the list of them."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceError("a JSON file is too large", where=file, expected=f"at most {MAX_BYTES:,} bytes")
    if not data.strip():
        raise SourceError("the file is empty", where=file, expected="JSON")
    try:
        try:
            return json.loads(data)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
            return [json.loads(line) for line in data.splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise SourceError("the file is not in UTF-8", where=file) from None
    except RecursionError:
        raise SourceError("JSON nested too deep", where=file) from None
    except ValueError as error:
        hint = "the file may be cut: download it again"
        raise SourceError("the file is not JSON", where=f"{file}: {error}", hint=hint) from None


def list_studies(content: Any, file: str) -> Iterator[dict[str, Any]]:
    """The studies in what a file holds, whatever wraps them."""
    if isinstance(content, list):
        for part in content:
            yield from list_studies(part, file)
        return
    if isinstance(content, dict):
        if "protocolSection" in content or "ProtocolSection" in content:
            yield content
            return
        for wrap in ("studies", "FullStudiesResponse", "FullStudies", "FullStudy", "Study", "study"):
            if wrap in content:
                yield from list_studies(content[wrap], file)
                return
        if "nextPageToken" in content or "totalCount" in content or "NStudiesFound" in content:
            return  # a search that found nothing
    raise SourceError("the JSON holds no trials", where=file, expected="studies of ClinicalTrials.gov")


class _Reader:
    """Looks values up in a study by the names of its generation."""

    def __init__(self, study: dict[str, Any], names: Names) -> None:
        self.study, self.names = study, names

    def find(self, path: str, of: Any = None) -> Any:
        """The value at a path ("a.b"), None where there is none."""
        value = self.study if of is None else of
        for key in path.split("."):
            if value is None:
                return None
            value = value.get(key)
        return value

    def text(self, name: str, of: Any = None) -> str:
        """A named value as text on one line."""
        value = self.find(self.names[name], of)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, list):  # the classic generation lists what can be said but once
            value = ", ".join(map(str, value))
        return "" if value is None else tidy_text(self.plain(value).replace("\n", " "))

    def lines(self, name: str, of: Any = None) -> str:
        """A named value as text that keeps its paragraphs and lists."""
        value = self.find(self.names[name], of)
        return "" if value is None else tidy_lines(self.plain(value))

    def plain(self, value: object) -> str:
        """A value as text, the signs that v2 escapes for Markdown (\\<, \\*) bare again."""
        return ESCAPED.sub(r"\1", str(value)) if self.names is V2 else str(value)

    def items(self, name: str, of: Any = None) -> list[Any]:
        """A named list, empty where there is none."""
        value = self.find(self.names[name], of)
        if value is None:
            return []
        if not isinstance(value, list):
            raise TypeError(f"{self.names[name]} is no list")
        return value

    def texts(self, name: str) -> list[str]:
        """A named list of texts."""
        return [tidy_text(self.plain(value)) for value in self.items(name)]


def read_study(study: dict[str, Any]) -> Trial:
    """A study of either generation to its trial."""
    is_v2 = "protocolSection" in study
    read = _Reader(study, V2 if is_v2 else CLASSIC)
    trial = Trial(read.text("nct"), "trial json v2" if is_v2 else "trial json classic")
    for name in (
        "title",
        "official_title",
        "why_stopped",
        "posted",
        "updated",
        "enrollment",
        "minimum_age",
        "maximum_age",
    ):
        setattr(trial, name, read.text(name))
    for name in ("status", "study_type", "sex", "enrollment_type", "healthy"):
        setattr(trial, name, speak(read.text(name)))
    for name in ("summary", "description", "criteria", "population", "limitations"):
        setattr(trial, name, read.lines(name))
    trial.posted = trial.posted or read.text("submitted")
    trial.phases = [speak(phase) for phase in read.texts("phases")]
    trial.conditions, trial.keywords = read.texts("conditions"), read.texts("keywords")
    told = {
        part: speak(read.text(part.lower()))
        for part in ("Allocation", "Model", "Purpose", "Masking", "Time perspective")
    }
    told["Model"] = told["Model"] or speak(read.text("observation"))
    trial.design = {part: text for part, text in told.items() if text}
    trial.arms = [
        Arm(read.text("label", arm), speak(read.text("arm_type", arm)), read.lines("arm_text", arm))
        for arm in read.items("arms")
    ]
    trial.interventions = [
        Intervention(speak(read.text("given_type", one)), read.text("given", one), read.lines("given_text", one))
        for one in read.items("interventions")
    ]
    trial.outcomes = [
        Outcome(
            kind, read.text(f"{kind}_measure", one), read.text(f"{kind}_frame", one), read.lines(f"{kind}_text", one)
        )
        for kind in ("primary", "secondary", "other")
        for one in read.items(kind)
    ]
    trial.condition_terms = [read.text("condition_term", term) for term in read.items("condition_terms")]
    trial.intervention_terms = [read.text("intervention_term", term) for term in read.items("intervention_terms")]
    trial.has_results = isinstance(read.find(read.names["results"]), dict)
    trial.is_withheld = read.find(read.names["unposted"]) is not None and not trial.status
    trial.results = [read_result(read, result) for result in read.items("outcomes")]
    return trial


def read_result(read: _Reader, found: dict[str, Any]) -> Result:
    """One outcome with its values and analyses."""
    analysed: dict[str, str] = {}
    for denominator in read.items("denoms", found)[:1]:
        for count in read.items("counts", denominator):
            analysed[read.text("count_group", count)] = read.text("count_value", count)
    rows: list[tuple[str, dict[str, Measured]]] = []
    for one in read.items("classes", found):
        for category in read.items("categories", one):
            label = ", ".join(
                part for part in (read.text("class_title", one), read.text("category_title", category)) if part
            )
            values = {
                read.text("value_group", value): Measured(
                    read.text("value", value),
                    read.text("spread", value),
                    read.text("low", value),
                    read.text("high", value),
                )
                for value in read.items("values", category)
            }
            rows.append((label, values))
    return Result(
        kind=speak(read.text("result_type", found)).lower(),
        title=read.text("result_title", found),
        time_frame=read.text("result_frame", found),
        description=read.lines("result_text", found),
        population=read.lines("result_population", found),
        unit=read.text("unit", found),
        param=speak(read.text("param", found)),
        dispersion=read.text("dispersion", found),
        groups={read.text("group_id", group): read.text("group_title", group) for group in read.items("groups", found)},
        analysed=analysed,
        rows=rows,
        analyses=[read_analysis(read, analysis) for analysis in read.items("analyses", found)],
    )


def read_analysis(read: _Reader, found: dict[str, Any]) -> Analysis:
    """One comparison."""
    return Analysis(
        [str(group) for group in read.items("analysis_groups", found)],
        read.text("method", found),
        read.text("p", found),
        read.text("estimate", found),
        read.text("estimate_value", found),
        read.text("percent", found),
        read.text("ci_low", found),
        read.text("ci_high", found),
    )
