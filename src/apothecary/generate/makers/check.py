"""Rows made from documents held against their passages again, by other code than the code that made them.

Of every row the evidence must lie in its passage and, where the prompt shows passages, in the prompt; every number of
the response must stand in the passages or the prompt, or come out of a step; every step must be right and take its
numbers from there; and the answer must be what its kind of check asks for. What fails is told as VERDICT rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from apothecary.example import VERDICT
from apothecary.generate.makers.check_labels import LABELS, decide_person
from apothecary.generate.makers.check_steps import CONSTANTS, StepError, check_step, list_inputs
from apothecary.generate.makers.declare import Declarations

NUMBER = re.compile(r"(?<![A-Za-z])\d+(?:,\d{3})+(?:\.\d+)?|(?<![A-Za-z\d.])(?:\d+(?:\.\d+)?|\.\d+)")
WORD = re.compile(r"[^\W\d_]{4,}")
HIDDEN = ("words", "decide")  # the answer may stand in a part that the prompt keeps back
FAILED = "failed"


@dataclass(frozen=True)
class Case:
    """One row with what it is held against."""

    row: dict[str, Any]
    check: str
    maker: str
    evidence: list[str]  # the spans
    sections: list[str]  # the names of their sections
    befores: list[str]  # what stands before each span in its passage
    around: str  # all passages of its documents


def check_authored(frame: pl.DataFrame, passages: pl.DataFrame, declared: Declarations) -> pl.DataFrame:
    """Examples and the PASSAGE rows of their documents to the VERDICT rows of those that fail."""
    table = {row["passage_id"]: row for row in passages.select("passage_id", "section", "text").iter_rows(named=True)}
    whole: dict[str, list[str]] = {}
    for key, row in table.items():
        whole.setdefault(key.rpartition("#")[0], []).append(row["text"])
    found = []
    for row in frame.iter_rows(named=True):
        fault = _check_row(row, table, whole, declared)
        if fault:
            found.append((row["id"], FAILED, fault[0], fault[1], None))
    return pl.DataFrame(found, schema=VERDICT, orient="row")


def _check_row(
    row: dict[str, Any], table: dict[str, dict[str, str]], whole: dict[str, list[str]], declared: Declarations
) -> tuple[str, str] | None:
    maker = row["id"].split("/")[2]
    made = declared.makers.get(maker)
    if made is None:
        return "no such maker", maker
    evidence, sections, befores, around = [], [], [], []
    for span in row["evidence"] or ():
        passage = table.get(span["passage_id"])
        if passage is None:
            return "the evidence has no passage", span["passage_id"]
        if not 0 <= span["start"] < span["end"] <= len(passage["text"]):
            return "the evidence lies outside its passage", f"{span['start']} to {span['end']}"
        evidence.append(passage["text"][span["start"] : span["end"]])
        sections.append(passage["section"])
        befores.append(passage["text"][: span["start"]])
        around += whole[span["passage_id"].rpartition("#")[0]]
    if not evidence:
        return "no evidence", ""
    base = declared.makers.get(row["wording"].partition(".")[0])
    case = Case(row, made.check, maker, evidence, sections, befores, " ".join(dict.fromkeys(around)))
    if made.book == "open" and made.check not in HIDDEN:
        missing = [text for text in evidence if text not in row["prompt"]]
        if missing:
            return "the prompt does not show the evidence", missing[0][:80]
    if maker == "not_in_passage" and base and base.cues and re.search(base.cues, evidence[0], re.IGNORECASE):
        return "the passage may answer after all", evidence[0][:80]
    return _check_steps(case) or _check_numbers(case) or _check_answer(case) or _check_words(case)


def _check_steps(case: Case) -> tuple[str, str] | None:
    """Every step right, and each number in it from the evidence, an earlier step, or a constant."""
    known = set(CONSTANTS) | read_numbers(" ".join(case.evidence)) | read_numbers(case.row["prompt"])
    for step in case.row["reasoning"] or ():
        takes, gives = list_inputs(step)
        try:
            right = check_step(step)
        except StepError as error:
            return "a step cannot be read", str(error)
        if not right:
            return "a step is wrong", step
        strange = {number for number in takes if number not in known and _plain(number) not in known}
        if strange:
            return "a step takes a number from nowhere", f"{', '.join(sorted(strange))} in {step}"
        known |= gives | {_plain(number) for number in gives}
    return None


def read_numbers(text: str) -> set[str]:
    """The numbers of a text as they are written, without commas of thousands, and without zeros at their ends."""
    found = {number.replace(",", "") for number in NUMBER.findall(text.replace("·", "."))}
    found |= {f"0{number}" for number in found if number.startswith(".")}
    return found | {_plain(number) for number in found}


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _check_numbers(case: Case) -> tuple[str, str] | None:
    """Every number of the response from the passages, the prompt or a step."""
    steps = " ".join(case.row["reasoning"] or ())
    known = (
        read_numbers(case.around)
        | read_numbers(case.row["prompt"])
        | read_numbers(steps)
        | set(CONSTANTS)
        | {"5", "95", "1.96"}
    )
    count = str(len(case.evidence)), str(case.row["answer"].count("\n") + 1)
    strange = read_numbers(case.row["response"]) - known - set(count)
    strange -= set(re.findall(r"\d+", " ".join(case.row["sources"] or ()))) if strange else set()
    if case.maker in ("among_passages", "trial_arm_count", "title_question"):
        strange = {number for number in strange if len(number) > 1 and not re.fullmatch(r"(?:19|20)\d\d", number)}
    return ("a number comes from nowhere", ", ".join(sorted(strange))) if strange else None


def squeeze(text: str) -> str:
    """A text for comparison: small letters, single blanks, no signs at its ends."""
    return " ".join(text.lower().split()).strip(" .;,:\"'")


def _check_answer(case: Case) -> tuple[str, str] | None:
    """The answer against its evidence, in the way that its maker declares."""
    answer, joined = case.row["answer"], squeeze(" ".join(case.evidence))
    if case.check == "quote" or (case.check == "list" and case.row["answer_type"] != "choice"):
        for line in answer.split("\n"):
            if squeeze(line.removeprefix("- ")) not in joined:
                return "the answer is no quotation", line[:80]
    elif case.check == "choice":
        return _check_choice(case)
    elif case.check == "json":
        return _check_json(case)
    elif case.check in ("label", "decide"):
        judge = LABELS.get(case.maker) or (decide_person if case.maker == "patient_eligible" else None)
        if judge is None:
            return "nobody can judge this answer", case.maker
        expected = judge(case.row, case.evidence, case.sections, case.befores)
        if expected is not None and expected != answer:
            return "the answer is another one", f"{answer!r}, not {expected!r}"
    elif case.check == "absent" and answer != "not stated":
        return "an answer where none should be", answer[:80]
    elif case.check == "steps" and case.row["answer_type"] == "number":
        given = {number for step in case.row["reasoning"] or () for number in list_inputs(step)[1]}
        if _plain(answer) not in {_plain(number) for number in given}:
            return "no step gives the answer", answer
    return None


def _check_choice(case: Case) -> tuple[str, str] | None:
    """The right choice among the choices, named by the text; the wrong ones not."""
    answer, choices = case.row["answer"], case.row["choices"] or []
    text = squeeze(case.around)
    if choices.count(answer) != 1:
        return "the answer is not one of the choices", answer
    if case.maker == "title_choice":
        prompt = case.row["prompt"]
        for one in sorted(choices, key=len, reverse=True):
            prompt = prompt.replace(one, "")
        shares = {one: _share_words(one, prompt) for one in choices}
        best = max(choices, key=lambda one: shares[one])
        return None if best == answer else ("another choice fits better", best)
    if squeeze(answer) not in text:
        return "the passage does not name the answer", answer
    wrong = [one for one in choices if one != answer and squeeze(one) in text]
    return ("the passage names another choice", wrong[0]) if wrong else None


def _share_words(title: str, text: str) -> float:
    words = {word.lower() for word in WORD.findall(title)}
    known = {word.lower() for word in WORD.findall(text)}
    return len(words & known) / max(len(words), 1)


def _check_json(case: Case) -> tuple[str, str] | None:
    """Every value of a JSON answer in the prompt."""
    try:
        content = json.loads(case.row["answer"])
    except ValueError as error:
        return "the answer is no JSON", str(error)
    for key, value in content.items():
        if value is not None and str(value) not in case.row["prompt"]:
            return "a value is not in the passage", f"{key}: {value}"
    return None


def _check_words(case: Case) -> tuple[str, str] | None:
    """The words of a free answer in the passages of its documents; letters decide, for apostrophes were mended."""
    if case.check not in ("words", "quote", "list") or case.row["answer_type"] == "choice":
        return None
    known = _letters(case.around) | _letters(case.row["prompt"])
    strange = [word for word in sorted(_letters(case.row["answer"])) if word not in known]
    return ("a word is not in the passages", ", ".join(strange[:3])) if strange else None


def _letters(text: str) -> set[str]:
    return {re.sub(r"[^a-z]", "", word) for word in re.findall(r"[a-z'’]{4,}", text.lower())} | {"older", "from"}


def list_faults(verdicts: pl.DataFrame) -> Iterable[str]:
    """Verdicts as lines for people."""
    return (f"{row['id']}: {row['reason']} ({row['detail']})" for row in verdicts.iter_rows(named=True))
