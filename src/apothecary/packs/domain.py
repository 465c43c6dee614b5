"""What an intent can be asked about: the countable set of entity combinations of its `draw`.

A domain numbers its combinations 0..size-1 and decodes numbers to entity rows, vectorised, without listing them: pairs
are ranked through prefix sums over windows of the sorted values. `generate` counts with it and draws from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.seed import Words, draw_index
from apothecary.packs.arithmetic import parse_expression
from apothecary.packs.evaluate import Column, Lookup, evaluate
from apothecary.packs.format import round_decimals
from apothecary.packs.grammar import parse, slots
from apothecary.packs.model import Draw, Intent
from apothecary.packs.view import View

Index = NDArray[np.int64]
Roles = dict[str, Index]
_SCALE = 10**6
_NEAREST = 24  # without gap.max, distractors come from this many neighbouring values on each side


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


class Pair:
    """`pair`: ordered pairs whose values differ by gap.min to gap.max."""

    def __init__(self, entities: Index, values: Index, low_gap: int, high_gap: int | None) -> None:
        order = np.argsort(values, kind="stable")
        self.entities = entities[order]
        self.values = values[order]
        self.first = np.searchsorted(self.values, self.values + low_gap, side="left")
        last = (
            np.full(len(values), len(values))
            if high_gap is None
            else np.searchsorted(self.values, self.values + high_gap, side="right")
        )
        self.before = np.concatenate([[0], np.cumsum(np.maximum(last - self.first, 0))]).astype(np.int64)
        self.size = 2 * int(self.before[-1])

    def decode(self, combination: Index, words: Words) -> Roles:
        """Roles a and b in the order asked, hi and lo by value."""
        pair, flipped = combination >> 1, (combination & 1).astype(bool)
        low = np.searchsorted(self.before, pair, side="right") - 1
        high = self.first[low] + (pair - self.before[low])
        lo, hi = self.entities[low], self.entities[high]
        return {"a": np.where(flipped, hi, lo), "b": np.where(flipped, lo, hi), "hi": hi, "lo": lo}

    def find(self, entity: int) -> Index:
        """Up to a hundred pairs in which the entity comes first and has the lower value."""
        low = np.flatnonzero(self.entities == entity)
        if not len(low):
            return low
        first, last = self.before[low[0]], self.before[low[0] + 1]
        return 2 * np.unique(np.linspace(first, last - 1, min(100, last - first)).astype(np.int64))


class Options:
    """`options`: an entity and distractors whose shown values are near, distinct, and at least gap.min away."""

    def __init__(self, entities: Index, values: Index, low_gap: int, high_gap: int | None, count: int) -> None:
        order = np.argsort(values, kind="stable")
        self.sorted_entities = entities[order]
        ordered = values[order]
        unique, self.start = np.unique(ordered, return_index=True)
        self.stop = np.append(self.start[1:], len(ordered))
        below = np.searchsorted(unique, unique - low_gap, side="right")  # values 0..below-1 are far enough down
        above = np.searchsorted(unique, unique + low_gap, side="left")
        if high_gap is None:
            floor, ceiling = below - _NEAREST, above + _NEAREST
        else:
            floor = np.searchsorted(unique, unique - high_gap, side="left")
            ceiling = np.searchsorted(unique, unique + high_gap, side="right")
        self.wrong = count - 1
        self.below = below
        self.above = above
        self.floor = np.clip(np.minimum(floor, below), 0, None)
        self.ceiling = np.clip(np.maximum(ceiling, above), None, len(unique))
        enough = (below - self.floor) + (self.ceiling - above) >= self.wrong
        rank = np.searchsorted(unique, values)
        keep = enough[rank]
        self.entities, self.rank = entities[keep], rank[keep]

    @property
    def size(self) -> int:
        """How many entities can be the right answer."""
        return len(self.entities)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Roles a (right) and d1, d2 ... (wrong, of distinct values)."""
        rank = self.rank[combination]
        room_below = self.below[rank] - self.floor[rank]
        room_above = self.ceiling[rank] - self.above[rank]
        least, most = np.maximum(0, self.wrong - room_above), np.minimum(self.wrong, room_below)
        down = least + draw_index(words[:, 0], most - least + 1)
        roles = {"a": self.entities[combination]}
        for number in range(self.wrong):
            is_down = number < down
            group = np.where(is_down, down, self.wrong - down)  # values drawn from this side
            place = np.where(is_down, number, number - down)
            room = np.where(is_down, room_below, room_above)
            base = np.where(is_down, self.floor[rank], self.above[rank])
            group = np.maximum(group, 1)
            low, high = room * place // group, room * (place + 1) // group  # a stratum each, so values differ
            value = base + low + _spread(words[:, 1], number, high - low)
            start, stop = self.start[value], self.stop[value]
            roles[f"d{number + 1}"] = self.sorted_entities[start + _spread(words[:, 2], number, stop - start)]
        return roles

    def find(self, entity: int) -> Index:
        """The entity as the right answer."""
        return np.flatnonzero(self.entities == entity)


def _spread(words: NDArray[np.uint32], number: int, size: Index) -> Index:
    """Several draws from one word: the golden ratio's multiples of it are far apart."""
    turned = (words.astype(np.uint64) * np.uint64(2654435769) + np.uint64(number * 0x9E3779B1)) & np.uint64(0xFFFFFFFF)
    return draw_index(turned.astype(np.uint32), np.maximum(size, 1))


def select_entities(intent: Intent, view: View) -> NDArray[np.bool_]:
    """Which entities have the needed fields and meet `where`, (rows,)."""
    draw = intent.draw
    chosen = ~find_refused(view)
    needed = list(draw.needs) + ([draw.field] if draw.field and draw.kind in ("pair", "options") else [])
    for name in needed:
        chosen &= view.is_known(name)
    if draw.where:
        condition = evaluate(parse_expression(draw.where), _lookup_in(view), view.rows)
        if isinstance(condition, pl.Series):
            condition = condition.cast(pl.Float64).to_numpy()
        chosen &= np.nan_to_num(condition) != 0
    return chosen


def find_refused(view: View) -> NDArray[np.bool_]:
    """Entities on a safety list that the pack refuses, (rows,)."""
    if not view.pack.refuse or not view.has("gates"):
        return np.zeros(view.rows, dtype=bool)
    lists = view.frame.select(hit=pl.col("gates").list.set_intersection(list(view.pack.refuse)).list.len() > 0)
    return lists["hit"].fill_null(value=False).to_numpy()


def build_domain(intent: Intent, view: View | None, chosen: NDArray[np.bool_], given_size: int) -> Domain:
    """The domain of an intent over the entities `chosen` (a mask; ignored for `none`).

    `given_size` is the number of sets of given numbers, which is the domain where no entity is drawn.
    """
    draw = intent.draw
    if view is None or draw.kind == "none":
        return NoEntity(given_size)
    if draw.kind == "each":
        rows = view.several(str(draw.field))["entity_row"].to_numpy()
        values = np.flatnonzero(chosen[rows])
        return Each(rows[values], values)
    entities = np.flatnonzero(chosen)
    if draw.kind == "one":
        return One(entities)
    values = view.scaled(str(draw.field))[entities]
    low, high = _scale_gap(draw)
    if draw.kind == "pair":
        return Pair(entities, values, low, high)
    step = _shown_step(draw, view)
    if step is not None:
        shown = round_decimals(view.number(str(draw.field))[entities], step)
        values = np.rint(shown * _SCALE).astype(np.int64)
        unit = _SCALE // 10**step  # rounding moves two values by up to one unit shown, nearer or further apart
        low, high = low + unit, None if high is None else high - unit
    return Options(entities, values, low, high, draw.count)


def _scale_gap(draw: Draw) -> tuple[int, int | None]:
    if draw.gap is None:
        return 1, None
    low = max(1, round(float(draw.gap.min) * _SCALE))
    return low, None if draw.gap.max is None else round(float(draw.gap.max) * _SCALE)


def _shown_step(draw: Draw, view: View) -> int | None:
    """Decimals at which an option shows the compared field, None where it shows it exactly or not at all."""
    for slot in slots(parse(draw.text or "")):
        if slot.field == draw.field:
            known = view.pack.fields.get(slot.field)
            fmt = slot.fmt or (known.default_format if known else "raw")
            return int(fmt[2:]) if fmt.startswith("dp") else None
    return None


def _lookup_in(view: View) -> Lookup:
    def find(role: str | None, name: str) -> Column:
        series = view.column(name)
        return series if series.dtype == pl.String else view.number(name)

    return find
