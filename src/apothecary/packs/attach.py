"""A pack's tables into the views of a knowledge base: facts, columns of known entities, entities of new types.

Works on a folder that gather's views were just written to. A known entity is found by its display name, or by a synonym
that no other entity has, in any case; a name that finds none is counted and told, never an error.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json, write_file, write_json
from apothecary.errors import PackError
from apothecary.example import FACT
from apothecary.packs.model import Field, Pack, Table
from apothecary.packs.tables import CONDITIONS, Cells, split_list
from apothecary.packs.view import TABLES, list_tables

MAX_SOURCES = 32  # the bits of a row's source mask
COLUMN_TYPES = {"number": pl.Float64(), "integer": pl.Int64(), "text": pl.String(), "list": pl.List(pl.String)}
# What an entity of a pack's own type has beside its fields.
ENTITY = pl.Schema(
    {
        "entity_id": pl.String(),
        "name": pl.String(),
        "Name": pl.String(),
        "named": pl.Boolean(),
        "name_len": pl.Int64(),
        "parent_key": pl.String(),
        "gates": pl.List(pl.String()),
        "base_src": pl.UInt32(),
    }
)


@dataclass
class _Books:
    """What became of the lines of one table."""

    table: str
    subject: str
    source: str
    read: int
    kept: int = 0
    facts: int = 0
    dropped: dict[str, list[str]] = field(default_factory=dict)  # reason -> names

    def tell(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "about": self.subject,
            "source": self.source,
            "read": self.read,
            "kept": self.kept,
            "facts": self.facts,
            "dropped": {reason: len(names) for reason, names in self.dropped.items()},
            "names": self.dropped,
        }


def needs_knowledge(pack: Pack) -> bool:
    """Whether a pack draws, or has facts about, entities of the knowledge base; else its own tables suffice."""
    drawn = {intent.draw.entity for intent in pack.intents}
    return any(entity in TABLES for entity in (*drawn, *(table.about for table in pack.tables.values())))


def start_views(folder: Path) -> dict[str, Any]:
    """The views of no knowledge base, for the tables of a pack to be added to; their report."""
    report = {"entities": {}, "facts": {"rows": 0}, "left_out": {}, "approved_missing": [], "missing_sources": {}}
    write_file(folder / "facts.parquet", partial(_write_parquet, pl.DataFrame(schema=FACT)))
    write_json(folder / "sources.json", [])
    write_json(folder / "report.json", report)
    return report


def read_entities(folder: Path, dump: Mapping[str, Any], columns: list[str]) -> pl.DataFrame:
    """Columns (texts) of all entities that a dumped pack can draw, from the views in `folder`."""
    made = [table["entity"] for table in dump.get("tables", {}).values() if "entity" in table]
    paths = [folder / TABLES["compound"], *(folder / f"{entity}.parquet" for entity in made)]
    frames = [pl.read_parquet(path, columns=columns) for path in paths if path.exists()]
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), *frames])


def attach_tables(
    folder: Path,
    pack: Pack,
    tables: Mapping[str, Cells],
    *,
    allowed: Iterable[str],
    start_sentence: Callable[[str], str],
) -> list[dict[str, Any]]:
    """Add the pack's tables to the views in `folder`; what became of each out, as under `tables` in report.json.

    `allowed` are the licence classes that may be used; `start_sentence` gives a name as a sentence starts. Raises
    PackError for a source id that the knowledge base has, and beyond 32 sources.
    """
    if not pack.tables:
        return []
    sources = read_json(folder / "sources.json")
    index = _number_sources(pack, sources)
    books, facts = [], []
    for name, table in sorted(pack.tables.items(), key=lambda entry: entry[1].entity is None):
        book = _Books(name, table.subject, table.source, len(tables[name].rows))
        books.append(book)
        cells = tables[name]
        if table.licence_class not in allowed:
            book.dropped["a licence beyond the setting"] = [row[0] for row in cells.rows]
            cells = replace(cells, rows=[], lines=[])  # the columns are there all the same, empty
        path = _find_view(folder, pack, name)
        if table.entity:
            frame, ids = _make_entities(table, cells, 1 << index[table.source], start_sentence)
        else:
            frame = pl.read_parquet(path)
            ids = _find_entities(frame, cells, book, several=table.several)
        stated = _state_facts(table, cells, ids, pack.fields)
        if not table.several:
            frame = _add_columns(frame, table, stated, pack.fields, index[table.source])
        write_file(path, partial(_write_parquet, frame.sort("entity_id")))
        book.kept, book.facts = sum(1 for entity_id in ids if entity_id), stated.height
        facts.append(stated.drop("place"))
    _append_facts(folder / "facts.parquet", facts)
    _append_sources(folder / "sources.json", sources, pack, index, books)
    return _extend_report(folder / "report.json", pack, facts, books)


def encode_name(entity: str, name: str) -> str:
    """The stable id of an entity of a pack's own type, from the type and the name."""
    digest = hashlib.sha256(f"{entity}\0{name}".encode()).digest()
    return entity[0] + "-" + base64.b32encode(digest[:10]).decode().lower()[:12]


def _number_sources(pack: Pack, sources: list[dict[str, Any]]) -> dict[str, int]:
    """The index of each source of the pack's tables, after those of the knowledge base."""
    known = {source["id"] for source in sources}
    index: dict[str, int] = {}
    for name, table in pack.tables.items():
        if table.source in known:
            what = f"the knowledge base has a source `{table.source}` already"
            raise PackError(what, where=f"pack {pack.name}: tables.{name}", hint="choose another id under `source`")
        index.setdefault(table.source, len(sources) + len(index))
    if len(sources) + len(index) > MAX_SOURCES:
        what = f"{len(sources) + len(index)} sources, and a row tells at most {MAX_SOURCES} apart"
        raise PackError(what, where=f"pack {pack.name}: tables", hint="let tables of one origin share a `source`")
    return index


def _find_view(folder: Path, pack: Pack, name: str) -> Path:
    """The wide table that a table of the pack writes to."""
    tables, subject = list_tables(pack), pack.tables[name].subject
    path = folder / tables.get(subject, "")
    if pack.tables[name].about and not path.is_file():
        where, known = f"pack {pack.name}: tables.{name}", ", ".join(sorted(tables))
        raise PackError(f"no entities of type `{subject}`", where=where, expected=f"one of: {known}")
    return path


def _make_entities(
    table: Table, cells: Cells, bit: int, start_sentence: Callable[[str], str]
) -> tuple[pl.DataFrame, list[str | None]]:
    names = [row[0] for row in cells.rows]
    ids = [encode_name(str(table.entity), name) for name in names]
    rows = {
        "entity_id": ids,
        "name": names,
        "Name": [name if name.startswith("-") else start_sentence(name) for name in names],
        "named": [True] * len(ids),
        "name_len": [len(name) for name in names],
        "parent_key": ids,
        "gates": [None] * len(ids),
        "base_src": [bit] * len(ids),
    }
    return pl.DataFrame(rows, schema=ENTITY), list(ids)


def _find_entities(frame: pl.DataFrame, cells: Cells, book: _Books, *, several: bool) -> list[str | None]:
    """The entity of each line by its name, None where there is none or an earlier line has it."""
    named = frame.filter("named") if "named" in frame.columns else frame
    by_name: dict[str, str] = {}
    if "synonyms" in frame.columns:
        other = named.select("entity_id", pl.col("synonyms").alias("key")).explode("key", keep_nulls=False)
        by_name |= _list_unique(other)
    by_name |= _list_unique(named.select("entity_id", pl.col("name").alias("key")))
    found: list[str | None] = []
    taken: set[str] = set()
    for row in cells.rows:
        entity_id = by_name.get(row[0].lower())
        if entity_id is None:
            book.dropped.setdefault("no entity of this name", []).append(row[0])
        elif entity_id in taken and not several:
            book.dropped.setdefault("another name of an entity in an earlier line", []).append(row[0])
            entity_id = None
        found.append(entity_id)
        taken |= {entity_id} if entity_id else set()
    return found


def _list_unique(keys: pl.DataFrame) -> dict[str, str]:
    """Lower-case names that only one entity has."""
    lower = keys.with_columns(pl.col("key").str.to_lowercase()).drop_nulls().unique()
    return dict(lower.filter(pl.len().over("key") == 1).select("key", "entity_id").iter_rows())


def _state_facts(table: Table, cells: Cells, ids: list[str | None], fields: Mapping[str, Field]) -> pl.DataFrame:
    """FACT rows of a table, with the place of a value in its list."""
    at = {name: place for place, name in enumerate(cells.columns)}
    rows = []
    seen: Counter[str] = Counter()  # values so far, of fields with several
    for entity_id, row in zip(ids, cells.rows, strict=True):
        if entity_id is None:
            continue
        conditions = row[at[CONDITIONS]] or None if CONDITIONS in at and CONDITIONS not in table.fields else None
        for name in table.fields:
            cell, known = row[at[name]], fields[name]
            if not cell:
                continue
            base = f"{entity_id}:{name}:{table.source}"
            is_list = known.type == "list"
            for text in split_list(cell) if is_list else [cell]:
                seen[base] += 1
                fact_id = f"{base}#{seen[base]}" if is_list or table.several else base
                number = float(text) if known.is_numeric and text[0] not in "<>≤≥~" else None
                about = (fact_id, entity_id, name, number, text, known.unit, conditions, known.kind)
                rows.append((*about, table.source, table.licence, seen[base]))
    return pl.DataFrame(rows, schema=pl.Schema({**FACT, "place": pl.Int64()}), orient="row")


def _add_columns(
    frame: pl.DataFrame, table: Table, stated: pl.DataFrame, fields: Mapping[str, Field], index: int
) -> pl.DataFrame:
    """The wide table with the fields of a table; where it has a value already, that value stays."""
    for name in table.fields:
        kind = fields[name].type
        values = stated.filter(pl.col("field") == name)
        if kind == "list":
            values = values.group_by("entity_id", maintain_order=True).agg(
                pl.col("text").sort_by("place").alias("value")
            )
        else:
            values = values.select("entity_id", pl.col("number" if fields[name].is_numeric else "text").alias("value"))
        dtype = frame.schema[name] if name in frame.columns else COLUMN_TYPES[kind]
        source = f"{name}__src"
        values = values.select("entity_id", pl.col("value").cast(dtype), pl.lit(index, dtype=pl.UInt8).alias("source"))
        frame = frame.join(values, on="entity_id", how="left", maintain_order="left")
        if name in frame.columns:
            is_new = pl.col(name).is_null()
            frame = frame.with_columns(
                pl.coalesce(name, "value").alias(name),
                pl.when(is_new).then("source").otherwise(source).alias(source),
            ).drop("value", "source")
        else:
            frame = frame.rename({"value": name, "source": source})
    return frame


def _append_facts(path: Path, facts: list[pl.DataFrame]) -> None:
    """All facts by fact_id, each id once."""
    every = pl.concat([pl.read_parquet(path), *facts]).sort("fact_id")
    twice = every.filter(pl.col("fact_id").is_duplicated())
    if twice.height:
        raise PackError(f"two facts have the id {twice['fact_id'][0]}", hint="give the tables source ids of their own")
    write_file(path, partial(_write_parquet, every))


def _append_sources(
    path: Path, sources: list[dict[str, Any]], pack: Pack, index: dict[str, int], books: list[_Books]
) -> None:
    rows: Counter[str] = Counter()
    for book in books:
        rows[book.source] += book.facts
    by_source = {table.source: table for table in reversed(pack.tables.values())}
    added = [
        {
            "index": place,
            "id": source,
            "title": by_source[source].title,
            "package": f"pack {pack.name}",
            "version": str(pack.version),
            "licence": by_source[source].licence,
            "licence_class": by_source[source].licence_class,
            "rows": rows[source],
        }
        for source, place in index.items()
    ]
    write_json(path, [*sources, *added])


def _extend_report(path: Path, pack: Pack, facts: list[pl.DataFrame], books: list[_Books]) -> list[dict[str, Any]]:
    """report.json with the facts of the tables counted in, and what became of each table's lines."""
    told = [book.tell() for book in books]
    if not path.exists():
        return told
    report = read_json(path)
    classes = {table.source: table.licence_class for table in pack.tables.values()}
    counts = report["facts"]
    for frame in facts:
        counts["rows"] += frame.height
        frame = frame.with_columns(licence_class=pl.col("source").replace_strict(classes, return_dtype=pl.String))
        for column in ("field", "kind", "source", "licence", "licence_class"):
            by = Counter(counts.get(f"by_{column}", {}))
            by.update(dict(frame.group_by(column).len().iter_rows()))
            counts[f"by_{column}"] = dict(sorted(by.items()))
    for book in books:
        if pack.tables[book.table].entity and book.kept:
            report["entities"][book.subject] = book.kept
    write_json(path, {**report, "tables": told})
    return told


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd", compression_level=3, statistics=False)
