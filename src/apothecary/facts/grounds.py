"""What the rows of a frame stand on: their columns opened, and their facts found in the ledger and compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import Mask, Opened, Places, equal_texts, open_lists, take
from apothecary.facts.ledger import Ledger
from apothecary.facts.numbering import Glossary
from apothecary.facts.plan import Given, Plan

_FLAT = ("prompt", "response", "answer")
_MAX_PARTS = 4
_GIVEN = -1  # the entity index of a number that the question gives


@dataclass(frozen=True)
class Grounds:
    """Entity places by role, fact places (within the field) by field and role, places among the given values."""

    rows: int
    entities: Places  # (roles, rows)
    facts: dict[str, Places]  # (roles, rows) each
    given: dict[str, Places]


class Batch:
    """The columns of a frame: nested ones opened, texts sorted by `order`, so that an intent's rows are one slice."""

    def __init__(self, rows: pl.DataFrame, ledger: Ledger, glossary: Glossary, order: Places) -> None:
        self.flat = rows.select(_FLAT).rechunk()[pl.Series(order.astype(np.uint32))]
        self.entities = open_lists(rows["entities"])
        self.entity = ledger.find_entities(self.entities.flat)
        self.facts = open_lists(rows["facts"])
        self.fact = {name: column.rechunk() for name, column in self.facts.flat.struct.unnest().to_dict().items()}
        self.role = self.fact["entity"].fill_null(-2).to_numpy()
        self.name = _number(self.fact["field"], glossary.names)
        self.unit = _number(self.fact["unit"], glossary.units)
        self.drawn = _find_given(self.fact["value"], self.fact["fact_id"], glossary)
        self.stated = self._find_stated(ledger, glossary)
        self.template = glossary.templates.find(rows["template"])
        self.choices = open_lists(rows["choices"])
        self.reasoning = open_lists(rows["reasoning"])
        self.history = open_lists(rows["history"])
        self.turns = self.history.flat.struct.unnest()
        self.alternates = _alternate(self.history, self.turns["role"])
        parts = rows["wording"].str.split_exact(".", _MAX_PARTS).struct.unnest()
        numbers = parts.select(pl.all().cast(pl.Int32, strict=False).fill_null(-1)).get_columns()
        self.wording = np.vstack([column.to_numpy() for column in numbers])
        self.tolerance = rows["tolerance"].fill_null(float("nan")).to_numpy()

    def _find_stated(self, ledger: Ledger, glossary: Glossary) -> Places:
        """The place within its field of each stated fact that the ledger has of that entity, word for word; else -1."""
        row = np.repeat(np.arange(len(self.facts.size)), self.facts.size)
        inside = (self.role >= 0) & (self.role < self.entities.size[row])
        entity = np.full(len(row), -1, dtype=np.int64)
        entity[inside] = self.entity[self.entities.start[row[inside]] + self.role[inside]]
        stated = np.full(len(row), -1, dtype=np.int64)
        order = np.argsort(self.name.astype(np.int16), kind="stable")
        starts = np.searchsorted(self.name[order], np.arange(len(glossary.names) + 1))
        for field in ledger.fields:
            code = glossary.names.get(field.name)
            part = order[:0] if code is None else order[starts[code] : starts[code + 1]]
            if not part.size:
                continue
            span, own = ledger.open_field(field.name), entity[part]
            place = span.find(own, take(self.fact["fact_id"], part))
            good = (place >= 0) & (own >= 0) & (self.unit[part] == glossary.units[field.unit])
            place = np.where(good, place, 0)
            if len(span.ids):
                good &= span.sound[place] & (span.entities[place] == own)
                good &= equal_texts(take(span.texts, place), take(self.fact["value"], part))
            stated[part] = np.where(good, place, -1)
        return stated


def _number(texts: pl.Series, known: Mapping[str | None, int]) -> NDArray[np.int32]:
    """The numbers of texts, -1 for those not known; null is a text."""
    keys = [key for key in known if key is not None]
    own = np.array([*(known[key] for key in keys), -1], dtype=np.int32)
    codes: NDArray[np.int32] = own[
        texts.cast(pl.Enum(keys), strict=False).to_physical().cast(pl.Int64).fill_null(len(keys)).to_numpy()
    ]
    if texts.null_count():
        codes[texts.is_null().to_numpy()] = known.get(None, -1)
    return codes


def _alternate(history: Opened, roles: pl.Series) -> Mask:
    """The rows whose earlier turns are the user's and the assistant's in turn."""
    good = np.ones(len(history.size), dtype=bool)
    row = np.repeat(np.arange(len(good)), history.size)
    first = (np.arange(len(row)) - history.start[row]) % 2 == 0
    good[row[~np.where(first, equal_texts(roles, "user"), equal_texts(roles, "assistant"))]] = False
    return good


def _find_given(values: pl.Series, fact_ids: pl.Series, glossary: Glossary) -> Places:
    """The place of each stated number without a fact_id among the known given texts, -1 for none."""
    places = np.full(len(values), -1, dtype=np.int64)
    given = np.flatnonzero(fact_ids.is_null().to_numpy())
    places[given] = glossary.given.find(take(values, given))
    return places


class FactReader:
    """Reads the facts of the rows of one intent in the order they must have; `good` loses the rows that stray."""

    def __init__(self, plan: Plan, ledger: Ledger, glossary: Glossary, batch: Batch, rows: Places, good: Mask) -> None:
        self.good = good
        self._plan = plan
        self._ledger = ledger
        self._batch = batch
        self._cursor = batch.facts.start[rows]
        self._end = self._cursor + batch.facts.size[rows]
        self._glossary = glossary

    def read(self, need: str, role: int) -> Places:
        """The places of one needed field of one role; 0 for rows that are not good."""
        at = self._advance(need, role)
        if at is None:
            return np.zeros(len(self.good), dtype=np.int64)
        place = self._batch.stated[at]
        self.good &= place >= 0
        place = np.where(self.good, place, 0)
        if self._plan.is_list(need):
            self._read_rest(need, role, place, at)
        return place

    def read_given(self, given: Given, places: NDArray[np.int32]) -> Places:
        """The places of the stated numbers among the given values; 0 for rows that are not good."""
        at = self._advance(given.name, _GIVEN)
        if at is None:
            return np.zeros(len(self.good), dtype=np.int64)
        drawn = places[self._batch.drawn[at]].astype(np.int64)
        self.good &= (drawn >= 0) & (self._batch.unit[at] == self._glossary.units[given.unit])
        return np.maximum(drawn, 0)

    def finish(self) -> Mask:
        """The rows whose facts are all there, in order, and no more than these."""
        self.good &= self._cursor == self._end
        return self.good

    def _advance(self, name: str, role: int) -> Places | None:
        """Where the next fact of each row stands; 0 for rows that are not good, None when no row is."""
        self.good &= self._cursor < self._end
        if not self.good.any():
            return None
        at = np.where(self.good, self._cursor, 0)
        self._cursor = self._cursor + 1
        self.good &= self._say(name, role, at)
        return at

    def _say(self, name: str, role: int, at: Places) -> Mask:
        """Whether the facts at these places are of this name and role."""
        batch = self._batch
        return np.asarray((batch.role[at] == role) & (batch.name[at] == self._glossary.names[name]))

    def _read_rest(self, need: str, role: int, first: Places, at: Places) -> None:
        """The members after the first of a field with several facts: all there and in the order of the list."""
        lists = self._ledger.group_list(need)
        size = lists.size[first]
        self.good &= (size > 0) & (at + size <= self._end)
        more = np.where(self.good, size - 1, 0)
        row = np.repeat(np.arange(len(first)), more)
        step = np.arange(len(row)) - np.repeat(np.cumsum(more) - more, more) + 1
        found, member = at[row] + step, lists.order[lists.rank[first[row]] + step]
        same = (self._batch.stated[found] == member) & self._say(need, role, found)
        self.good[row[~same]] = False
        self._cursor = self._cursor + more
