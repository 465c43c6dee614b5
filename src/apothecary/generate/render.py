"""One intent's rows before texts are put together: drawn combinations, the texts of slots, the facts they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.generate.columns import Job, Pool, spread
from apothecary.generate.draw import Drawn, Span, draw_rows
from apothecary.generate.segments import Segments, SlotBook
from apothecary.generate.strata import IntentPlan
from apothecary.generate.values import BatchValues, Unformatted
from apothecary.packs.grammar import expand_all
from apothecary.packs.statements import Statements

Index = NDArray[np.int64]


@dataclass(frozen=True)
class FactColumn:
    """A fact of every row: of which entity of the row (-1: given), its field and unit, and its place in the pools."""

    entity: int
    field: str
    unit: str | None
    counts: Index | None  # how many facts a row has of it, None for one each
    places: NDArray[np.signedinteger]  # in the pool, all of a row's facts one after the other


@dataclass(frozen=True)
class Prepared:
    """The rows `start`.. of a batch, all of one intent, ready to be assembled with those of the others."""

    renderer: IntentRenderer
    drawn: Drawn
    start: int
    slots: list[pl.Series | Unformatted]  # by number, from 1
    options: list[pl.Series]
    entities: list[Index]  # rows of the view, in the order told

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.drawn.rows

    @property
    def target(self) -> Index:
        """Their places in the batch."""
        return np.arange(self.start, self.start + self.rows)


class FactPool:
    """All facts that rows may state: those of the knowledge base by place, after them the given numbers."""

    def __init__(self, facts: Statements) -> None:
        self._facts = facts
        self._given = Pool()
        self._values = facts.texts  # of facts and given numbers, in one chunk

    def add_given(self, intent: str, name: str, texts: pl.Series) -> int:
        """Where a column of given numbers begins."""
        return len(self._facts.texts) + self._given.add((intent, name), texts)

    def tell_values(self, places: Index) -> pl.Series:
        """The values at places (n,)."""
        given = self._given.texts
        if len(self._values) < len(self._facts.texts) + len(given):
            self._values = pl.concat([self._facts.texts, given], rechunk=True)
            self._facts.texts = self._values[: -len(given)]  # the same memory
        return self._values[pl.Series(places.astype(np.uint32))]

    def tell_ids(self, places: Index) -> pl.Series:
        """The fact_ids at places (n,), null for given numbers."""
        return self._facts.tell_ids(places)


class IntentRenderer:
    """An intent compiled against a knowledge base: its wordings as segment tables, its fields as texts."""

    def __init__(self, plan: IntentPlan) -> None:
        self.plan = plan
        self.book = SlotBook()
        templates = plan.intent.templates
        replies = [expand_all(t.reply)[0] for t in templates]
        before_asks = [expand_all(t.before.ask)[0] if t.before else [] for t in templates]
        before_replies = [expand_all(t.before.reply)[0] if t.before else [] for t in templates]
        asks = [plan.asks[t.id].wordings for t in templates]
        self.before_counts = [
            (max(len(a), 1), max(len(r), 1)) for a, r in zip(before_asks, before_replies, strict=True)
        ]
        self.banks = {
            name: Bank(wordings, self.book)
            for name, wordings in {
                "ask": asks,
                "reply": replies,
                "before_ask": before_asks,
                "before_reply": before_replies,
            }.items()
        }
        self.answer = Segments([plan.intent.answer.value], self.book)
        self.steps = [Segments([step], self.book) for step in plan.intent.reasoning]
        self.option_book = SlotBook()
        self.option = Segments([plan.intent.draw.text or ""], self.option_book)
        self.has_turns = np.array([template.before is not None for template in templates])

    def prepare(self, spans: Sequence[Span], start: int) -> Prepared:
        """The rows of `spans`, all of this intent, as rows `start`.. of a batch."""
        drawn = draw_rows(self.plan, spans, self.before_counts)
        values = BatchValues(self.plan, drawn)
        entities = self._order_entities(drawn, values)
        slots = [values.slot(slot) for slot in self.book.slots]
        return Prepared(self, drawn, start, slots, values.options, entities)

    def _order_entities(self, drawn: Drawn, values: BatchValues) -> list[Index]:
        draw = self.plan.intent.draw
        if draw.kind in ("options", "odd"):
            return values.arrange_options(self.option, self.option_book)
        return [drawn.roles[role] for role in draw.roles[: draw.members]]

    def list_facts(self, drawn: Drawn, entities: list[Index], pool: FactPool) -> list[FactColumn]:
        """The facts a row rests on: each role's needed fields, then the given numbers."""
        draw, view, intent = self.plan.intent.draw, self.plan.view, self.plan.intent.intent
        columns = []
        for number, rows in enumerate(entities):
            assert view is not None
            if draw.kind == "each":
                place = view.several(str(draw.field))["place"].to_numpy()[drawn.roles["value"]]
                columns.append(FactColumn(number, str(draw.field), self._unit(draw.field), None, place))
            for name in draw.needs:
                if self.plan.pack.fields[name].type == "list":
                    lists = view.lists(name)
                    counts = lists.counts[rows]
                    place = lists.places[spread(counts, lists.starts[rows])]
                    columns.append(FactColumn(number, name, self._unit(name), counts, place))
                else:
                    columns.append(FactColumn(number, name, self._unit(name), None, view.fact_places(name)[rows]))
        for name, given in draw.given.items():
            base = pool.add_given(intent, name, self.plan.given_texts[name])
            columns.append(FactColumn(-1, name, given.unit, None, base + drawn.given[name]))
        return columns

    def mark_sources(self, drawn: Drawn, entities: list[Index]) -> NDArray[np.uint32]:
        """The sources of each row (n,) as a bit mask."""
        mask = np.zeros(drawn.rows, dtype=np.uint32)
        view, draw = self.plan.view, self.plan.intent.draw
        for at in entities:
            assert view is not None
            mask |= view.base_bits[at]
            for name in draw.needs:
                mask |= view.source_bits(name)[at]
            if draw.kind == "each":
                index = view.several(str(draw.field))["source_index"].to_numpy()[drawn.roles["value"]]
                mask |= np.left_shift(np.uint32(1), index.astype(np.uint32))
        return mask

    def _unit(self, name: str | None) -> str | None:
        known = self.plan.pack.fields.get(name or "")
        return known.unit if known else None


class Bank:
    """Wordings of all templates of an intent in one segment table."""

    def __init__(self, wordings: list[list[str]], book: SlotBook) -> None:
        self.segments = Segments([wording for some in wordings for wording in some], book)
        self.offset = np.concatenate([[0], np.cumsum([len(some) for some in wordings])[:-1]]).astype(np.int64)

    def make_job(self, batch: Prepared, texts: list[pl.Series], wording: Index, kept: Index | None = None) -> Job:
        """Each row's wording of its template, with the texts of the slots; of the rows `kept` only, if given."""
        numbers = self.offset[batch.drawn.template] + wording
        if kept is None:
            return Job(self.segments, numbers, texts, batch.target)
        slots = list(texts)
        for number in self.segments.used:
            slots[number - 1] = slots[number - 1][pl.Series(kept.astype(np.uint32))]
        return Job(self.segments, numbers[kept], slots, batch.target[kept])
