"""Rows against held-out keys: which rows state a fact, or are about an entity, that an expert's own test file seals.

Our own splits are audited by `export/audit`. This is for a test that somebody else keeps: a file of fact ids, entity
ids or names, resolved through all names of the knowledge base. Rows that carry their facts and entities are judged by
these; rows that do not (free text) by the names in their text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apothecary.curate.benchmark_files import iter_records
from apothecary.curate.contamination import join_texts
from apothecary.curate.word_stream import Names, iter_chunks, list_mentions
from apothecary.errors import SourceError

FOUND = pl.Schema({"row": pl.UInt32, "reason": pl.String, "detail": pl.String})
NAME_FIELDS = ("synonym", "brand", "iupac_name", "unii", "inchikey")  # fields whose texts name their entity
FACT_KEYS = ("fact_id", "fact_ids", "fact", "facts")
ENTITY_KEYS = ("entity_id", "entity", "entities", "name", "names", "compound", "drug", "disease", "substance")


@dataclass(frozen=True)
class HeldOut:
    """What a test file seals, and the names in it that the knowledge base does not know."""

    facts: frozenset[str]
    entities: frozenset[str]
    unknown: tuple[str, ...]


def read_names(folder: Path) -> pl.DataFrame:
    """The views of a knowledge base (a run's `gather`) to all names in them: `name, entity_id`."""
    frames = [pl.DataFrame(schema={"name": pl.String, "entity_id": pl.String})]
    for path in sorted(folder.glob("*.parquet")):
        schema = pl.read_parquet_schema(path)
        if path.name == "facts.parquet":
            named = pl.scan_parquet(path).filter(pl.col("field").is_in(NAME_FIELDS))
            frames.append(named.select(pl.col("text").alias("name"), "entity_id").collect())
        elif schema.get("name") == pl.String and schema.get("entity_id") == pl.String:
            frames.append(pl.read_parquet(path, columns=["name", "entity_id"]))
            if schema.get("synonyms") == pl.List(pl.String):
                more = pl.read_parquet(path, columns=["synonyms", "entity_id"]).rename({"synonyms": "name"})
                frames.append(more.explode("name", keep_nulls=False, empty_as_null=False).select("name", "entity_id"))
    return pl.concat(frames).drop_nulls().unique(maintain_order=True)


def read_held_out(path: Path, names: pl.DataFrame) -> HeldOut:
    """A test file (CSV with header, JSON, JSONL, Parquet) and the names to what it seals.

    Columns of fact ids and of entities (ids or names) are told by their names. SourceError when none is there, or when
    the knowledge base knows nothing of what they hold.
    """
    facts: set[str] = set()
    told: dict[str, None] = {}
    for _, record in iter_records(path, FACT_KEYS + ENTITY_KEYS):
        fields = {str(key).strip().lower(): value for key, value in record.items()}
        facts.update(text for key in FACT_KEYS for text in _list_strings(fields.get(key)))
        told |= dict.fromkeys(text for key in ENTITY_KEYS for text in _list_strings(fields.get(key)))
    if not facts and not told:
        expected = f"a column such as {FACT_KEYS[0]}, {ENTITY_KEYS[0]} or name"
        hint = "a file of questions is a benchmark: n-grams hold rows against it"
        raise SourceError("the test file names no fact and no entity", where=str(path), expected=expected, hint=hint)
    asked = pl.DataFrame({"told": list(told)}, schema={"told": pl.String})
    direct = asked.filter(pl.col("told").is_in(names["entity_id"].unique().implode()))
    spelled = pl.DataFrame({"key": _fold(asked["told"]), "told": asked["told"]})
    known = names.select(_fold(names["name"]).alias("key"), "entity_id").join(spelled, on="key").unique()
    found = {*direct["told"], *known["told"]}
    unknown = tuple(text for text in told if text not in found)
    if told and not found and not facts:
        what = f"the knowledge base knows none of the {len(told):,} entities of the test file"
        raise SourceError(
            what, where=f"{path}: {', '.join(unknown[:3])}", hint="use names or ids as `facts` shows them"
        )
    return HeldOut(frozenset(facts), frozenset([*direct["told"], *known["entity_id"]]), unknown)


def find_held_out(
    rows: pl.DataFrame, facts: Iterable[str], entities: Iterable[str], names: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Rows (n) and held-out ids to FOUND: one line for each row that is held out, with the first such id as detail.

    Rows without `entities` (null, or no such column) are judged by the names in their text, if `names` are given.
    """
    sealed = {"held_out_fact": set(facts), "held_out_entity": set(entities)}
    placed = rows.with_row_index("row")
    found = [pl.DataFrame(schema=FOUND)]
    if "facts" in rows.columns and sealed["held_out_fact"]:
        ids = placed.select("row", pl.col("facts").list.eval(pl.element().struct.field("fact_id")).alias("detail"))
        found.append(_select(ids, sealed, "held_out_fact"))
    if "entities" in rows.columns and sealed["held_out_entity"]:
        found.append(_select(placed.select("row", pl.col("entities").alias("detail")), sealed, "held_out_entity"))
    if names is not None and sealed["held_out_entity"]:
        free = placed.filter(pl.col("entities").is_null()) if "entities" in rows.columns else placed
        known = Names(names).restrict(pl.Series("entity_id", sorted(sealed["held_out_entity"]), dtype=pl.String))
        for start, texts in iter_chunks(join_texts(_add_turns(free))):
            named = list_mentions(texts, known)
            place = free["row"].gather(named["row"] + start)
            found.append(
                named.select(place, pl.lit("held_out_entity").alias("reason"), pl.col("entity_id").alias("detail"))
            )
    lines = pl.concat([frame.cast(FOUND) for frame in found])
    return lines.sort("row", pl.col("reason") != "held_out_fact", "detail").unique("row", keep="first").sort("row")


def _select(ids: pl.DataFrame, sealed: dict[str, set[str]], reason: str) -> pl.DataFrame:
    """`row, detail` (lists of ids) to the lines of those that are sealed."""
    wanted = pl.Series("detail", sorted(sealed[reason]), dtype=pl.String)
    lines = ids.explode("detail", keep_nulls=False, empty_as_null=False)
    return lines.join(wanted.to_frame(), on="detail", how="semi").select(
        "row", pl.lit(reason).alias("reason"), "detail"
    )


def _add_turns(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a user's own data with the columns of turns that they lack, as nulls."""
    missing = [name for name in ("prompt", "response", "history") if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _fold(texts: pl.Series) -> pl.Series:
    return texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _list_strings(value: object) -> list[str]:
    """A cell to its texts; several in one text cell are separated by `;` or `|`."""
    if isinstance(value, str):
        return [part.strip() for part in value.replace("|", ";").split(";") if part.strip()]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _list_strings(one)]
    if isinstance(value, dict):
        return _list_strings(value.get("fact_id") or value.get("entity_id") or value.get("name"))
    return []
