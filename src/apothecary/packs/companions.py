"""Combinations of several entities: pairs, wrong options, odd ones out and groups, told apart or alike by their values.

`values` are whole numbers: a numeric field in steps of 1e-6, or the codes of a text field. A `scope` is the code of
what a combination's entities have in common (`same`) or do not (`apart`); without either it is 0 for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apothecary.engine.seed import Words, draw_index

Index = NDArray[np.int64]
Roles = dict[str, Index]
_NEAREST = 24  # without gap.max, distractors come from this many neighbouring values on each side


@dataclass(frozen=True, eq=False)
class Gap:
    """How far apart values must be at least and may be at most (None: as far as they are)."""

    low: int
    high: int | None


@dataclass(frozen=True, eq=False)
class Ladder:
    """Entities in the order of (scope, value): each distinct value is a step, with its entities and its scope's steps.

    `values` are shifted from scope to scope by more than any gap, so that one comparison tells both.
    """

    entities: Index  # sorted
    values: Index  # of each step
    rank: Index  # the step of each entity of the input, in the input's order
    start: Index  # of each step, its first entity
    stop: Index
    floor: Index  # of each step, the first step of its scope
    ceiling: Index  # and the one after the last

    @classmethod
    def build(cls, entities: Index, values: Index, scope: Index | None, widest_gap: int) -> Ladder:
        """The ladder of entities with their values (n,) and scopes (n,)."""
        if not len(entities):
            none = np.zeros(0, dtype=np.int64)
            return cls(none, none, none, none, none, none, none)
        shifted = values - values.min()
        if scope is not None:
            shifted = shifted + scope * (int(shifted.max()) + widest_gap + 1)
        order = np.argsort(shifted, kind="stable")
        unique, start = np.unique(shifted[order], return_index=True)
        rank = np.searchsorted(unique, shifted)
        floor, ceiling = np.zeros(len(unique), dtype=np.int64), np.full(len(unique), len(unique))
        if scope is not None:
            scopes = scope[order][start]
            floor, ceiling = np.searchsorted(scopes, scopes, "left"), np.searchsorted(scopes, scopes, "right")
        return cls(entities[order], unique, rank, start, np.append(start[1:], len(entities)), floor, ceiling)

    def pick(self, step: Index, words: NDArray[np.uint32], number: int) -> Index:
        """An entity of each step (n,), by chance."""
        start, stop = self.start[step], self.stop[step]
        picked: Index = self.entities[start + spread_words(words, number, stop - start)]
        return picked


class Pair:
    """`pair` over numbers: ordered pairs of one scope whose values differ by gap.low to gap.high."""

    def __init__(self, entities: Index, values: Index, scope: Index | None, gap: Gap) -> None:
        ladder = Ladder.build(entities, values, scope, gap.high or gap.low)
        self.entities = ladder.entities
        self.values = np.repeat(ladder.values, ladder.stop - ladder.start)
        self.first = np.searchsorted(self.values, self.values + gap.low, side="left")
        end = np.repeat(ladder.stop[ladder.ceiling - 1], ladder.stop - ladder.start) if len(entities) else self.values
        last = end if gap.high is None else np.searchsorted(self.values, self.values + gap.high, side="right")
        self.before = np.concatenate([[0], np.cumsum(np.maximum(np.minimum(last, end) - self.first, 0))]).astype(
            np.int64
        )
        self.size = 2 * int(self.before[-1])
        self.facts = len(entities)

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


class Related:
    """`pair` over texts: ordered pairs of one scope with different values; with `values` all different, any two."""

    def __init__(self, entities: Index, values: Index, scope: Index | None) -> None:
        ladder = Ladder.build(entities, values, scope, 1)
        self.entities = ladder.entities
        counts = ladder.stop - ladder.start
        self.own_start, self.own_stop = np.repeat(ladder.start, counts), np.repeat(ladder.stop, counts)
        if len(entities):
            self.start = np.repeat(ladder.start[ladder.floor], counts)
            stop = np.repeat(ladder.stop[ladder.ceiling - 1], counts)
        else:
            self.start = stop = self.own_start
        partners = (stop - self.start) - (self.own_stop - self.own_start)
        self.before = np.concatenate([[0], np.cumsum(partners)]).astype(np.int64)
        self.size = int(self.before[-1])
        self.facts = int((partners > 0).sum())

    def decode(self, combination: Index, words: Words) -> Roles:
        """Roles a and b."""
        one = np.searchsorted(self.before, combination, side="right") - 1
        other = self.start[one] + combination - self.before[one]
        other = other + np.where(other >= self.own_start[one], self.own_stop[one] - self.own_start[one], 0)
        return {"a": self.entities[one], "b": self.entities[other]}

    def find(self, entity: int) -> Index:
        """Up to a hundred pairs in which the entity comes first."""
        one = np.flatnonzero(self.entities == entity)
        if not len(one):
            return one
        first, last = self.before[one[0]], self.before[one[0] + 1]
        return np.unique(np.linspace(first, last - 1, min(100, last - first)).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Windows:
    """For each step, where the others may come from: steps floor..below-1 and above..ceiling-1."""

    floor: Index
    below: Index
    above: Index
    ceiling: Index

    @classmethod
    def by_gap(cls, ladder: Ladder, gap: Gap) -> Windows:
        """Near values, at least gap.low away, of the same scope."""
        values = ladder.values
        below = np.searchsorted(values, values - gap.low, side="right")  # steps 0..below-1 are far enough down
        above = np.searchsorted(values, values + gap.low, side="left")
        if gap.high is None:
            floor, ceiling = below - _NEAREST, above + _NEAREST
        else:
            floor = np.searchsorted(values, values - gap.high, side="left")
            ceiling = np.searchsorted(values, values + gap.high, side="right")
        below, above = np.maximum(below, ladder.floor), np.minimum(above, ladder.ceiling)
        floor = np.clip(np.minimum(floor, below), ladder.floor, None)
        return cls(floor, below, above, np.clip(np.maximum(ceiling, above), None, ladder.ceiling))

    @classmethod
    def by_label(cls, ladder: Ladder, *, apart: bool) -> Windows:
        """Other values of the same scope; or, `apart`, all values of the other scopes."""
        steps = np.arange(len(ladder.values))
        if apart:
            return cls(np.zeros_like(steps), ladder.floor, ladder.ceiling, np.full_like(steps, len(steps)))
        return cls(ladder.floor, steps, steps + 1, ladder.ceiling)

    @property
    def room(self) -> Index:
        """How many steps the others may come from."""
        return (self.below - self.floor) + (self.ceiling - self.above)


class Options:
    """`options`, and `group` over a text: an entity and others of distinct values from its windows."""

    def __init__(self, ladder: Ladder, windows: Windows, entities: Index, count: int, roles: str = "d") -> None:
        self.ladder, self.windows = ladder, windows
        self.wrong = count - 1
        self.names = [f"d{n}" for n in range(1, count)] if roles == "d" else list(roles[1:count])
        keep = (windows.room >= self.wrong)[ladder.rank] if len(entities) else np.zeros(0, dtype=bool)
        self.entities, self.rank = entities[keep], ladder.rank[keep]
        self.facts = len(self.entities)

    @property
    def size(self) -> int:
        """How many entities can be role a."""
        return len(self.entities)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Role a and the others, of distinct values: a stratum of the windows each."""
        rank, windows = self.rank[combination], self.windows
        room_below = windows.below[rank] - windows.floor[rank]
        room_above = windows.ceiling[rank] - windows.above[rank]
        least, most = np.maximum(0, self.wrong - room_above), np.minimum(self.wrong, room_below)
        down = least + draw_index(words[:, 0], most - least + 1)
        roles = {"a": self.entities[combination]}
        for number, name in enumerate(self.names):
            is_down = number < down
            group = np.where(is_down, down, self.wrong - down)  # values drawn from this side
            place = np.where(is_down, number, number - down)
            room = np.where(is_down, room_below, room_above)
            base = np.where(is_down, windows.floor[rank], windows.above[rank])
            group = np.maximum(group, 1)
            low, high = room * place // group, room * (place + 1) // group  # a stratum each, so values differ
            step = base + low + spread_words(words[:, 1], number, high - low)
            roles[name] = self.ladder.pick(step, words[:, 2], number)
        return roles

    def find(self, entity: int) -> Index:
        """The entity as role a."""
        return np.flatnonzero(self.entities == entity)


class Odd:
    """`odd`: an entity and others that share one value that it does not have."""

    def __init__(self, ladder: Ladder, windows: Windows, entities: Index, count: int) -> None:
        self.ladder, self.wrong = ladder, count - 1
        self.shared = np.flatnonzero(ladder.stop - ladder.start >= self.wrong)  # values that enough entities share
        edges = (windows.floor, windows.below, windows.above, windows.ceiling)
        self.floor, self.below, self.above, self.ceiling = (np.searchsorted(self.shared, edge) for edge in edges)
        enough = (self.below - self.floor) + (self.ceiling - self.above) > 0
        keep = enough[ladder.rank] if len(entities) else np.zeros(0, dtype=bool)
        self.entities, self.rank = entities[keep], ladder.rank[keep]
        self.facts = len(self.entities)

    @property
    def size(self) -> int:
        """How many entities can be the odd one."""
        return len(self.entities)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Roles a (the odd one), d1, d2 ... (the others) and m (the first of them)."""
        rank = self.rank[combination]
        room_below = self.below[rank] - self.floor[rank]
        chosen = draw_index(words[:, 0], room_below + self.ceiling[rank] - self.above[rank])
        step = self.shared[
            np.where(chosen < room_below, self.floor[rank] + chosen, self.above[rank] + chosen - room_below)
        ]
        start, size = self.ladder.start[step], self.ladder.stop[step] - self.ladder.start[step]
        turn = draw_index(words[:, 3], size)
        roles = {"a": self.entities[combination]}
        for number in range(self.wrong):
            low, high = size * number // self.wrong, size * (number + 1) // self.wrong
            place = low + spread_words(words[:, 1], number, high - low)
            roles[f"d{number + 1}"] = self.ladder.entities[start + (place + turn) % size]
        return {**roles, "m": roles["d1"]}

    def find(self, entity: int) -> Index:
        """The entity as the odd one."""
        return np.flatnonzero(self.entities == entity)


class Group:
    """`group` over numbers: entities every two of which differ by gap.low, all within gap.high of one of them."""

    def __init__(self, ladder: Ladder, entities: Index, gap: Gap, count: int, roles: str) -> None:
        self.ladder, self.others, self.names = ladder, count - 1, roles[:count]
        values = ladder.values
        high = gap.high if gap.high is not None else int(values[-1] - values[0]) if len(values) else 0
        self.ceiling = np.minimum(np.searchsorted(values, values + high, "right"), ladder.ceiling) - 1
        self.floor = np.maximum(np.searchsorted(values, values - high, "left"), ladder.floor)
        # The nearest step that is far enough away; one beyond either end where there is none.
        self.up = np.append(np.searchsorted(values, values + gap.low, "left"), len(values))
        self.down = np.append(np.searchsorted(values, values - gap.low, "right") - 1, -1)
        self.can_rise = self._count_steps(self.up, self.ceiling, sign=1)
        self.can_fall = self._count_steps(self.down, self.floor, sign=-1)
        enough = self.can_rise + self.can_fall >= self.others
        keep = enough[ladder.rank] if len(entities) else np.zeros(0, dtype=bool)
        self.entities, self.rank = entities[keep], ladder.rank[keep]
        self.facts = len(self.entities)

    @property
    def size(self) -> int:
        """How many entities can be the one the others are near."""
        return len(self.entities)

    def decode(self, combination: Index, words: Words) -> Roles:
        """Roles r1, r2 ... from the lowest, hi and lo, and a, b ... in the order shown."""
        rank = self.rank[combination]
        least = np.maximum(0, self.others - self.can_rise[rank])
        falls = least + draw_index(words[:, 0], np.minimum(self.others, self.can_fall[rank]) - least + 1)
        rises = self.others - falls
        steps = [rank]
        steps += self._walk(rank, rises, self.ceiling[rank], self.up, self.down, words, 0)
        steps += self._walk(rank, falls, self.floor[rank], self.down, self.up, words, self.others)
        # A walk gives -1 where a row takes fewer steps than the longest: each row keeps count of them in all.
        taken = np.sort(np.stack(steps), axis=0)[-(self.others + 1) :]
        members = np.stack([self.ladder.pick(step, words[:, 2], n) for n, step in enumerate(taken)])
        anchor = self.entities[combination]
        members = np.where(taken == rank, anchor, members)
        mixed = np.stack([spread_words(words[:, 3], n, np.full(len(rank), 2**20)) for n in range(len(members))])
        shown = np.take_along_axis(members, np.argsort(mixed, axis=0, kind="stable"), axis=0)
        roles = dict(zip(self.names, shown, strict=True))
        roles |= {f"r{n}": rows for n, rows in enumerate(members, 1)}
        return roles | {"lo": members[0], "hi": members[-1]}

    def find(self, entity: int) -> Index:
        """The entity as the one the others are near."""
        return np.flatnonzero(self.entities == entity)

    def _count_steps(self, onward: Index, end: Index, sign: int) -> Index:
        """How many steps of at least the gap each value can take before its end, up to the number of others."""
        count, at = np.zeros_like(end), np.arange(len(end))
        for _ in range(self.others):
            at = onward[at]
            at = np.where(sign * (end - at) >= 0, at, len(end) if sign > 0 else -1)
            count += (at >= 0) & (at < len(end))
        return count

    def _walk(
        self, rank: Index, count: Index, end: Index, onward: Index, back: Index, words: Words, salt: int
    ) -> list[Index]:
        """`count` (n,) steps away from `rank` towards `end`, each by chance as far as the rest still fits; else -1."""
        latest = [end]  # the last place from which 0, 1, 2 ... more steps fit
        for _ in range(self.others - 1):
            latest.append(back[latest[-1]])
        bounds = np.stack(latest)
        at, found = rank, []
        every = np.arange(len(rank))
        for step in range(1, self.others + 1):
            left = count - step
            goes = left >= 0
            near, far = onward[at], bounds[np.maximum(left, 0), every]
            low = np.minimum(near, far)
            size = np.where(goes, np.abs(far - near) + 1, 1)
            at = np.where(goes, low + spread_words(words[:, 1], salt + step, size), at)
            found.append(np.where(goes, at, -1))
        return found


def spread_words(words: NDArray[np.uint32], number: int, size: Index) -> Index:
    """Several draws from one word: the golden ratio's multiples of it are far apart."""
    turned = (words.astype(np.uint64) * np.uint64(2654435769) + np.uint64(number * 0x9E3779B1)) & np.uint64(0xFFFFFFFF)
    return draw_index(turned.astype(np.uint32), np.maximum(size, 1))
