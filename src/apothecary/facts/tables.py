"""Numbered wordings as segment tables, so that the texts of many wordings are built with a few gathers.

Literal k and slot k of every wording stand in column k of the texts with as many slots; slots are numbered, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Places, join_columns, take
from apothecary.facts.plan import Pieces, Source

CHUNK = 1 << 16  # texts built at once

ReadText = Callable[[Source], pl.Series]


class Chapter:
    """The wordings of one intent in a table: the numbers of its first wording and slot, and its slots in order."""

    def __init__(self, wording: int, slot: int, sources: list[Source], slots: list[list[int]]) -> None:
        self.wording = wording
        self.slot = slot
        self.sources = sources
        self._uses = np.zeros((len(sources), len(slots)), dtype=bool)
        for at, own in enumerate(slots):
            self._uses[own, at] = True

    def list_used(self, wordings: Sequence[Places]) -> Places:
        """The slots that these wordings have between them, by their place in the chapter."""
        met = np.zeros(self._uses.shape[1], dtype=bool)
        for numbers in wordings:
            met[numbers] = True
        return np.flatnonzero(self._uses[:, met].any(axis=1))


class Table:
    """The wordings of a pack by number, one intent's after the other's."""

    def __init__(self) -> None:
        self.slots = 0
        self._literals: dict[str, int] = {"": 0}
        self._texts: list[int] = []  # of all wordings: one literal more than slots each
        self._sources: list[int] = []  # of all wordings
        self._counts: list[int] = []  # of slots, by wording
        self._sealed: tuple[NDArray[np.int32], ...] = ()

    def add(self, wordings: Sequence[Pieces]) -> Chapter:
        """One more intent's wordings, numbered on."""
        split = [_split(pieces) for pieces in wordings]
        sources = list(dict.fromkeys(source for _, own in split for source in own))
        number = {source: n for n, source in enumerate(sources)}
        chapter = Chapter(len(self._counts), self.slots, sources, [[number[s] for s in own] for _, own in split])
        for literals, own in split:
            self._texts += [self._literals.setdefault(text, len(self._literals)) for text in literals]
            self._sources += [self.slots + number[source] for source in own]
            self._counts.append(len(own))
        self.slots += len(sources)
        self._sealed = ()
        return chapter

    @property
    def literals(self) -> pl.Series:
        """All literals by number; number 0 is the empty text."""
        return pl.Series(list(self._literals), dtype=pl.String)

    def build(
        self, wordings: Places, rows: Places, place: Places, pool: pl.Series
    ) -> Iterator[tuple[Places, pl.Series]]:
        """The texts of `wordings[n]` for row `rows[n]`, some at a time: which n, and their texts.

        The pool begins with the literals; slot s of row r has the text pool[place[s] + r]. Null where a value is null.
        """
        if not self._sealed:
            lists = (self._counts, self._texts, self._sources)
            counts, texts, sources = (np.array(numbers, dtype=np.int32) for numbers in lists)
            self._sealed = counts, texts, sources, np.cumsum(counts, dtype=np.int32) - counts
        count = self._sealed[0][wordings]
        order = np.argsort(count, kind="stable")
        bounds = np.searchsorted(count[order], np.arange(int(count.max(initial=-1)) + 2))
        for slots, (start, stop) in enumerate(pairwise(bounds.tolist())):
            for at in range(start, stop, CHUNK):
                part = order[at : min(at + CHUNK, stop)]
                yield part, self._join(wordings[part], rows[part], slots, place, pool)

    def _join(self, wordings: Places, rows: Places, slots: int, place: Places, pool: pl.Series) -> pl.Series:
        """Texts of wordings with as many slots each: one gather for all of them, then a slice of it a column."""
        _, texts, sources, starts = self._sealed
        first = starts[wordings]
        wanted = []
        for column in range(slots + 1):
            literal = texts[first + wordings + column]
            if literal.any():
                wanted.append(literal)
            if column < slots:
                wanted.append(place[sources[first + column]] + rows)
        gathered = take(pool, np.concatenate(wanted or [np.zeros(len(rows), dtype=np.int64)]))
        size = len(rows)
        return join_columns([gathered[n : n + size] for n in range(0, len(gathered), size)])


def build_single(pieces: Pieces, read: ReadText, rows: int) -> pl.Series:
    """The text of one wording for all rows."""
    parts: list[pl.Series | str] = [piece if isinstance(piece, str) else read(piece) for piece in pieces]
    if len(parts) == 1 and isinstance(parts[0], pl.Series):
        return parts[0]
    if all(isinstance(part, str) for part in parts):
        return pl.Series(["".join(str(part) for part in parts)]).new_from_index(0, rows)
    return join_columns(parts)


def _split(pieces: Pieces) -> tuple[list[str], list[Source]]:
    literals, sources = [""], []
    for piece in pieces:
        if isinstance(piece, str):
            literals[-1] += piece
        else:
            sources.append(piece)
            literals.append("")
    return literals, sources
