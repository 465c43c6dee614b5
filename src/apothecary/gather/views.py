"""A knowledge base in; the facts a licence setting allows, and the wide view rendered from, out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json, write_file, write_json
from apothecary.gather.descriptors import COMPUTED
from apothecary.gather.exercises import EXERCISE_NUMBERS, EXERCISE_TEXTS
from apothecary.gather.facts import LIST_FIELDS
from apothecary.gather.report import report_knowledge
from apothecary.gather.sources import SOURCE_INDEX, SOURCES

ALLOWED = {"permissive": ("permissive",), "share-alike": ("permissive", "share-alike")}
TEXT_COLUMNS = ("smiles", "inchikey", "formula", "iupac_name", "systematic_name", "scaffold", *EXERCISE_TEXTS)
INTEGER_COLUMNS = (
    *(name for name, _, kind in (*COMPUTED, *EXERCISE_NUMBERS) if kind == "integer"),
    "first_approval",
    "brand_count",
)
NUMBER_COLUMNS = (
    *(name for name, _, kind in (*COMPUTED, *EXERCISE_NUMBERS) if kind == "number"),
    *("mp_c", "bp_c", "logp_exp", "refractive_index", "flash_c", "autoignition_c", "lfl_pct", "ufl_pct"),
    *("twa_ppm", "stel_ppm", "ceiling_ppm", "gwp_100"),
)
REGISTRY_COLUMNS = ("unii", "ntp_listing", "brand1", "brand2")
LIST_COLUMNS = {"brand": "brands", "class": "classes", "synonym": "synonyms"}
# The value a row states when several sources have one; a larger index never wins over a smaller one in this list.
PREFERENCE = (
    *("rdkit", "unii", "pubchem", "drugbank-vocabulary", "chembl", "open-melting-points", "wikidata"),
    *("chemfunct-wikipedia", "chemfunct", "ontario", "ntp", "ipcc", "mesh"),
)
# Two measured values further apart than this (°C) leave the wide view empty: the sources do not agree on a value.
MAX_DISAGREEMENT_C = 5.0
COMPARED = ("mp_c", "bp_c")


def write_views(knowledge: Path, out: Path, *, licence: str) -> dict[str, Any]:
    """Write `{facts,compounds,diseases}.parquet`, `sources.json` and `report.json` into `out`; the report out.

    `licence` is `permissive` or `share-alike` (which includes permissive). A compound whose structure or name no
    allowed source has is left out and counted.
    """
    out.mkdir(parents=True, exist_ok=True)
    allowed = [s.id for s in SOURCES if s.licence_class in ALLOWED[licence]]
    entities = pl.read_parquet(knowledge / "entities.parquet")
    facts = pl.read_parquet(knowledge / "facts.parquet")
    report = read_json(knowledge / "report.json")
    kept = keep_entities(entities, allowed)
    facts = facts.filter(pl.col("source").is_in(allowed) & pl.col("entity_id").is_in(kept["entity_id"].to_list()))
    compounds, disagreements = widen(kept, facts)
    diseases = pl.read_parquet(knowledge / "diseases.parquet")
    for name, frame in (("facts", facts), ("compounds", compounds), ("diseases", diseases)):
        write_file(out / f"{name}.parquet", partial(_write_parquet, frame))
    left_out = dict(report["left_out"])
    if len(kept) < len(entities):
        left_out["entities"] = {f"structure or name only in sources beyond '{licence}'": len(entities) - len(kept)}
    if disagreements:
        left_out["measured values in the wide view"] = {
            f"{field}: sources differ by more than {MAX_DISAGREEMENT_C:g} °C": n for field, n in disagreements.items()
        }
    missing = report["approved_missing"] + _list_lost_drugs(entities, kept, licence)
    summary = report_knowledge(facts, kept, diseases, left_out, missing, report["missing_sources"])
    write_json(out / "sources.json", read_json(knowledge / "sources.json"))
    write_json(out / "report.json", summary)
    return summary


def _list_lost_drugs(entities: pl.DataFrame, kept: pl.DataFrame, licence: str) -> list[dict[str, str]]:
    lost = entities.join(kept, on="entity_id", how="anti").filter(pl.col("approved") & pl.col("named")).sort("name")
    return [{"name": name, "reason": f"structure only in sources beyond '{licence}'"} for name in lost["name"]]


def keep_entities(entities: pl.DataFrame, allowed: list[str]) -> pl.DataFrame:
    """The entities whose structure and name come from allowed sources."""
    return entities.filter(pl.col("structure_source").is_in(allowed) & pl.col("name_source").is_in(allowed))


def widen(entities: pl.DataFrame, facts: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Entities and facts in; the wide view sorted by entity_id, and by field the values left empty, out."""
    index = pl.col("source").replace_strict(SOURCE_INDEX, return_dtype=pl.UInt8)
    rank = pl.col("source").replace_strict({s: i for i, s in enumerate(PREFERENCE)}, return_dtype=pl.UInt8)
    ranked = facts.with_columns(src=index, rank=rank)
    by_field = {str(field): part for (field,), part in ranked.partition_by("field", as_dict=True).items()}
    none = ranked.clear()
    mask = [
        pl.col(column).replace_strict({s: 1 << i for s, i in SOURCE_INDEX.items()}, return_dtype=pl.UInt32)
        for column in ("name_source", "structure_source")
    ]
    wide = entities.select(
        "entity_id",
        "name",
        "Name",
        "named",
        "name_kind",
        "name_reason",
        pl.col("name").str.len_chars().cast(pl.Int64).alias("name_len"),
        "group",
        "parent_key",
        "gates",
        (mask[0] | mask[1]).alias("base_src"),
    )
    disagreements: dict[str, int] = {}
    for field in (*TEXT_COLUMNS, *NUMBER_COLUMNS, *INTEGER_COLUMNS, *REGISTRY_COLUMNS):
        values = by_field.get(field, none)
        if field in COMPARED:
            apart = values.group_by("entity_id").agg(apart=pl.col("number").max() - pl.col("number").min())
            apart = apart.filter(pl.col("apart") > MAX_DISAGREEMENT_C)
            disagreements[field] = len(apart)
            values = values.join(apart, on="entity_id", how="anti")
        wide = wide.join(_choose_value(values, field), on="entity_id", how="left", maintain_order="left")
    for field in LIST_FIELDS:
        lists = _collect_list(by_field.get(field, none), field)
        wide = wide.join(lists, on="entity_id", how="left", maintain_order="left")
    return wide.sort("entity_id"), {field: n for field, n in disagreements.items() if n}


def _choose_value(values: pl.DataFrame, field: str) -> pl.DataFrame:
    if field in INTEGER_COLUMNS:
        value = pl.col("text").cast(pl.Int64)
    elif field in NUMBER_COLUMNS:
        value = pl.col("number")
    else:
        value = pl.col("text")
    best = values.sort("entity_id", "rank").unique("entity_id", keep="first", maintain_order=True)
    return best.select("entity_id", value.alias(field), pl.col("src").alias(f"{field}__src"))


def _collect_list(values: pl.DataFrame, field: str) -> pl.DataFrame:
    """All values of the preferred source, in the order of their numbers; one source, so that `#n` names the fact."""
    best = values.group_by("entity_id").agg(rank=pl.col("rank").min())
    column = LIST_COLUMNS[field]
    number = pl.col("fact_id").str.extract(r"#(\d+)$").cast(pl.Int64)
    return (
        values.join(best, on=["entity_id", "rank"])
        .with_columns(place=number)
        .sort("entity_id", "place")
        .group_by("entity_id", maintain_order=True)
        .agg(pl.col("text").alias(column), pl.col("src").first().alias(f"{column}__src"))
    )


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd", compression_level=3, statistics=False)
