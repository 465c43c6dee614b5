"""One row by the checker's own path: from entities, facts and given numbers to every text it must have, in Decimal.

This is the judgement; `batch.py` only says quickly for which rows it is a yes. A row that contradicts the knowledge
base is `Rejected`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from apothecary.facts.arithmetic import UndefinedValueError, Value, evaluate, read_number
from apothecary.facts.ledger import Ledger
from apothecary.facts.numbers import Format, format_number, half_last_digit, round_derived
from apothecary.facts.phrasing import LETTERS, add_article, frame_options, join_words
from apothecary.facts.plan import OPTION, Field, Pieces, Plan, Source, Template

Segments = list[tuple[str, Source | None]]


class Rejected(Exception):
    """A row that cannot be right: the reason and the proof."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Evidence:
    """What a row may assert: names and fact texts by role in entity order, and the given texts."""

    names: list[dict[str, str]]
    values: list[dict[str, list[str]]]
    given: dict[str, str]


@dataclass(frozen=True)
class Expected:
    """What a row must say, in segments that know their slot."""

    prompt: Segments
    response: Segments
    history: list[Segments]
    answer: Segments
    tolerance: float | None
    choices: list[Segments]
    reasoning: list[Segments]


def read_wording(plan: Plan, row: Mapping[str, Any]) -> tuple[Template, list[int]]:
    """The template and wording numbers of a row: [ask, reply], or [before ask, before reply, ask, reply]."""
    template = plan.templates.get(row["template"])
    if template is None:
        raise Rejected("unknown", f"intent {plan.name} has no template {row['template']!r}")
    parts = [template.ask, template.reply]
    if template.before_ask:
        parts = [template.before_ask, template.before_reply, *parts]
    numbers = str(row["wording"]).split(".")
    if len(numbers) != len(parts) or not all(n.isascii() and n.isdigit() for n in numbers):
        raise Rejected("unknown", f"wording {row['wording']!r}: expected {len(parts)} numbers")
    for number, part in zip(numbers, parts, strict=True):
        if int(number) >= len(part):
            raise Rejected("unknown", f"wording {row['wording']!r}: {number} is not among {len(part)}")
    return template, [int(number) for number in numbers]


def read_evidence(plan: Plan, ledger: Ledger, row: Mapping[str, Any]) -> Evidence:
    """The names and values a row stands on, from the ledger; Rejected when the row's facts say otherwise."""
    entities = row["entities"] or []
    if len(entities) != plan.count:
        raise Rejected("fact", f"expected {plan.count} entities, found {len(entities)}")
    places = ledger.find_entities(pl.Series(entities, dtype=pl.String))
    for entity, place in zip(entities, places, strict=True):
        if place < 0:
            raise Rejected("unknown", f"no entity {entity!r} is known")
    names = [{which: ledger.names[which][int(place)] for which in ("name", "Name")} for place in places]
    facts = row["facts"] or []
    reader = _FactReader(ledger, facts)
    values = [
        {need: reader.read(plan, role, int(places[role]), need) for need in plan.needs} for role in range(plan.count)
    ]
    given = {item.name: reader.read_given(item.name, item.unit, item.texts) for item in plan.given}
    if reader.at != len(facts):
        raise Rejected("fact", f"expected {reader.at} facts, found {len(facts)}")
    return Evidence(names, values, given)


class _FactReader:
    """A cursor over the facts of one row."""

    def __init__(self, ledger: Ledger, facts: list[dict[str, Any]]) -> None:
        self.ledger = ledger
        self.facts = facts
        self.at = 0

    def read(self, plan: Plan, role: int, entity: int, need: str) -> list[str]:
        """The text or texts of one needed field of one role."""
        field, span = plan.fields[need], self.ledger.open_field(need)
        first = self._take(role, entity, field)
        if not plan.is_list(need):
            return [span.texts[first]]
        lists = self.ledger.group_list(need)
        size, rank = int(lists.size[first]), int(lists.rank[first])
        if size == 0:
            raise Rejected("fact", f"{need}: {self.facts[self.at - 1]['fact_id']} does not begin its list")
        members = [int(member) for member in lists.order[rank : rank + size]]
        for member in members[1:]:
            place = self._take(role, entity, field)
            if place != member:
                raise Rejected("fact", f"{need}: expected {span.ids[member]}, found {span.ids[place]}")
        return [span.texts[member] for member in members]

    def _take(self, role: int, entity: int, field: Field) -> int:
        need, span = field.name, self.ledger.open_field(field.name)
        if self.at >= len(self.facts):
            raise Rejected("fact", f"{need} of entity {role} is missing")
        fact = self.facts[self.at]
        self.at += 1
        if fact["entity"] != role or fact["field"] != need:
            found = f"{fact['field']} of entity {fact['entity']}"
            raise Rejected("fact", f"expected {need} of entity {role}, found {found}")
        place = int(span.find(np.array([entity]), pl.Series([fact["fact_id"]], dtype=pl.String))[0])
        if place < 0:
            raise Rejected("fact", f"no {need} {fact['fact_id']!r} is known")
        if span.entities[place] != entity:
            raise Rejected("fact", f"{fact['fact_id']} is not about entity {role}")
        if not span.sound[place]:
            raise Rejected("fact", f"{fact['fact_id']}: unit, kind or number is not what the pack declares for {need}")
        for key, known in (("value", span.texts[place]), ("unit", field.unit)):
            if fact[key] != known:
                raise Rejected("fact", f"{key} of {need}: expected {known!r}, found {fact[key]!r}")
        return place

    def read_given(self, name: str, unit: str | None, texts: tuple[str, ...]) -> str:
        """The stated text of one given number."""
        if self.at >= len(self.facts):
            raise Rejected("fact", f"given {name} is missing")
        fact = self.facts[self.at]
        self.at += 1
        if (fact["entity"], fact["field"], fact["unit"], fact["fact_id"]) != (-1, name, unit, None):
            raise Rejected("fact", f"expected given {name} in {unit}, found {fact}")
        if fact["value"] not in texts:
            raise Rejected("fact", f"given {name}: {fact['value']!r} is not among its values")
        return str(fact["value"])


class Deriver:
    """Derives the texts of one row; `right` is the index of the right option."""

    def __init__(self, plan: Plan, evidence: Evidence, right: int = 0) -> None:
        self.plan = plan
        self.evidence = evidence
        self.index = {"a": right, "b": 1}
        self._values: dict[str, Value] = {}
        if plan.kind == "pair" and plan.field:
            a, b = self._number("a", plan.field), self._number("b", plan.field)
            if a == b:
                raise Rejected("direction", f"{plan.field} is {a} for both")
            self._check_gap(a, b, "pair", "direction")
            self.index |= {"hi": 0, "lo": 1} if a > b else {"hi": 1, "lo": 0}
        self.options = [self._render(plan.option, n) for n in range(plan.count)] if plan.kind == "options" else []

    def derive(self, template: Template, numbers: list[int]) -> Expected:
        """Everything the row must say."""
        *before, ask, reply = numbers
        way = self.plan.judge_direction(template, ask, before[0] if before else None)
        if way != "agrees":
            raise Rejected("direction", f"template {template.id} asks {template.asks}, its wording {ask} {way}")
        if self.options:
            self._check_options()
        try:
            answer = self._render(self.plan.answer)
            history = [template.before_ask[before[0]], template.before_reply[before[1]]] if before else []
            return Expected(
                prompt=self._render(template.ask[ask]),
                response=self._render(template.reply[reply]),
                history=[self._render(pieces) for pieces in history],
                answer=answer,
                tolerance=self._measure_tolerance(join_segments(answer)),
                choices=self.options,
                reasoning=[self._render(step) for step in self.plan.reasoning],
            )
        except UndefinedValueError as error:
            raise Rejected("number", str(error)) from error

    def derive_prompt(self, template: Template, numbers: list[int]) -> str:
        """The question alone."""
        return join_segments(self._render(template.ask[numbers[-2]]))

    def derive_answer(self) -> str:
        """The answer alone."""
        return join_segments(self._render(self.plan.answer))

    def _measure_tolerance(self, answer: str) -> float | None:
        if not self.plan.half_digit:
            return self.plan.tolerance
        return half_last_digit(answer, find_answer_format(self.plan))

    def _check_options(self) -> None:
        plan, texts = self.plan, [join_segments(option) for option in self.options]
        for n, text in enumerate(texts):
            if text in texts[:n]:
                raise Rejected("option", f"{LETTERS[n]}) {text} is offered twice")
        if plan.field and plan.fields[plan.field].is_numeric:
            right = self._number("a", plan.field)
            for n in range(plan.count):
                if n != self.index["a"]:
                    self._check_gap(right, self._read_leaf(n, plan.field), f"option {LETTERS[n]}", "option")

    def _check_gap(self, x: Decimal, y: Decimal, where: str, reason: str) -> None:
        low, high = self.plan.gap
        gap = abs(x - y)
        if (low is not None and gap < low) or (high is not None and gap > high):
            raise Rejected(reason, f"{where}: expected {self.plan.field} to differ by {low} to {high}, found {gap}")

    def _render(self, pieces: Pieces, option: int | None = None) -> Segments:
        return [(p, None) if isinstance(p, str) else (self._write(p, option), p) for p in pieces]

    def _write(self, source: Source, option: int | None) -> str:
        evidence, how = self.evidence, source.format
        match source.kind:
            case "given":
                return evidence.given[source.name]
            case "letter":
                return LETTERS[self.index["a"]]
            case "right":
                return join_segments(self.options[self.index["a"]])
            case "options":
                marks = frame_options(len(self.options), how.kind)
                return "".join(m + join_segments(o) for m, o in zip(marks, self.options, strict=True))
            case "let":
                return _write_derived(self._evaluate_let(source.name), how)
        at = option if source.role == OPTION and option is not None else self.index[source.role]
        if source.kind == "name":
            return _write_text([evidence.names[at][source.name]], how)
        return _write_text(evidence.values[at][source.name], how)

    def _evaluate_let(self, name: str) -> Value:
        if name not in self._values:
            self._values[name] = evaluate(self.plan.let[name], self._find)
        return self._values[name]

    def _find(self, role: str | None, name: str) -> Value:
        kind, place = self.plan.locate(role, name)
        if kind == "given":
            return read_number(self.evidence.given[name])
        return self._evaluate_let(name) if kind == "let" else self._number(place, name)

    def _number(self, role: str, field: str) -> Decimal:
        return self._read_leaf(self.index[role], field)

    def _read_leaf(self, at: int, field: str) -> Decimal:
        try:
            return read_number(self.evidence.values[at][field][0])
        except UndefinedValueError as error:
            raise Rejected("fact", f"{field}: {error}") from error


def find_answer_format(plan: Plan) -> Format:
    """The format of the answer's first slot, which says what its last digit is."""
    return next((piece.format for piece in plan.answer if isinstance(piece, Source)), Format("raw"))


def join_segments(segments: Segments) -> str:
    """The text of segments."""
    return "".join(text for text, _ in segments)


def _write_text(texts: list[str], how: Format) -> str:
    match how.kind:
        case "raw":
            return texts[0]
        case "list":
            return join_words(texts)
        case "an":
            return add_article(texts[0])
    return format_number(read_number(texts[0]), how)


def _write_derived(value: Value, how: Format) -> str:
    if isinstance(value, str):
        return add_article(value) if how.kind == "an" else value
    if how.kind not in ("dp", "sig"):
        raise UndefinedValueError("a derived number needs a number format")
    return format_number(round_derived(value), how)
