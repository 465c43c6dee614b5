"""The columns behind the slots: for a batch of drawn combinations, the numbers and texts that wordings ask for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.generate.draw import Drawn
from apothecary.generate.segments import Segments, SlotBook, SlotValues
from apothecary.generate.strata import IntentPlan
from apothecary.packs.arithmetic import parse_expression
from apothecary.packs.evaluate import Column, evaluate
from apothecary.packs.format import format_each, put_article
from apothecary.packs.grammar import Slot

Index = NDArray[np.int64]

_parse = lru_cache(maxsize=None)(parse_expression)

LETTERS = pl.Series(list("ABCDEFGHIJ"), dtype=pl.String)


class Unformatted(NamedTuple):
    """Derived numbers (n,) and the format they are stated in."""

    values: NDArray[np.float64]
    fmt: str


def format_derived(slots: Sequence[list[pl.Series | Unformatted]]) -> list[list[pl.Series]]:
    """The slots of several intents with all derived numbers as texts, formatted in one go."""
    found = [slot for some in slots for slot in some if isinstance(slot, Unformatted)]
    if found:
        sizes = [len(one.values) for one in found]
        texts = format_each(np.concatenate([one.values for one in found]), [one.fmt for one in found], sizes)
        ends = np.cumsum(sizes)
        formatted = iter([texts[int(end - size) : int(end)] for end, size in zip(ends, sizes, strict=True)])
    return [[next(formatted) if isinstance(slot, Unformatted) else slot for slot in some] for some in slots]


class BatchValues:
    """Everything a wording can ask of one batch: fields by role, given numbers, derived values, options."""

    def __init__(self, plan: IntentPlan, drawn: Drawn) -> None:
        self.plan = plan
        self.drawn = drawn
        self._derived: dict[str, Column] = {}
        self.options: list[pl.Series] = []
        for name, text in plan.intent.let.items():
            self._derived[name] = evaluate(_parse(text), self.lookup, drawn.rows)

    def lookup(self, role: str | None, name: str) -> Column:
        """A column (n,) for the arithmetic: given and derived values first, then fields of `role` (a if none)."""
        if role is None and name in self.drawn.given:
            return self.plan.given_numbers[name][self.drawn.given[name]]
        if role is None and name in self._derived:
            return self._derived[name]
        view = self.plan.view
        if view is None or (role or "a") not in self.drawn.roles:
            raise PackError(f"{name!r} has no value here", where=self.plan.intent.intent)
        series = view.column(name)
        if series.dtype == pl.String:
            return series[self.drawn.places(role or "a")]
        return view.number(name)[self.drawn.roles[role or "a"]]

    def slot(self, slot: Slot) -> pl.Series | Unformatted:
        """The texts (n,) of a slot; of a derived number the values, to be formatted with those of other intents."""
        draw = self.plan.intent.draw
        if slot.role is None and slot.field in draw.given:
            return self.plan.given_texts[slot.field][self.drawn.given[slot.field]]
        if slot.role is None and slot.field in self._derived:
            return self._derived_text(slot)
        if slot.role is None and slot.field in ("options", "letter", "right"):
            return self._option_text(slot)
        if draw.kind == "each" and slot.field == draw.field and slot.role in (None, "a"):
            view = self.plan.view
            assert view is not None
            values = view.several(slot.field)["text"][self.drawn.roles["value"]]
            return put_article(values) if slot.fmt == "an" else values
        return self._texts(slot)[self.drawn.places(slot.role or "a")]

    def arrange_options(self, segments: Segments, book: SlotBook) -> list[Index]:
        """Fill `options` (texts in the order A, B, C ...) and return the entity rows in that order."""
        count = self.plan.intent.draw.count
        letter = self.drawn.letter
        wrong = np.stack([self.drawn.roles[f"d{number}"] for number in range(1, count)])
        order = []
        none = np.zeros(self.drawn.rows, dtype=np.int64)
        for place in range(count):
            index = np.clip(place - (place > letter).astype(np.int64), 0, count - 2)
            rows = np.where(place == letter, self.drawn.roles["a"], wrong[index, np.arange(self.drawn.rows)])
            order.append(rows)
            at = pl.Series(rows.astype(np.uint32))
            columns = [self._texts(slot)[at] for slot in book.slots]
            self.options.append(segments.render(none, SlotValues(columns, self.drawn.rows)))
        return order

    def _texts(self, slot: Slot) -> pl.Series:
        if self.plan.view is None:
            raise PackError(f"slot {{{slot.name}}} needs an entity", where=self.plan.intent.intent)
        return self.plan.view.texts(slot.field, slot.fmt)

    def _derived_text(self, slot: Slot) -> pl.Series | Unformatted:
        value = self._derived[slot.field]
        if isinstance(value, pl.Series):
            return put_article(value) if slot.fmt == "an" else value
        if not slot.fmt:
            raise PackError(f"derived value {slot.field!r} needs a format", where=self.plan.intent.intent)
        return Unformatted(value, slot.fmt)

    def _option_text(self, slot: Slot) -> pl.Series:
        if slot.field == "letter":
            return LETTERS[self.drawn.letter]
        if slot.field == "right":
            stacked = pl.concat(self.options)
            return stacked[self.drawn.letter * self.drawn.rows + np.arange(self.drawn.rows)]
        return lay_out_options(self.options, slot.fmt or "lines")


def lay_out_options(options: Sequence[pl.Series], layout: str) -> pl.Series:
    """Option texts, one series a place, to one block: `lines` or `inline`."""
    pieces: list[pl.Expr] = []
    for number, option in enumerate(options):
        joint = "" if number == 0 else (" or " if number == len(options) - 1 else ", ")
        before = "\n" if layout == "lines" else joint
        pieces += [pl.lit(f"{before}{LETTERS[number]}) "), pl.lit(option)]
    return pl.select(pl.concat_str(pieces)).to_series()
