"""What an intent can be asked about: the countable set of entity combinations of its `draw`.

A domain numbers its combinations 0..size-1 and decodes numbers to entity rows, vectorised, without listing them: pairs
are ranked through prefix sums over windows of the sorted values. `generate` counts with it and draws from it.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import Words
from apothecary.packs.arithmetic import parse_expression
from apothecary.packs.companions import Gap, Group, Ladder, Odd, Options, Pair, Related, Windows
from apothecary.packs.evaluate import Column, Lookup, evaluate
from apothecary.packs.format import round_decimals
from apothecary.packs.gates import list_actions
from apothecary.packs.grammar import parse, slots
from apothecary.packs.model import Draw, Intent
from apothecary.packs.view import View

Index = NDArray[np.int64]
Roles = dict[str, Index]
_SCALE = 10**6


class Domain(Protocol):
    """Combinations 0..size-1 of entities."""

    @property
    def size(self) -> int:
        """How many combinations there are."""

    def decode(self, combination: Index, words: Words) -> Roles:
        """Combinations (n,) to entity rows by role, each (n,); `words` (n, 4) decide the distractors, uncounted."""

    def find(self, entity: int) -> Index:
        """Combinations in which this entity row has role a, or some of them where they are many."""


@dataclass(frozen=True)
class NoEntity:
    """`none`: combinations are sets of given numbers, which `generate` decodes itself."""

    size: int

    def decode(self, combination: Index, words: Words) -> Roles:
        """No roles."""
        return {}

    def find(self, entity: int) -> Index:
        """None."""
        return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class One:
    """`one`: an entity each."""

    entities: Index

    @property
    def size(self) -> int:
        """How many entities are eligible."""
        return len(self.entities)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Role a."""
        return {"a": self.entities[combination]}

    def find(self, entity: int) -> Index:
        """The entity, if it is eligible."""
        return np.flatnonzero(self.entities == entity)


@dataclass(frozen=True, eq=False)
class Each:
    """`each`: one value of a field with several values; `values` are rows of `View.several`."""

    entities: Index
    values: Index

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Role a, and `value`, the row in `View.several`."""
        return {"a": self.entities[combination], "value": self.values[combination]}

    def find(self, entity: int) -> Index:
        """All values of the entity."""
        return np.flatnonzero(self.entities == entity)


def select_entities(intent: Intent, view: View) -> NDArray[np.bool_]:
    """Which entities have the needed fields and meet `where`, (rows,)."""
    draw = intent.draw
    chosen = ~view.find_withheld(list_actions(intent))
    needed = list(draw.needs) + ([draw.field] if draw.field and draw.kind != "each" else [])
    for name in needed:
        chosen &= view.is_known(name)
    if draw.where:
        chosen &= _find_meeting(draw.where, view)
    return chosen


def _find_meeting(where: str, view: View) -> NDArray[np.bool_]:
    """Which entities meet a condition (rows,); many intents share one, or a part of one that `and` joins."""
    met = np.ones(view.rows, dtype=bool)
    expression = parse_expression(where)
    parts = [expression]
    if isinstance(expression, ast.BoolOp) and isinstance(expression.op, ast.And):
        parts = expression.values
    for part in parts:
        key = ast.dump(part)
        if key not in view.conditions:
            values = evaluate(part, _lookup_in(view), view.rows)
            if isinstance(values, pl.Series):
                values = values.cast(pl.Float64).to_numpy()
            view.conditions[key] = np.nan_to_num(values) != 0
        met &= view.conditions[key]
    return met


def build_domain(intent: Intent, view: View | None, chosen: NDArray[np.bool_], given_size: int) -> Domain:
    """The domain of an intent over the entities `chosen` (a mask; ignored for `none`).

    `given_size` is the number of sets of given numbers, which is the domain where no entity is drawn. Intents that draw
    alike from the same entities share a domain, which saves half of the time and memory of a pack of 400 intents.
    """
    draw = intent.draw
    if view is None or draw.kind == "none":
        return NoEntity(given_size)
    text = draw.text if draw.kind == "options" else None  # the others do not look at what is shown
    told = (draw.kind, draw.field, draw.same, draw.apart, str(draw.gap), draw.count, text)
    key = (told, hashlib.blake2b(np.packbits(chosen).tobytes(), digest_size=16).digest())
    if key not in view.domains:
        view.domains[key] = _build_domain(draw, view, chosen)
    domain: Domain = view.domains[key]
    return domain


def _build_domain(draw: Draw, view: View, chosen: NDArray[np.bool_]) -> Domain:
    if draw.kind == "each":
        rows = view.several(str(draw.field))["entity_row"].to_numpy()
        values = np.flatnonzero(chosen[rows])
        return Each(rows[values], values)
    entities = np.flatnonzero(chosen)
    if draw.kind == "one":
        return One(entities)
    if draw.gap is None and not _is_numeric(draw, view):
        return _build_labelled(draw, view, entities)
    values, gap = _scale_values(draw, view, entities)
    scope = view.codes(draw.same)[entities] if draw.same else None
    if draw.kind == "pair":
        return Pair(entities, values, scope, gap)
    ladder = Ladder.build(entities, values, scope, max(gap.low, gap.high or 0))
    if draw.kind == "group":
        return Group(ladder, entities, gap, draw.count, "".join(draw.ROLES["group"]))
    return Options(ladder, Windows.by_gap(ladder, gap), entities, draw.count)


def count_rows(intent: Intent, domain: Domain, variants: int, cap: int) -> int:
    """The rows a template may give over a domain: up to `cap` a combination, and no fact in too many of them."""
    rows = domain.size * min(cap, variants)
    if isinstance(domain, Pair | Related | Group) or (intent.draw.kind == "group" and isinstance(domain, Options)):
        return min(rows, domain.facts * intent.draw.fact_rows // (intent.draw.members * len(intent.templates)))
    return rows


def _is_numeric(draw: Draw, view: View) -> bool:
    field = view.pack.fields.get(draw.field or "")
    return field is not None and field.is_numeric


def _build_labelled(draw: Draw, view: View, entities: Index) -> Domain:
    """The domain of a draw over a text field, or over `same` alone."""
    values = view.codes(draw.field)[entities] if draw.field else entities
    beyond = draw.same or draw.apart
    scope = view.codes(beyond)[entities] if beyond else None
    if draw.kind == "pair":
        return Related(entities, values, scope)
    if draw.apart and scope is not None:
        keep = _settle_scopes(values, scope)
        entities, values, scope = entities[keep], values[keep], scope[keep]
    ladder = Ladder.build(entities, values, scope, 1)
    windows = Windows.by_label(ladder, apart=bool(draw.apart))
    if draw.kind == "odd":
        return Odd(ladder, windows, entities, draw.count)
    roles = "".join(draw.ROLES["group"]) if draw.kind == "group" else "d"
    return Options(ladder, windows, entities, draw.count, roles)


def _settle_scopes(values: Index, scope: Index) -> NDArray[np.bool_]:
    """Entities (n,) whose value lies in one scope only, so that values of other scopes are other values."""
    scopes = pl.DataFrame({"value": values, "scope": scope}).select(pl.col("scope").n_unique().over("value"))
    return np.asarray(scopes.to_series().to_numpy() == 1)


def _scale_values(draw: Draw, view: View, entities: Index) -> tuple[Index, Gap]:
    """The compared values (n,) in whole steps, as an option shows them, and the gap that they must keep."""
    values, gap = view.scaled(str(draw.field))[entities], _scale_gap(draw)
    step = _shown_step(draw, view) if draw.kind == "options" else None
    if step is not None:
        shown = round_decimals(view.number(str(draw.field))[entities], step)
        values = np.rint(shown * _SCALE).astype(np.int64)
        unit = _SCALE // 10**step  # rounding moves two values by up to one unit shown, nearer or further apart
        gap = Gap(gap.low + unit, None if gap.high is None else gap.high - unit)
    return values, gap


def _scale_gap(draw: Draw) -> Gap:
    if draw.gap is None:
        return Gap(1, None)
    low = max(1, round(float(draw.gap.min) * _SCALE))
    return Gap(low, None if draw.gap.max is None else round(float(draw.gap.max) * _SCALE))


def _shown_step(draw: Draw, view: View) -> int | None:
    """Decimals at which an option shows the compared field, None where it shows it exactly or not at all."""
    for slot in slots(parse(draw.text or "")):
        if slot.field == draw.field:
            known = view.pack.fields.get(slot.field)
            fmt = slot.fmt or (known.default_format if known else "raw")
            if fmt == "int":
                return 0
            return int(fmt[2:]) if fmt.startswith("dp") else None
    return None


def _lookup_in(view: View) -> Lookup:
    def find(role: str | None, name: str) -> Column:
        series = view.column(name)
        return series if series.dtype == pl.String else view.number(name)

    return find
