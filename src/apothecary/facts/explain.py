"""Why a row is wrong: the first place where a text differs from what it must say, named by what stands there.

Expected texts come in segments that know their slots, so names are masked from the start: a digit in
`1,2-dichloroethane` is part of a name, never a number of the row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from apothecary.facts.evidence import Rejected
from apothecary.facts.exact import Expected, Segments, join_segments
from apothecary.facts.plan import Plan, Source, list_words

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_TOKEN = re.compile(r"-?\d+(?:\.\d+)?|[^\W\d_]+|\S")
_OPTION = re.compile(r"(?:^|[\s(])([A-H])(?=[).,:]|$)")
_MAX_SHOWN = 90
_COMMON_DIRECTIONS = frozenset(
    {"above", "below", "over", "under", "rises", "falls", "yes", "no", "first", "last", "within", "outside"}
)
_COMMON_UNITS = "g mg kg µg ng L mL µL mol mmol µmol nmol M mM µM nM h min s % °C K Da g/mol mmol/L mg/mL".split()  # noqa: SIM905


class Explainer:
    """Compares rows with what they must say, with the direction words and units of all intents at hand."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        fields = {field.name: field for plan in plans for field in plan.fields.values()}
        given = [given.unit for plan in plans for given in plan.given]
        self.directions = _COMMON_DIRECTIONS | frozenset(
            word for field in fields.values() for words in field.words.values() for word in words
        )
        units = {unit for unit in (*given, *(field.unit for field in fields.values()), *_COMMON_UNITS) if unit}
        self._unit = re.compile(
            r"\s?(?:" + "|".join(re.escape(u) for u in sorted(units, key=len, reverse=True)) + r")(?![\w/])"
        )

    def compare(self, plan: Plan, expected: Expected, row: Mapping[str, Any]) -> None:
        """Rejected with reason and proof at the first difference between a row and what it must say."""
        self._compare_text("prompt", plan, expected.prompt, row["prompt"])
        self._compare_history(plan, expected.history, row["history"] or [])
        self._compare_text("response", plan, expected.response, row["response"])
        self._compare_answer(plan, expected, row)
        choices = row["choices"] or []
        if len(choices) != len(expected.choices):
            raise Rejected("option", f"choices: expected {len(expected.choices)}, found {len(choices)}")
        for n, (option, found) in enumerate(zip(expected.choices, choices, strict=True)):
            if join_segments(option) != found:
                raise Rejected("option", f"choices[{n}]: expected {join_segments(option)!r}, found {found!r}")
        steps = row["reasoning"] or []
        if len(steps) != len(expected.reasoning):
            raise Rejected("step", f"reasoning: expected {len(expected.reasoning)} steps, found {len(steps)}")
        for n, (step, found) in enumerate(zip(expected.reasoning, steps, strict=True)):
            if join_segments(step) != found:
                raise Rejected("step", f"reasoning[{n}]: {self._describe(step, found)[1]}")

    def _compare_history(self, plan: Plan, expected: list[Segments], turns: list[dict[str, str]]) -> None:
        if len(turns) != len(expected):
            raise Rejected("text", f"history: expected {len(expected)} turns, found {len(turns)}")
        for n, (segments, turn) in enumerate(zip(expected, turns, strict=True)):
            if turn["role"] != ("user", "assistant")[n % 2]:
                raise Rejected("text", f"history[{n}]: found role {turn['role']!r}")
            self._compare_text(f"history[{n}]", plan, segments, turn["content"])

    def _compare_answer(self, plan: Plan, expected: Expected, row: Mapping[str, Any]) -> None:
        answer, found = join_segments(expected.answer), row["answer"]
        if answer != found or row["answer_type"] != plan.answer_type:
            reason = "option" if plan.offers else "answer"
            raise Rejected(
                reason, f"answer: expected {answer!r} ({plan.answer_type}), found {found!r} ({row['answer_type']})"
            )
        wanted, stated = expected.tolerance, row["tolerance"]
        if (wanted is None) != (stated is None) or (
            wanted is not None and not math.isclose(wanted, stated, rel_tol=1e-12)
        ):
            raise Rejected("answer", f"tolerance: expected {wanted}, found {stated}")

    def _compare_text(self, where: str, plan: Plan, expected: Segments, found: str | None) -> None:
        if found is None:
            raise Rejected("text", f"{where}: is missing")
        if join_segments(expected) != found:
            reason, detail = self._describe(expected, found, plan)
            raise Rejected(reason, f"{where}: {detail}")

    def _describe(self, expected: Segments, found: str, plan: Plan | None = None) -> tuple[str, str]:
        """Reason and `expected ... found ...` for the first difference."""
        text = join_segments(expected)
        at = _find_difference(text, found)
        source, start, end = _find_segment(expected, at)
        if source is not None and found.startswith(text[:start]):
            after = text[end:]
            shown = (
                found[start : len(found) - len(after)] if after and found.endswith(after) else _cut_token(found, start)
            )
            return self._name_slot(source, text[start:end], plan), _show(source, text, start, end, found, shown)
        return self._name_literal(text, found, at), f"expected {_window(text, at)!r} found {_window(found, at)!r}"

    def _name_slot(self, source: Source, text: str, plan: Plan | None) -> str:
        if source.kind == "name":
            return "name"
        if source.kind in ("letter", "right", "options"):
            return "option"
        if source.kind == "field" and plan is not None and not plan.fields[source.name].is_numeric:
            return "fact"
        if NUMBER.fullmatch(text):
            return "number"
        return "direction" if plan is not None and plan.ranked else "text"

    def _name_literal(self, text: str, found: str, at: int) -> str:
        """The kind of a difference in the words around the slots."""
        words = [next(iter(list_words(_cut_token(side, at))), "") for side in (text, found)]
        if any(word in self.directions for word in words):
            return "direction"
        if self._covers(self._unit, text, at) or self._covers(self._unit, found, at):
            return "unit"
        if self._covers(_OPTION, text, at) and self._covers(_OPTION, found, at):
            return "option"
        if self._covers(NUMBER, text, at) or self._covers(NUMBER, found, at):
            return "number"
        return "text"

    @staticmethod
    def _covers(pattern: re.Pattern[str], text: str, at: int) -> bool:
        return any(match.start() <= at < match.end() for match in pattern.finditer(text))


def _find_difference(text: str, found: str) -> int:
    """The first place where two texts differ, taken back to the start of its word or number."""
    at = next((n for n, (x, y) in enumerate(zip(text, found, strict=False)) if x != y), min(len(text), len(found)))
    starts = [
        match.start()
        for side in (text, found)
        for match in _TOKEN.finditer(side)
        if match.start() <= at <= match.end() - 1
    ]
    glued = at and (text[at - 1 : at].isalnum()) and not (text[at : at + 1].isalnum() and found[at : at + 1].isalnum())
    if glued:  # one text goes on where the other's word ends: 12.3 and 12.34
        starts += [match.start() for match in _TOKEN.finditer(text) if match.end() == at]
    return min(starts, default=at)


def _find_segment(expected: Segments, at: int) -> tuple[Source | None, int, int]:
    start = 0
    for text, source in expected:
        if start <= at < start + len(text):
            return source, start, start + len(text)
        start += len(text)
    return None, start, start


def _cut_token(text: str, at: int) -> str:
    match = _TOKEN.search(text, at)
    return match[0] if match else ""


def _show(source: Source, text: str, start: int, end: int, found: str, shown: str) -> str:
    role = f"{source.role}." if source.role else ""
    return f"{{{role}{source.name}}} expected {text[start:end]!r} found {shown[:_MAX_SHOWN]!r}"


def _window(text: str, at: int) -> str:
    return text[max(0, at - 20) : at + 40]
