"""The texts and numbers of the slots of one intent's rows, by the column and each worked out once.

Numbers derived here are estimates with bounds; `doubt` marks the rows whose rounding or condition they cannot decide.
"""

from __future__ import annotations

from copy import copy
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Mask, Places, join_columns, take
from apothecary.facts.digits import format_floats
from apothecary.facts.estimate import Column, Estimate, Estimator, Labels, read_leaf
from apothecary.facts.grounds import Grounds
from apothecary.facts.ledger import Ledger
from apothecary.facts.phrasing import LETTERS, add_article, frame_options
from apothecary.facts.plan import OPTION, Plan, Source
from apothecary.facts.tables import build_single

T = TypeVar("T", bound=np.generic)


class Values:
    """Slot values over rows."""

    def __init__(self, plan: Plan, ledger: Ledger, grounds: Grounds) -> None:
        self.plan = plan
        self.rows = grounds.rows
        self._ledger = ledger
        self._grounds = grounds
        self._estimator = Estimator(grounds.rows, self.find)
        self.index: dict[str, Places | int] = {role: n for n, role in enumerate(plan.roles[: plan.count])}
        self._texts: dict[Source, pl.Series] = {}
        self._lets: dict[str, Column] = {}
        self._leaves: dict[tuple[str, str], Estimate] = {}
        self.options = [self._write_option(n) for n in range(plan.count)] if plan.offers else []

    def claim(self, right: Places | int) -> Values:
        """The values with this option of each row as the right one."""
        claimed = copy(self)
        claimed.index = {"a": right, "m": np.equal(right, 0).astype(np.int64)}
        claimed._texts, claimed._lets, claimed._leaves = {}, {}, {}
        claimed._estimator = Estimator(self.rows, claimed.find)
        return claimed

    @property
    def entities(self) -> Places:
        """The places (entities, rows) of the entities in the ledger."""
        return self._grounds.entities

    @property
    def doubt(self) -> Mask:
        """The rows that floats could not decide."""
        return self._estimator.doubt

    def mark_doubt(self, rows: Mask) -> None:
        """Leave these rows to Decimal."""
        self._estimator.doubt |= rows

    def read_text(self, source: Source) -> pl.Series:
        """The text of a slot in each row; null where it has none."""
        if source not in self._texts:
            self._texts[source] = self._write(source)
        return self._texts[source]

    def find(self, role: str | None, name: str) -> Column:
        """The column of a name of the arithmetic."""
        kind, place = self.plan.locate(role, name)
        if kind == "let":
            if name not in self._lets:
                self._lets[name] = self._estimator.evaluate(self.plan.let[name])
            return self._lets[name]
        if kind == "given":
            given = next(item for item in self.plan.given if item.name == name)
            return read_leaf(given.numbers[self._grounds.given[name]], given.is_short)
        if (place, name) not in self._leaves:
            self._leaves[place, name] = self.read_number(self.index[place], name)
        return self._leaves[place, name]

    def read_number(self, role: Places | int, field: str) -> Estimate:
        """The numbers of a field for an entity index (one, or one a row)."""
        numbers = self._ledger.read_numbers(field)
        return read_leaf(numbers.values[pick(self._grounds.facts[field], role)], numbers.short)

    def read_units(self, field: str) -> tuple[Places, int]:
        """The numbers (entities, rows) of a field in units of its last decimal, and how many decimals these are."""
        units, facts = self._ledger.read_units(field), self._grounds.facts[field]
        self.mark_doubt(np.asarray(~units.known[facts].all(axis=0)))
        return units.mantissa[facts], units.places

    def number_texts(self, field: str) -> Places:
        """The texts (entities, rows) of a field as numbers: equal where the texts are."""
        return self._ledger.number_texts(field)[self._grounds.facts[field]]

    def _write(self, source: Source) -> pl.Series:
        how = source.format
        match source.kind:
            case "given":
                given = next(item for item in self.plan.given if item.name == source.name)
                return take(given.column, self._grounds.given[source.name])
            case "letter":
                return take(pl.Series(list(LETTERS)), np.broadcast_to(self.index["a"], self.rows))
            case "right":
                return take(pl.concat(self.options), self.index["a"] * self.rows + np.arange(self.rows))
            case "options":
                marks = frame_options(len(self.options), how.kind)
                return join_columns([part for pair in zip(marks, self.options, strict=True) for part in pair])
            case "let":
                return self._write_derived(source)
        return self._write_known(source, self.index[source.role])

    def _write_known(self, source: Source, role: Places | int) -> pl.Series:
        if source.kind == "name":
            names = self._ledger.format_names(source.name, source.format)
            return take(names, pick(self._grounds.entities, role))
        texts = self._ledger.format_field(source.name, source.format)
        return take(texts, pick(self._grounds.facts[source.name], role))

    def _write_option(self, number: int) -> pl.Series:
        def read(source: Source) -> pl.Series:
            return self._write_known(source, number if source.role == OPTION else self.index[source.role])

        return build_single(self.plan.option, read, self.rows)

    def _write_derived(self, source: Source) -> pl.Series:
        column = self.find(None, source.name)
        if isinstance(column, Labels):
            labels = [add_article(label) if source.format.kind == "an" else label for label in column.labels]
            return take(pl.Series(labels, dtype=pl.String), np.broadcast_to(column.codes, self.rows))
        if source.format.kind not in ("dp", "sig"):
            self.doubt[:] = True
            return pl.Series([None], dtype=pl.String).new_from_index(0, self.rows)
        with np.errstate(all="ignore"):
            value, error = np.broadcast_arrays(column.value, column.error)
            texts, unsure = format_floats(value, error, source.format)
        self.mark_doubt(unsure)
        return texts if len(texts) == self.rows else texts.new_from_index(0, self.rows)


def pick(by_role: NDArray[T], role: Places | int) -> NDArray[T]:
    """One role's (rows,) of what is known by role (roles, rows): the same role in all rows, or one a row."""
    return by_role[role] if isinstance(role, int) else by_role[role, np.arange(by_role.shape[1])]
