"""What the checker believes: the values of the long facts table by fact_id and the names by entity_id.

Facts of fields that a pack does not use are left out. Values are formatted once per (field, format) and kept for the
process; numbers are read from the facts' decimal texts, never from elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.digits import Floats, format_texts
from apothecary.facts.lookup import Lookup
from apothecary.facts.numbers import Format
from apothecary.facts.phrasing import add_article, join_words
from apothecary.facts.plan import Field

Places = NDArray[np.int64]


class Numbers(NamedTuple):
    """The numbers of one field's facts; `short` when none has more than 15 digits."""

    values: Floats
    short: bool


class Lists(NamedTuple):
    """Lists of facts by place within a field: `size` at the head of each, 0 elsewhere.

    The facts of the list with head h are order[rank[h]:][:size[h]].
    """

    size: Places
    order: Places
    rank: Places


class Ledger:
    """Facts sorted by field, so that each field's facts are one span of places."""

    def __init__(self, facts: pl.DataFrame, names: pl.DataFrame, fields: dict[str, Field]) -> None:
        names = names.select("entity_id", "name", "Name").filter(pl.col("entity_id").is_not_null())
        self.names = {key: names[key] for key in ("name", "Name")}
        self._entity_lookup = Lookup(names["entity_id"])
        self.fields = list(fields.values())
        self.code = {field.name: code for code, field in enumerate(self.fields)}
        kept = _select_facts(facts, self.code)
        self.ids: pl.Series = kept["fact_id"]
        self.texts: pl.Series = kept["text"]
        self.units: pl.Series = kept["unit"]
        self.field: NDArray[np.int16] = kept["code"].to_numpy()
        self.entity: NDArray[np.int32] = self._entity_lookup.find(kept["entity_id"]).astype(np.int32)
        self.start: Places = np.searchsorted(self.field, np.arange(len(self.fields) + 1))
        self._fact_lookup = Lookup(self.ids)
        self.sound = self._judge_facts(kept)
        self._formatted: dict[tuple[str, Format], pl.Series] = {}
        self._numbers: dict[str, Numbers] = {}
        self._lists: dict[str, Lists] = {}

    def find_facts(self, fact_ids: pl.Series) -> Places:
        """The place of each fact_id, -1 for none."""
        return self._fact_lookup.find(fact_ids)

    def find_entities(self, entity_ids: pl.Series) -> Places:
        """The place of each entity among the names, -1 for none."""
        return self._entity_lookup.find(entity_ids)

    def format_field(self, field: str, how: Format) -> pl.Series:
        """The texts of all facts of a field in a format, by place within the field; null where there is none."""
        key = (field, how)
        if key not in self._formatted:
            texts = self._span(self.texts, field)
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
            texts = self._span(self.texts, field)
            values = texts.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
            longest = texts.str.len_bytes().max()
            self._numbers[field] = Numbers(values, isinstance(longest, int) and longest <= 15)
        return self._numbers[field]

    def group_list(self, field: str) -> Lists:
        """The lists of a field with several facts an entity: `<entity>:<field>:<source>#1` to `#n` are one list."""
        if field not in self._lists:
            ids = self._span(self.ids, field)
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
        lists, texts = self.group_list(field), self._span(self.texts, field).to_list()
        joined: list[str | None] = [None] * len(texts)
        for head in np.flatnonzero(lists.size):
            first = lists.rank[head]
            joined[head] = join_words([texts[at] for at in lists.order[first : first + lists.size[head]]])
        return pl.Series(joined, dtype=pl.String)

    def field_start(self, field: str) -> int:
        """Where the facts of a field begin."""
        return int(self.start[self.code[field]])

    def _span(self, column: pl.Series, field: str) -> pl.Series:
        code = self.code[field]
        return column[int(self.start[code]) : int(self.start[code + 1])]

    def _judge_facts(self, kept: pl.DataFrame) -> NDArray[np.bool_]:
        """Facts that say what the pack says of their field: unit, kind and a number where one is meant."""
        sound = self.entity >= 0
        for field in self.fields:
            code = self.code[field.name]
            span = slice(int(self.start[code]), int(self.start[code + 1]))
            part = kept[span]
            agrees = part["unit"].eq_missing(pl.Series([field.unit], dtype=pl.String)) & (part["kind"] == field.kind)
            if field.is_numeric:
                agrees &= part["text"].cast(pl.Float64, strict=False).is_finite()
            sound[span] &= agrees.fill_null(value=False).to_numpy()
        return sound


def _select_facts(facts: pl.DataFrame, code: dict[str, int]) -> pl.DataFrame:
    columns = ["fact_id", "entity_id", "text", "unit", "kind"]
    if not code:
        return facts.select(*columns, code=pl.lit(0, dtype=pl.Int16)).clear()
    numbered = (
        facts.lazy()
        .filter(pl.col("field").is_in(list(code)))
        .select(*columns, code=pl.col("field").replace_strict(code, return_dtype=pl.Int16))
    )
    return numbered.sort("code", maintain_order=True).collect()
