"""Numbered wordings as segment tables, so that texts of many wordings are built with a few gathers.

Literal k and slot k of every wording stand in column k; a wording with fewer slots is padded with empty texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from apothecary.facts.columns import Places, join_columns, take
from apothecary.facts.plan import Pieces, Source

ReadText = Callable[[Source], pl.Series]


class Table:
    """Wordings of an intent by number."""

    def __init__(self, wordings: Sequence[Pieces]) -> None:
        split = [_split(pieces) for pieces in wordings]
        self.sources = list(dict.fromkeys(source for _, sources in split for source in sources))
        number = {source: n for n, source in enumerate(self.sources)}
        texts = {text: n for n, text in enumerate(dict.fromkeys(["", *(t for literals, _ in split for t in literals)]))}
        self._literals = pl.Series(list(texts))
        width = max((len(sources) for _, sources in split), default=0)
        self._slots = np.full((width, len(split)), -1, dtype=np.int32)
        self._texts = np.zeros((width + 1, len(split)), dtype=np.uint32)  # 0 is the empty text
        for at, (literals, sources) in enumerate(split):
            self._slots[: len(sources), at] = [number[source] for source in sources]
            self._texts[: len(literals), at] = [texts[text] for text in literals]

    def build(self, wordings: Places, rows: Places, read: ReadText) -> pl.Series:
        """The text of wording `wordings[n]` with the values of row `rows[n]`; null where a value is null."""
        slots, texts = self._slots[:, wordings], self._texts[:, wordings]
        used = np.flatnonzero(np.bincount((slots + 1).ravel(), minlength=1)[1:])
        columns = [read(self.sources[source]) for source in used]
        size = len(columns[0]) if columns else 0
        # Where the values of each slot begin; slot -1 is the empty text, which comes first.
        place = np.zeros(len(self.sources) + 1, dtype=np.uint32)
        place[used] = len(self._literals) + np.arange(len(columns)) * size
        row = rows.astype(np.uint32)
        # One gather for all literals and slots of all rows, then a slice of it for each column of the texts.
        wanted = [texts[0]]
        for slot, text in zip(slots, texts[1:], strict=True):
            if slot.max(initial=-1) >= 0:
                wanted.append(place[slot] + np.where(slot >= 0, row, 0))
            if text.any():
                wanted.append(text)
        gathered = take(pl.concat([self._literals, *columns]), np.concatenate(wanted))
        count = len(wordings)
        return join_columns([gathered[n * count : (n + 1) * count] for n in range(len(wanted))])


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
