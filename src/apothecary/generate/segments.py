"""Wordings compiled to a segment table: texts of a batch are gathers of literals and slots, then one concatenation.

One expression a wording falls apart at some thousand wordings; gathering segment k of every row's own wording does not
(docs/decisions/0001-renderer.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.packs.grammar import Slot, parse

Index = NDArray[np.int64]
Numbers = NDArray[np.uint32]


class SlotBook:
    """The distinct slots of an intent, numbered; slot 0 is the empty text."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self._numbers: dict[Slot, int] = {}

    def number(self, slot: Slot) -> int:
        """The slot's number, from 1."""
        if slot not in self._numbers:
            self.slots.append(slot)
            self._numbers[slot] = len(self.slots)
        return self._numbers[slot]


class Segments:
    """A list of wordings as literal and slot numbers: literal 0, slot 0, literal 1, slot 1, ..."""

    def __init__(self, wordings: Sequence[str], book: SlotBook) -> None:
        literals: dict[str, int] = {"": 0}
        rows: list[tuple[list[int], list[int]]] = []
        for wording in wordings:
            texts, slots = [""], []
            for part in parse(wording):
                if isinstance(part, Slot):
                    slots.append(book.number(part))
                    texts.append("")
                else:
                    texts[-1] += part.text
            rows.append(([literals.setdefault(text, len(literals)) for text in texts], slots))
        width = max((len(slots) for _, slots in rows), default=0)
        self.literals = pl.Series(list(literals), dtype=pl.String)
        self.literal_table = np.zeros((len(rows), width + 1), dtype=np.uint32)  # as Polars gathers with them
        self.slot_table = np.zeros((len(rows), width), dtype=np.uint32)
        for row, (texts_at, slots_at) in enumerate(rows):
            self.literal_table[row, : len(texts_at)] = texts_at
            self.slot_table[row, : len(slots_at)] = slots_at
        self.used = sorted({int(number) for number in self.slot_table.ravel()} - {0})  # the slots that any wording has

    def render(self, wording: Index, values: SlotValues) -> pl.Series:
        """Texts (n,) of the wordings numbered `wording` (n,)."""
        if len(self.literal_table) == 1:
            return self._render_single(values)
        literal, slot = self.literal_table[wording], self.slot_table[wording]
        pieces = [self._literals_at(literal[:, 0])]
        for place in range(slot.shape[1]):
            pieces.append(values.at(slot[:, place]))
            pieces.append(self._literals_at(literal[:, place + 1]))
        named = {f"p{number}": piece for number, piece in enumerate(pieces)}
        return pl.DataFrame(named).select(text=pl.concat_str(pl.all())).to_series()

    def _render_single(self, values: SlotValues) -> pl.Series:
        """The only wording there is, of every row."""
        literals = [self.literals[int(number)] for number in self.literal_table[0]]
        columns = {f"p{place}": values.column(int(slot)) for place, slot in enumerate(self.slot_table[0])}
        if not columns:
            return pl.Series([literals[0]], dtype=pl.String).new_from_index(0, values.rows)
        pieces: list[pl.Expr] = [pl.lit(literals[0])] if literals[0] else []
        for name, literal in zip(columns, literals[1:], strict=True):
            pieces += [pl.col(name), pl.lit(literal)] if literal else [pl.col(name)]
        if len(pieces) == 1:
            return columns["p0"]
        return pl.DataFrame(columns).select(text=pl.concat_str(pieces)).to_series()

    def _literals_at(self, numbers: Numbers) -> pl.Series:
        first = numbers[0] if len(numbers) else 0
        if (numbers == first).all():
            return self.literals[[int(first)]].new_from_index(0, len(numbers))
        return self.literals[pl.Series(numbers)]


class SlotValues:
    """The texts of every slot for a batch, stacked so that each row can take a slot of its own."""

    def __init__(self, columns: Sequence[pl.Series], rows: int) -> None:
        empty = pl.Series([""], dtype=pl.String).new_from_index(0, rows)
        self.rows = rows
        self._stacked = pl.concat([empty, *columns]) if columns else empty
        self._columns = [empty, *columns]
        self._places = np.arange(rows, dtype=np.uint32)

    def column(self, slot: int) -> pl.Series:
        """The texts (n,) of one slot."""
        return self._columns[slot]

    def at(self, slot: Numbers) -> pl.Series:
        """For each row (n,) the text of the slot numbered `slot` (n,)."""
        first = slot[0] if len(slot) else 0
        if (slot == first).all():
            return self._columns[int(first)]
        return self._stacked[pl.Series(slot * np.uint32(self.rows) + self._places)]
