"""Small column operations, chosen for their low cost a call: a check makes thousands of them on short columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Opened(NamedTuple):
    """A list column as one flat column: row n has flat[start[n]:][:size[n]]."""

    start: Places
    size: Places
    flat: pl.Series


def take(column: pl.Series, places: NDArray[Any]) -> pl.Series:
    """The values at these places, none of them negative.

    By `[]`, as `Series.gather` costs ten times more a call; and from one chunk, as gathering from many is twenty times
    slower.
    """
    if column.n_chunks() > 1:
        column = column.rechunk()
    return column[pl.Series(places.astype(np.uint32, copy=False))]


def equal_texts(one: pl.Series, other: pl.Series | str) -> Mask:
    """Where two text columns are equal; null equals nothing."""
    same = one == other
    return np.asarray((same.fill_null(value=False) if same.null_count() else same).to_numpy())


def join_columns(parts: Sequence[pl.Series | str]) -> pl.Series:
    """Series of texts (n,) and constants, joined row by row; null where any part is null."""
    frame = pl.DataFrame({str(n): part for n, part in enumerate(parts) if not isinstance(part, str)})
    columns = [pl.lit(part) if isinstance(part, str) else pl.col(str(n)) for n, part in enumerate(parts)]
    whole = pl.all() if frame.width == len(parts) else columns
    return frame.select(pl.concat_str(whole)).to_series()


def open_lists(column: pl.Series) -> Opened:
    """A list column, null and empty lists alike, as a flat column."""
    size = column.list.len().fill_null(0).to_numpy().astype(np.int64)
    return Opened(np.cumsum(size) - size, size, column.explode(empty_as_null=False, keep_nulls=False).rechunk())
