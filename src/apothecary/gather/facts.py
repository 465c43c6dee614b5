"""Entities and tables in; facts in the columns of `example.FACT` out, each with its source and licence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from apothecary.example import FACT
from apothecary.gather.descriptors import COMPUTED
from apothecary.gather.edits import EDIT_NUMBERS, EDITS
from apothecary.gather.entities import Entity
from apothecary.gather.exercises import EXERCISE_NUMBERS, EXERCISE_TEXTS
from apothecary.gather.sources import SOURCES
from apothecary.gather.systematic import list_systematic_names

LIST_FIELDS = ("brand", "class", "synonym")
TEXT_FIELDS = frozenset(
    {"smiles", "inchikey", "formula", "scaffold", "iupac_name", "systematic_name", "unii", "ntp_listing", "name"}
).union(LIST_FIELDS, EXERCISE_TEXTS, ("brand1", "brand2"))
_LICENCES = {source.id: source.licence for source in SOURCES}
LOOSE = {
    "entity_id": pl.String,
    "field": pl.String,
    "text": pl.String,
    "unit": pl.String,
    "conditions": pl.String,
    "kind": pl.String,
    "source": pl.String,
}


def state_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of `LOOSE` in; facts sorted by fact_id out, with ids, numbers and licences.

    A field of `LIST_FIELDS` has several facts an entity and source, numbered from 1 in sorted order.
    """
    rows = rows.unique(["entity_id", "field", "source", "text"]).sort("entity_id", "field", "source", "text")
    many = pl.col("field").is_in(LIST_FIELDS)
    number = pl.int_range(1, pl.len() + 1).over("entity_id", "field", "source")
    rows = rows.with_columns(place=number).filter(many | (pl.col("place") == 1))
    base = pl.concat_str("entity_id", pl.lit(":"), "field", pl.lit(":"), "source")
    return (
        rows.with_columns(
            fact_id=pl.when(many).then(base + "#" + pl.col("place").cast(pl.String)).otherwise(base),
            number=pl.when(~pl.col("field").is_in(list(TEXT_FIELDS))).then(pl.col("text")).cast(pl.Float64),
            licence=pl.col("source").replace_strict(_LICENCES, return_dtype=pl.String),
        )
        .select(FACT.names())
        .cast(dict(FACT))  # type: ignore[arg-type]
        .sort("fact_id")
    )


def melt_structures(records: pl.DataFrame) -> pl.DataFrame:
    """Records with `entity_id` in; one loose row a computed value out."""
    units = {field: unit for field, unit, _ in (*COMPUTED, *EXERCISE_NUMBERS)}
    fields = ["inchikey", "formula", "scaffold", *EXERCISE_TEXTS, *units]
    long = records.select("entity_id", *fields).unpivot(index="entity_id", variable_name="field", value_name="text")
    return _complete(
        long.filter(pl.col("text").is_not_null()).with_columns(
            unit=pl.col("field").replace_strict(units, default=None, return_dtype=pl.String)
        ),
        kind="computed",
        source="rdkit",
    )


def drop_edits(facts: pl.DataFrame, gates: dict[str, list[str]]) -> tuple[pl.DataFrame, int]:
    """Loose rows in; those without the changes that lead to a gated entity's structure, and how many went, out."""
    from rdkit import Chem

    guarded = facts.filter((pl.col("field") == "flat_smiles") & pl.col("entity_id").is_in(list(gates)))["text"]
    made = facts.filter(pl.col("field") == "edited_smiles")
    flat = [
        Chem.MolToSmiles(Chem.MolFromSmiles(text), isomericSmiles=False) if {"@", "/", "\\"} & set(text) else text
        for text in made["text"]
    ]
    hit = made.filter(pl.Series(flat, dtype=pl.String).is_in(guarded.to_list()))["entity_id"].to_list()
    fields = [*EDITS, *(name for name, _, _ in EDIT_NUMBERS)]
    return facts.filter(~(pl.col("field").is_in(fields) & pl.col("entity_id").is_in(hit))), len(hit)


def list_drawings(accepted: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """One `smiles` row an entity and source that has its structure."""
    drawn = accepted.unique(["key", "source"], keep="first", maintain_order=True).join(ids, on="key")
    return _complete(drawn.select("entity_id", "source", field=pl.lit("smiles"), text="smiles"), kind="computed")


def list_registry_facts(entities: Iterable[Entity]) -> pl.DataFrame:
    """UNII, IUPAC name and synonyms as loose rows."""
    entities = list(entities)
    rows: list[tuple[str, str, str, str]] = list(list_systematic_names(entities))
    for entity in entities:
        if entity.unii:
            rows.append((entity.entity_id, "unii", entity.unii, "unii"))
        if entity.iupac:
            rows.append((entity.entity_id, "iupac_name", entity.iupac, "pubchem"))
        rows.extend((entity.entity_id, "synonym", name, source) for name, source in entity.synonyms)
    columns = ["entity_id", "field", "text", "source"]
    return _complete(pl.DataFrame(rows, schema=columns, orient="row"), kind="registry")


def _complete(frame: pl.DataFrame, **constants: Any) -> pl.DataFrame:
    """The frame with all columns of `LOOSE`, missing ones null or constant."""
    missing = {name: pl.lit(constants.get(name), dtype=LOOSE[name]) for name in LOOSE if name not in frame.columns}
    return frame.with_columns(**missing).select(list(LOOSE)).cast(LOOSE)  # type: ignore[arg-type]


complete_rows = _complete
