"""What the checker believes: the values of the long facts table by fact_id and the names by entity_id.

Facts of fields that a pack does not use are left out. Values are formatted once per (field, format) and kept for the
process; numbers are read from the facts' decimal texts, never from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import equal_texts, take
from apothecary.facts.digits import MAX_DIGITS, Floats, format_texts, read_scaled
from apothecary.facts.lookup import Lookup
from apothecary.facts.numbers import Format
from apothecary.facts.phrasing import add_article, join_words
from apothecary.facts.plan import Field

Places = NDArray[np.int64]


class Numbers(NamedTuple):
    """The numbers of one field's facts; `short` when none has more than 15 digits."""

    values: Floats
    short: bool


class Units(NamedTuple):
    """The numbers of one field's facts as integers, value = mantissa * 10**-places; `known` where they fit."""

    mantissa: Places
    places: int
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """The facts of one field by place; `first` is the place of an entity's first fact, -1 for none."""

    ids: pl.Series
    texts: pl.Series
    entities: NDArray[np.int32]
    sound: NDArray[np.bool_]
    first: NDArray[np.int32]

    @cached_property
    def lookup(self) -> Lookup:
        """Places by fact_id."""
        return Lookup(self.ids)

    def find(self, entities: Places, fact_ids: pl.Series) -> Places:
        """The place of each fact_id, -1 for none; quickest where it is the first fact of its entity."""
        guess = self.first[entities].astype(np.int64)
        if not len(self.ids):
            return guess
        missed = np.flatnonzero((guess < 0) | ~equal_texts(take(self.ids, np.maximum(guess, 0)), fact_ids))
        if missed.size:
            guess[missed] = self.lookup.find(take(fact_ids, missed))
        return guess


class Lists(NamedTuple):
    """Lists of facts by place within a field: `size` at the head of each, 0 elsewhere.

    The facts of the list with head h are order[rank[h]:][:size[h]].
    """

    size: Places
    order: Places
    rank: Places


class FactColumns(Protocol):
    """The long facts table, a frame or anything else that gives its columns."""

    def __getitem__(self, name: str) -> pl.Series:
        """The column of this name."""


@dataclass(frozen=True)
class FactsFile:
    """A file of facts, column by column: all of them at once take a gigabyte that nobody needs afterwards."""

    path: Path

    def __getitem__(self, name: str) -> pl.Series:
        """The column of this name, read anew."""
        return pl.read_parquet(self.path, columns=[name]).to_series()


class Ledger:
    """Facts sorted by field, so that each field's facts are one span, told apart by their place within the field."""

    def __init__(self, facts: FactColumns, names: pl.DataFrame, fields: dict[str, Field]) -> None:
        names = names.select("entity_id", "name", "Name").filter(pl.col("entity_id").is_not_null())
        self.names = {key: names[key].rechunk() for key in ("name", "Name")}
        self._entity_lookup = Lookup(names["entity_id"].rechunk())
        self.fields = list(fields.values())
        self._code = {field.name: code for code, field in enumerate(self.fields)}
        code = _number_fields(facts["field"], list(self._code))
        order = np.argsort(code, kind="stable")[: int((code < len(self.fields)).sum())]
        self._start: Places = np.searchsorted(code[order], np.arange(len(self.fields) + 1))
        index = pl.Series(order.astype(np.uint32))
        self._ids = _compact(facts["fact_id"].rechunk()[index])
        self._texts = _compact(facts["text"].rechunk()[index])
        entities = facts["entity_id"].rechunk()[index]
        heads = (entities != entities.shift()).fill_null(value=True).to_numpy()
        found = self._entity_lookup.find(entities.filter(pl.Series(heads))).astype(np.int32)
        del entities
        self._entities = found[np.cumsum(heads) - 1] if len(found) else np.zeros(0, dtype=np.int32)
        self._sound = self._judge_facts(_shorten(facts["unit"])[index], _shorten(facts["kind"])[index])
        self._spans: dict[str, Span] = {}
        self._formatted: dict[tuple[str, Format], pl.Series] = {}
        self._numbers: dict[str, Numbers] = {}
        self._units: dict[str, Units] = {}
        self._codes: dict[str, Places] = {}
        self._lists: dict[str, Lists] = {}

    def find_entities(self, entity_ids: pl.Series) -> Places:
        """The place of each entity among the names, -1 for none."""
        return self._entity_lookup.find(entity_ids)

    def open_field(self, field: str) -> Span:
        """All facts of a field."""
        if field not in self._spans:
            part = slice(int(self._start[self._code[field]]), int(self._start[self._code[field] + 1]))
            entities = self._entities[part]
            first = np.full(len(self.names["name"]) + 1, -1, dtype=np.int32)
            first[entities[::-1]] = np.arange(len(entities), dtype=np.int32)[::-1]  # the last written is the first fact
            first[-1] = -1
            self._spans[field] = Span(self._ids[part], self._texts[part], entities, self._sound[part], first)
        return self._spans[field]

    def format_field(self, field: str, how: Format) -> pl.Series:
        """The texts of all facts of a field in a format, by place within the field; null where there is none."""
        key = (field, how)
        if key not in self._formatted:
            texts = self.open_field(field).texts
            if how.kind == "raw":
                self._formatted[key] = texts
            elif how.kind == "list":
                self._formatted[key] = self._join_lists(field)
            elif how.kind == "an":
                self._formatted[key] = pl.Series([add_article(text) for text in texts], dtype=pl.String)
            else:
                self._formatted[key] = format_texts(texts, how)
        return self._formatted[key]

    def format_names(self, which: str, how: Format) -> pl.Series:
        """All names (`name` or `Name`), as they are or after a or an."""
        if how.kind == "raw":
            return self.names[which]
        key = (f"{which}.", how)
        if key not in self._formatted:
            self._formatted[key] = self.names[which].map_elements(add_article, return_dtype=pl.String)
        return self._formatted[key]

    def read_numbers(self, field: str) -> Numbers:
        """The numbers of all facts of a field, by place within the field; NaN where the text is no number."""
        if field not in self._numbers:
            texts = self.open_field(field).texts
            values = texts.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
            longest = texts.str.len_bytes().max()
            self._numbers[field] = Numbers(values, isinstance(longest, int) and longest <= 15)
        return self._numbers[field]

    def read_units(self, field: str) -> Units:
        """The numbers of all facts of a field as integers with the same decimals, by place within the field."""
        if field not in self._units:
            read = read_scaled(self.open_field(field).texts)
            places = int(read.scale[read.known].max(initial=0))
            shift = np.where(read.known, places - read.scale, 0)
            known = read.known & (np.abs(read.mantissa) < 10 ** (MAX_DIGITS - shift))
            self._units[field] = Units(np.where(known, read.mantissa, 0) * 10**shift, places, known)
        return self._units[field]

    def number_texts(self, field: str) -> Places:
        """A number for the text of each fact of a field, by place within the field: equal where the texts are."""
        if field not in self._codes:
            ranks = self.open_field(field).texts.rank("dense")
            self._codes[field] = ranks.fill_null(0).to_numpy().astype(np.int64)
        return self._codes[field]

    def group_list(self, field: str) -> Lists:
        """The lists of a field with several facts an entity: `<entity>:<field>:<source>#1` to `#n` are one list."""
        if field not in self._lists:
            ids = self.open_field(field).ids
            frame = (
                pl.DataFrame({"id": ids})
                .with_row_index("place")
                .select(
                    pl.col("place").cast(pl.Int64),
                    base=pl.col("id").str.replace(r"#\d+$", ""),
                    number=pl.col("id").str.extract(r"#(\d+)$").cast(pl.Int64).fill_null(1),
                )
            )
            frame = frame.sort("base", "number").with_columns(size=pl.len().over("base"))
            order = frame["place"].to_numpy()
            heads = frame["base"].is_first_distinct().to_numpy()
            size, rank = np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.int64)
            size[order] = np.where(heads, frame["size"].to_numpy(), 0)
            rank[order] = np.arange(len(ids))
            self._lists[field] = Lists(size, order, rank)
        return self._lists[field]

    def _join_lists(self, field: str) -> pl.Series:
        lists, texts = self.group_list(field), self.open_field(field).texts.to_list()
        joined: list[str | None] = [None] * len(texts)
        for head in np.flatnonzero(lists.size):
            first = lists.rank[head]
            joined[head] = join_words([texts[at] for at in lists.order[first : first + lists.size[head]]])
        return pl.Series(joined, dtype=pl.String)

    def _judge_facts(self, units: pl.Series, kinds: pl.Series) -> NDArray[np.bool_]:
        """Facts that say what the pack says of their field: unit, kind and a number where one is meant."""
        sound = self._entities >= 0
        for code, field in enumerate(self.fields):
            span = slice(int(self._start[code]), int(self._start[code + 1]))
            agrees = units[span].is_null() if field.unit is None else units[span] == field.unit
            agrees &= kinds[span] == field.kind
            if field.is_numeric:
                agrees &= self._texts[span].cast(pl.Float64, strict=False).is_finite()
            sound[span] &= agrees.fill_null(value=False).to_numpy()
        return sound


def _number_fields(names: pl.Series, known: list[str]) -> NDArray[np.uint16]:
    """The place of each field name among the known ones, their number for others."""
    codes = names.cast(pl.Enum(known), strict=False).to_physical().cast(pl.UInt16)
    return codes.fill_null(len(known)).to_numpy()


def _shorten(labels: pl.Series) -> pl.Series:
    """Labels, of which there are few, as numbers of them: a tenth of the memory."""
    return labels.cast(pl.Categorical).rechunk()


def _compact(texts: pl.Series) -> pl.Series:
    """The same texts laid out one after the other, so that those of a field are near each other in memory."""
    return pl.Series(texts.to_arrow())
