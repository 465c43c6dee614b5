"""The long facts table as rendering needs it: which facts a field has, of which entities, with which texts.

The table lies by fact_id, so that the facts of an entity stand together; entities, fields and sources become numbers
when it is read, and fact_ids are put together again where they are told: `<entity_id>:<field>:<source>`. Only those
with a number behind them (`#n`) are read. Four million facts take 150 MB this way; as a frame of texts they took 450,
and 900 more once ids and texts stood ready for each field and entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

Places = NDArray[np.int64]


class Statements:
    """The facts of some fields (n): texts, and numbers for their entity, field and source; told apart by place."""

    def __init__(self, path: Path, fields: Iterable[str], sources: Sequence[str]) -> None:
        self._path = path
        self.fields = {name: number for number, name in enumerate(sorted(set(fields)))}
        code = _number(_read_column(path, "field"), list(self.fields))
        index = pl.Series(np.flatnonzero(code < len(self.fields)).astype(np.uint32))
        code = code[code < len(self.fields)]
        self.texts = _read_column(path, "text")[index].rechunk()
        entity = _read_column(path, "entity_id")[index]
        heads = (entity != entity.shift()).fill_null(value=True)
        self.entities = _compact(entity.filter(heads))  # of each run of facts about the same entity
        self.run = np.cumsum(heads.to_numpy(), dtype=np.int32) - np.int32(1)
        del entity, heads
        self.source = _number(_read_column(path, "source")[index], sources).astype(np.uint8)
        self._order = np.argsort(code, kind="stable").astype(np.uint32)
        self._start = np.searchsorted(code[self._order], np.arange(len(self.fields) + 1))
        self._tails = [f":{name}:{source}" for name in self.fields for source in [*sources, "?"]]
        self._tail = code.astype(np.int32) * np.int32(len(sources) + 1) + self.source
        self._numbered: dict[str, pl.Series] = {}

    def open_field(self, name: str) -> Places:
        """The places of all facts of a field, in the order of their fact_ids; none for a field not asked for."""
        number = self.fields.get(name)
        if number is None:
            return np.zeros(0, dtype=np.int64)
        return self._order[self._start[number] : self._start[number + 1]].astype(np.int64)

    def read_numbers(self, name: str) -> pl.Series:
        """The fact_ids of a field whose facts are numbered, in the order of `open_field`; to be read before `tell`."""
        if name not in self.fields:
            return pl.Series([], dtype=pl.String)
        if name not in self._numbered:
            lines = pl.scan_parquet(self._path).filter(pl.col("field") == name).select("fact_id")
            ids = _compact(lines.collect().to_series())
            numbers = ids.str.extract(r"(#\d+)$").fill_null("")
            places = self.open_field(name)
            tails = pl.Series(self._tails, dtype=pl.String)[pl.Series(self._tail[places].astype(np.uint32))] + numbers
            unique = tails.unique(maintain_order=True)
            self._tail[places] = len(self._tails) + _number(tails, unique.to_list()).astype(np.int32)
            self._tails += unique.to_list()
            self._numbered[name] = ids
        return self._numbered[name]

    def tell_ids(self, places: Places) -> pl.Series:
        """The fact_ids of facts (k,) by place; null for a place beyond the last."""
        known = places < len(self.run)
        if not len(self.run):
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(places))
        at = np.where(known, places, 0)
        stems = np.where(known, self.run[at], len(self.entities)).astype(np.uint32)
        halves = [
            pl.concat([self.entities, pl.Series([None], dtype=pl.String)])[pl.Series(stems)],
            pl.Series(self._tails, dtype=pl.String)[pl.Series(self._tail[at].astype(np.uint32))],
        ]
        return pl.select(pl.concat_str(halves)).to_series()


def _compact(texts: pl.Series) -> pl.Series:
    """The same texts in memory of their own: some of many would keep all of them alive."""
    return pl.Series(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _read_column(path: Path, name: str) -> pl.Series:
    return pl.read_parquet(path, columns=[name]).to_series()


def _number(texts: pl.Series, known: Sequence[str]) -> NDArray[np.uint32]:
    """The number of each text (n,) in a list of different texts; for others the length of the list."""
    codes = texts.cast(pl.Enum(known), strict=False).to_physical()
    return codes.cast(pl.UInt32).fill_null(len(known)).to_numpy()
