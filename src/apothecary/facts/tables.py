"""Numbered wordings as segment tables, so that texts of many wordings are built with a few gathers.

Literal k and slot k of every wording stand in column k; a wording with fewer slots is padded with empty texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.digits import join_columns
from apothecary.facts.plan import Pieces, Source

Places = NDArray[np.int64]
ReadText = Callable[[Source], pl.Series]


class Table:
    """The wordings of one part (asks, replies, ...) of all templates of an intent."""

    def __init__(self, parts: Sequence[list[Pieces]]) -> None:
        self.sizes = np.array([len(part) for part in parts], dtype=np.int64)
        self.bases = np.cumsum(self.sizes) - self.sizes
        wordings = [_split(pieces) for part in parts for pieces in part]
        self.sources = list(dict.fromkeys(source for _, sources in wordings for source in sources))
        number = {source: n for n, source in enumerate(self.sources)}
        width = max((len(sources) for _, sources in wordings), default=0)
        self._slots = np.full((width, len(wordings)), -1, dtype=np.int64)
        for at, (_, sources) in enumerate(wordings):
            self._slots[: len(sources), at] = [number[source] for source in sources]
        self._literals = [
            pl.Series([literals[k] if k < len(literals) else "" for literals, _ in wordings], dtype=pl.String)
            for k in range(width + 1)
        ]
        self._bare = [not column.str.len_bytes().sum() for column in self._literals]

    def build(self, wordings: Places, rows: Places, read: ReadText) -> pl.Series:
        """The text of wording `wordings[n]` with the values of row `rows[n]`; null where a value is null."""
        slots = self._slots[:, wordings]
        used = np.unique(slots)
        columns = [read(self.sources[source]) for source in used if source >= 0]
        size = len(columns[0]) if columns else 0
        stack = pl.concat([*columns, pl.Series([""])])
        place = np.full(
            len(self.sources) + 1, len(stack) - 1, dtype=np.int64
        )  # the last, for slot -1, is the empty text
        place[used[used >= 0]] = np.arange(len(columns)) * size
        parts: list[pl.Series | str] = [self._literals[0].gather(wordings)]
        for k in range(slots.shape[0]):
            if slots[k].max(initial=-1) < 0:
                break
            at = place[slots[k]] + np.where(slots[k] >= 0, rows, 0)
            parts.append(stack.gather(at))
            if not self._bare[k + 1]:
                parts.append(self._literals[k + 1].gather(wordings))
        return join_columns(parts)


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
