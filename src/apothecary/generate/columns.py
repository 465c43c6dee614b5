"""Columns built once for many intents: texts from their pieces, lists from their leaves, each in the order wanted.

A call of Polars costs more than the work of some hundred rows, and a pack has some hundred intents: what their rows
need is put into one pool and gathered once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from apothecary.generate.segments import Segments

Index = NDArray[np.int64]
Numbers = NDArray[np.uint32]

EMPTY = pl.Series([""], dtype=pl.String)
_WIDTHS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 34, 48, 64, 96, 128, 256)


class Job(NamedTuple):
    """Texts to build: for each of n rows a wording of `segments`, slot texts (n,) by slot number, and its target."""

    segments: Segments
    wording: Index
    slots: Sequence[pl.Series]
    target: Index  # where each text goes


class Pool:
    """Columns of texts put one after the other, so that values of different columns are gathered in one go."""

    def __init__(self) -> None:
        self._parts: list[pl.Series] = [pl.Series([None], dtype=pl.String)]  # place 0 is null
        self._bases: dict[Hashable, int] = {}
        self._size = 1

    def add(self, key: Hashable, texts: pl.Series) -> int:
        """Where the column of `key` begins; put there when it is not there yet."""
        if key not in self._bases:
            self._bases[key] = self._size
            self._parts.append(texts)
            self._size += len(texts)
        return self._bases[key]

    @property
    def texts(self) -> pl.Series:
        """All texts, place by place."""
        if len(self._parts) > 1:
            self._parts = [pl.concat(self._parts, rechunk=True)]
        return self._parts[0]


def build_texts(jobs: Sequence[Job], rows: int) -> pl.Series:
    """The texts of all jobs, each at its target (rows,); null where no job has one, or a slot has none."""
    by_width: dict[int, list[Job]] = {}
    for job in jobs:
        if len(job.wording):
            width = next(width for width in _WIDTHS if width >= job.segments.slot_table.shape[1])
            by_width.setdefault(width, []).append(job)
    built = [pl.Series([None], dtype=pl.String)]
    place = np.zeros(rows, dtype=np.uint32)
    size = 1
    for width, some in sorted(by_width.items()):
        for job in some:
            place[job.target] = np.arange(size, size + len(job.target), dtype=np.uint32)
            size += len(job.target)
        built.append(_join(some, width))
    return pl.concat(built, rechunk=True)[pl.Series(place)]


def _join(jobs: Sequence[Job], width: int) -> pl.Series:
    """The texts of jobs of about the same width, one after the other: one gather of all pieces, one concatenation."""
    pool, size = [EMPTY], 1
    wanted: list[list[Numbers]] = [[] for _ in range(2 * width + 1)]
    for job in jobs:
        segments, rows = job.segments, len(job.wording)
        literal, slot = segments.literal_table[job.wording], segments.slot_table[job.wording]
        start = np.zeros(len(job.slots) + 1, dtype=np.uint32)  # where the texts of each slot begin
        pool.append(segments.literals)
        base = np.uint32(size)
        size += len(segments.literals)
        for number in segments.used:
            start[number] = size
            pool.append(job.slots[number - 1])
            size += rows
        row = np.arange(rows, dtype=np.uint32)
        nothing = np.zeros(rows, dtype=np.uint32)
        for place in range(2 * width + 1):
            column, is_slot = divmod(place, 2)
            if column >= (slot.shape[1] if is_slot else literal.shape[1]):
                wanted[place].append(nothing)
            elif is_slot:
                numbers = slot[:, column]
                wanted[place].append(np.where(numbers > 0, start[numbers] + row, np.uint32(0)))
            else:
                wanted[place].append(literal[:, column] + base)
    columns = [column for column in map(np.concatenate, wanted) if column.any()]
    rows = sum(len(job.wording) for job in jobs)
    if not columns:
        return EMPTY.new_from_index(0, rows)
    pieces = pl.concat(pool, rechunk=True)[pl.Series(np.concatenate(columns))]
    frame = {str(number): pieces[number * rows : (number + 1) * rows] for number in range(len(columns))}
    return pl.DataFrame(frame).select(pl.concat_str(pl.all())).to_series()


def spread(counts: Index, starts: Index) -> Index:
    """For lists of `counts` (n,) leaves that begin at `starts` (n,): the places of all their leaves in order."""
    ends = np.cumsum(counts)
    return np.asarray(np.repeat(starts - (ends - counts), counts) + np.arange(int(ends[-1]) if len(ends) else 0))


def build_lists(counts: Index, leaves: pl.Series | dict[str, pl.Series], *, empty_is_null: bool) -> pl.Series:
    """Leaves, or structs of leaves, in the order of the lists they belong to, as one list column of `counts` (n,)."""
    if isinstance(leaves, dict):
        arrays = [_to_arrow(leaf) for leaf in leaves.values()]
        values: pa.Array = pa.StructArray.from_arrays(arrays, names=list(leaves))
    else:
        values = _to_arrow(leaves)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    mask = pa.array(counts == 0) if empty_is_null and (counts == 0).any() else None
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), values, mask=mask)
    built = pl.from_arrow(lists)
    assert isinstance(built, pl.Series)
    return built


def _to_arrow(series: pl.Series) -> pa.Array:
    found = series.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
