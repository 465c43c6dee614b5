"""The knowledge base of a run, as columns ready for rendering: one wide table of entities and the texts of its facts.

Row numbers of the wide table (sorted by entity_id) are what `domain` and `generate` pass around.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.commit import read_json
from apothecary.errors import PackError, RunDamagedError
from apothecary.packs.format import format_numbers, join_list, put_article
from apothecary.packs.gates import find_withheld
from apothecary.packs.model import Pack
from apothecary.packs.statements import Statements

TABLES = {"compound": "compounds.parquet", "disease": "diseases.parquet"}
ABOUT_ENTITIES = ("entity_id", "name", "Name", "named", "name_len", "group", "parent_key", "gates", "base_src")
NO_SOURCE = 255
_SCALE = 10**6  # values are compared as whole numbers of 1e-6 units, so that a gap of exactly 1 is 1


@dataclass(frozen=True)
class Source:
    """Where facts come from: its id, licence, and the bit it has in a row's source mask."""

    index: int
    id: str
    licence: str


@dataclass(frozen=True)
class Lists:
    """The facts of a field of type list, entity after entity; `counts` and `starts` (entities,) tell them apart."""

    counts: NDArray[np.int64]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]  # in the facts of the view


@dataclass
class View:
    """Entities of one type with n rows; columns are looked up by field name and cached."""

    pack: Pack
    frame: pl.DataFrame
    facts: Statements
    sources: list[Source]
    domains: dict[Any, Any] = field(default_factory=dict)  # what `domain` has built over these entities
    conditions: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    _known: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    _withheld: dict[frozenset[str], NDArray[np.bool_]] = field(default_factory=dict)
    _lists: dict[str, Lists] = field(default_factory=dict)
    _bits: dict[str, NDArray[np.uint32]] = field(default_factory=dict)
    _codes: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    _places: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    _groups: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    _several: dict[str, pl.DataFrame] = field(default_factory=dict)
    _texts: dict[tuple[str, str], pl.Series] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many entities there are."""
        return self.frame.height

    def has(self, name: str) -> bool:
        """Whether the table has this column."""
        return name in self.frame.columns

    def column(self, name: str) -> pl.Series:
        """A column as it lies; PackError when the knowledge base has none of that name."""
        if not self.has(name):
            known = ", ".join(c for c in self.frame.columns if "__" not in c)
            raise PackError(f"the knowledge base has no field {name!r}", expected=known)
        return self.frame.get_column(name)

    def number(self, name: str) -> NDArray[np.float64]:
        """A column as float64 (n,), missing values NaN; conditions as 0 and 1."""
        if name not in self._numbers:
            series = self.column(name)
            if series.dtype == pl.String or series.dtype == pl.List:
                raise PackError(f"field {name!r} is a text where a number is needed")
            self._numbers[name] = series.cast(pl.Float64).to_numpy()
        return self._numbers[name]

    def scaled(self, name: str) -> NDArray[np.int64]:
        """A number column in whole units of 1e-6, for exact comparisons; missing values are the smallest int64."""
        values = self.number(name)
        return np.where(np.isnan(values), np.iinfo(np.int64).min, np.rint(np.nan_to_num(values) * _SCALE)).astype(
            np.int64
        )

    def codes(self, name: str) -> NDArray[np.int64]:
        """A text or whole-number column as codes in the order of its values (n,); missing values are -1."""
        if name not in self._codes:
            ranks = self.column(name).rank("dense").cast(pl.Int64) - 1
            self._codes[name] = ranks.fill_null(-1).to_numpy().copy()
        return self._codes[name]

    def find_withheld(self, actions: frozenset[str]) -> NDArray[np.bool_]:
        """Entities (n,) that a gate of the pack keeps out of rows with these actions."""
        if actions not in self._withheld:
            self._withheld[actions] = find_withheld(self.pack, self.frame, actions)
        return self._withheld[actions]

    def is_known(self, name: str) -> NDArray[np.bool_]:
        """Where the column has a value (n,)."""
        if name not in self._known:
            self._known[name] = self.column(name).is_not_null().to_numpy()
        return self._known[name]

    def is_in_group(self, name: str) -> NDArray[np.bool_]:
        """Where the entity's group is `name` (n,)."""
        if name not in self._groups:
            self._groups[name] = (self.column("group") == name).fill_null(value=False).to_numpy()
        return self._groups[name]

    def source_bits(self, name: str) -> NDArray[np.uint32]:
        """The source of each value as a bit mask (n,), 0 where there is none."""
        if name not in self._bits:
            index = self.column(f"{name}__src").fill_null(NO_SOURCE).to_numpy()
            bits = np.left_shift(np.uint32(1), np.minimum(index, 31).astype(np.uint32))
            self._bits[name] = np.where(index == NO_SOURCE, np.uint32(0), bits).astype(np.uint32)
        return self._bits[name]

    @cached_property
    def base_bits(self) -> NDArray[np.uint32]:
        """The sources of each entity's name and structure as a bit mask (n,)."""
        return self.column("base_src").to_numpy().astype(np.uint32)

    def lists(self, name: str) -> Lists:
        """All values of a list field from the source that the table shows, in the order of their numbers."""
        if name not in self._lists:
            source = self.column(f"{name}__src")
            number = pl.col("fact_id").str.extract(r"#(\d+)$").cast(pl.Int64)
            facts = self._open_facts(name).with_columns(number=number)
            shown = source[pl.Series(facts["entity_row"].to_numpy().astype(np.uint32))]
            facts = facts.filter(facts["source_index"] == shown).sort("entity_row", "number")
            counts = np.bincount(facts["entity_row"].to_numpy(), minlength=self.rows).astype(np.int64)
            self._lists[name] = Lists(counts, np.cumsum(counts) - counts, facts["place"].to_numpy())
        return self._lists[name]

    def fact_places(self, name: str) -> NDArray[np.int32]:
        """Where in `facts` the value chosen for each entity stands (n,), -1 where there is none."""
        if name not in self._places:
            chosen = self.column(f"{name}__src").fill_null(NO_SOURCE).to_numpy()
            places = self.facts.open_field(name)
            rows = self._entity_rows[self.facts.run[places]]
            shown = (rows >= 0) & (self.facts.source[places] == chosen[rows])
            found = np.full(self.rows, -1, dtype=np.int32)
            found[rows[shown]] = places[shown]
            if np.count_nonzero(shown) != np.count_nonzero(found >= 0) or ((found < 0) != (chosen == NO_SOURCE)).any():
                raise RunDamagedError(
                    f"the facts of field {name!r} do not match the wide view",
                    hint="run `apothecary gather pharma` again",
                )
            self._places[name] = found
        return self._places[name]

    def fact_texts(self, name: str) -> tuple[pl.Series, pl.Series]:
        """The text and the fact_id of the value chosen for each entity (n,), null where there is none."""
        places = self.fact_places(name).astype(np.int64)
        return self._take_texts(name), self.facts.tell_ids(np.where(places < 0, len(self.facts.run), places))

    def _take_texts(self, name: str) -> pl.Series:
        places = pl.Series(self.fact_places(name))
        return self.facts.texts.gather(places.replace(-1, None).cast(pl.UInt32))

    @cached_property
    def _entity_rows(self) -> NDArray[np.int32]:
        """The row of each entity that the facts are about (their runs,), -1 for those of other tables."""
        rows = self.frame.select("entity_id", entity_row=pl.int_range(pl.len(), dtype=pl.Int32))
        met = self.facts.entities.to_frame("entity_id").join(rows, on="entity_id", how="left", maintain_order="left")
        return met["entity_row"].fill_null(-1).to_numpy()

    def _open_facts(self, name: str) -> pl.DataFrame:
        """All facts of a field about entities of the table: entity_row, place, fact_id, text, source_index."""
        places = self.facts.open_field(name)
        facts = pl.DataFrame(
            {
                "entity_row": self._entity_rows[self.facts.run[places]].astype(np.int64),
                "place": places,
                "fact_id": self.facts.read_numbers(name),
                "text": self.facts.texts[pl.Series(places.astype(np.uint32))],
                "source_index": self.facts.source[places],
            }
        )
        return facts.filter(pl.col("entity_row") >= 0)

    def texts(self, name: str, fmt: str | None) -> pl.Series:
        """The texts (n,) of a field as a slot shows it, in the field's own format if none is named."""
        known = self.pack.fields.get(name)
        shown = fmt or (known.default_format if known else "raw")
        if (name, shown) not in self._texts:
            self._texts[name, shown] = self._format(name, shown)
        return self._texts[name, shown]

    def _format(self, name: str, fmt: str) -> pl.Series:
        series = self.column(name)
        if series.dtype == pl.List:
            return join_list(series)
        if fmt == "an":
            return put_article(series.cast(pl.String))
        if series.dtype == pl.String:
            return series
        return self._take_texts(name) if fmt == "raw" else format_numbers(self.number(name), fmt)

    def several(self, name: str) -> pl.DataFrame:
        """All values of a field that has several: entity_row, place, fact_id, text, source_index, by fact_id."""
        if name not in self._several:
            self._several[name] = self._open_facts(name).sort("fact_id")
        return self._several[name]


def list_tables(pack: Pack) -> dict[str, str]:
    """The wide table of each entity type: those of the knowledge base and those that the pack's own tables make."""
    made = {table.entity: f"{table.entity}.parquet" for table in pack.tables.values() if table.entity}
    return {**made, **TABLES}


def load_sources(folder: Path) -> list[Source]:
    """The sources of a knowledge folder, in index order."""
    return [Source(int(s["index"]), s["id"], s["licence"]) for s in read_json(folder / "sources.json")]


def load_facts(folder: Path, fields: Iterable[str]) -> Statements:
    """The facts of `fields` in a knowledge folder, whatever they are about."""
    sources = sorted(load_sources(folder), key=lambda source: source.index)
    return Statements(folder / "facts.parquet", fields, [source.id for source in sources])


def load_view(
    folder: Path,
    pack: Pack,
    entity: str,
    fields: Iterable[str],
    others: Iterable[str] = (),
    facts: Statements | None = None,
) -> View:
    """The wide table of `entity` in `folder`: columns of `fields`, with their facts (texts and ids), and of `others`.

    `facts` are those of `load_facts` for at least `fields`, read when none are given. Raises PackError for an entity
    type without a table; a column that is not there is refused when it is asked for.
    """
    tables = list_tables(pack)
    if entity not in tables:
        raise PackError(f"unknown entity type {entity!r}", expected=", ".join(sorted(tables)))
    wanted = sorted(set(fields))
    known = pl.read_parquet_schema(folder / tables[entity])
    asked = {*ABOUT_ENTITIES, *wanted, *others, *(f"{name}__src" for name in wanted)}
    frame = pl.read_parquet(folder / tables[entity], columns=[name for name in known if name in asked])
    return View(pack, frame, facts or load_facts(folder, wanted), load_sources(folder))
