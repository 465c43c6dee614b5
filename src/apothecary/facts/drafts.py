"""All texts that the rows of a frame must have: noted intent by intent, built and compared with those found at once.

So the cost of an intent is that of its values alone, however few its rows.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Mask, Places, equal_texts, take
from apothecary.facts.digits import Floats, format_floats, measure_half_digits
from apothecary.facts.numbers import Format
from apothecary.facts.tables import Table


class Draft:
    """What is expected of the rows of one frame; `found` are columns of texts, one after the other."""

    def __init__(self, table: Table, rows: int, found: dict[str, pl.Series]) -> None:
        self.good: Mask = np.zeros(rows, dtype=bool)
        self._table = table
        self._found = list(found.values())
        sizes = [len(column) for column in self._found]
        self._starts = dict(zip(found, np.cumsum([0, *sizes]).tolist(), strict=False))
        self._columns: list[tuple[int, int, pl.Series]] = []  # slot, first row, texts
        self._numbers: dict[Format, list[tuple[int, int, Floats, Floats]]] = {}  # slot, first row, value, error
        self._texts: list[tuple[Places, Places, Places]] = []  # wording, row, place among those found
        self._halves: dict[Format, list[tuple[Places, Floats]]] = {}  # row, tolerance found

    def set_texts(self, slot: int, first: int, texts: pl.Series) -> None:
        """The texts of a slot in the rows from the first on."""
        self._columns.append((slot, first, texts))

    def set_numbers(self, slot: int, first: int, value: Floats, error: Floats, how: Format) -> None:
        """The numbers of a slot in the rows from the first on, and how they are written."""
        self._numbers.setdefault(how, []).append((slot, first, value, error))

    def expect(self, wordings: Places, rows: Places, column: str, places: Places) -> None:
        """Each row has the text of its wording at its place of a column found."""
        self._texts.append((wordings, rows, places + self._starts[column]))

    def expect_half_digits(self, rows: Places, tolerance: Floats, how: Format) -> None:
        """The tolerance is half of the last digit of the answer."""
        self._halves.setdefault(how, []).append((rows, tolerance))

    def compare(self) -> Mask:
        """Which rows are good: noted as such, and all their texts and tolerances as expected, beyond doubt."""
        if not self._texts:
            return self.good
        place = np.zeros(self._table.slots, dtype=np.int64)
        columns = [self._table.literals]
        size = len(columns[0])
        for slot, first, texts in [*self._columns, *self._write_numbers()]:
            place[slot] = size - first
            columns.append(texts)
            size += len(texts)
        wordings, rows, places = (np.concatenate([part[n] for part in self._texts]) for n in range(3))
        pool, found = pl.concat(columns, rechunk=True), pl.concat(self._found, rechunk=True)
        for part, texts in self._table.build(wordings, rows, place, pool):
            self.good[rows[part[~equal_texts(texts, take(found, places[part]))]]] = False
        self._compare_half_digits(found)
        return self.good

    def _write_numbers(self) -> list[tuple[int, int, pl.Series]]:
        written = []
        for how, parts in self._numbers.items():
            value, error = (np.concatenate([part[n] for part in parts]) for n in (2, 3))
            texts, unsure = format_floats(value, error, how)
            at = 0
            for slot, first, own, _ in parts:
                written.append((slot, first, texts[at : at + len(own)]))
                self.good[first : first + len(own)] &= ~unsure[at : at + len(own)]
                at += len(own)
        return written

    def _compare_half_digits(self, found: pl.Series) -> None:
        for how, parts in self._halves.items():
            rows, tolerance = (np.concatenate(column) for column in zip(*parts, strict=True))
            expected = measure_half_digits(take(found, rows + self._starts["answer"]), how)
            self.good[rows[~is_close(tolerance, expected)]] = False


def is_close(found: Floats, expected: Floats | NDArray[np.float64]) -> Mask:
    """Tolerances that are the same but for the last binary digits."""
    return np.asarray(np.less_equal(np.abs(found - expected), np.abs(expected) * 1e-12))
