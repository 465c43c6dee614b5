"""What a row may assert, read from the ledger: its wording, and the names and values that its facts stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from apothecary.facts.ledger import Ledger
from apothecary.facts.plan import Field, Plan, Template


class Rejected(Exception):
    """A row that cannot be right: the reason and the proof."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Evidence:
    """What a row may assert: entities, names and fact texts in entity order, and the given texts."""

    places: list[int]  # of the entities, in the ledger
    names: list[dict[str, str]]
    values: list[dict[str, list[str]]]
    given: dict[str, str]


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
    return Evidence([int(place) for place in places], names, values, given)


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
