"""Buckets of keys to verdicts: the second half of a shuffle. Each bucket is a shard, and no two share a key."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.duplicates import PLACE, decide_duplicates, name_rows
from apothecary.curate.keys import BUCKET_BITS, KEYS
from apothecary.curate.near import NEAR_KEYS, NearMeter, NearSettings, decide_near, join_sides
from apothecary.curate.provenance import FACT_KEYS, decide_wordings
from apothecary.curate.source import Source
from apothecary.curate.verdicts import write_books
from apothecary.engine.run import Shard, ShardFolder


def plan_buckets(rows: int, bucket_rows: int) -> list[Shard]:
    """The number of keys to shards, each a range of bucket numbers with about `bucket_rows` keys."""
    size = 1 << BUCKET_BITS
    count = min(size, max(1, ceil(rows / bucket_rows)))
    return [
        Shard(
            f"{index:05d}", {"low": size * index // count, "high": size * (index + 1) // count, "rows": rows // count}
        )
        for index in range(count)
    ]


def read_bucket(files: Sequence[Path], schema: pl.Schema, low: int, high: int) -> pl.DataFrame:
    """Key files to the rows whose bucket lies in [low, high); the files are sorted, most row groups are never read."""
    if not files:
        return pl.DataFrame(schema=schema)
    wanted = (pl.col("bucket") >= low) & (pl.col("bucket") < high)
    return pl.scan_parquet(list(files), schema=schema).filter(wanted).collect()


def settle_exact(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One bucket of prompt keys to the verdicts about duplicates and contradictions."""
    keys = _read_keys(shard, context, KEYS)
    read = keys.height
    return _write(shard, folder, context, "exact", read, decide_duplicates(keys, _read_places(context, "worse")))


def settle_facts(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One bucket of fact keys to the verdicts about wordings said twice and wordings beyond the cap."""
    keys = _drop_settled(_read_keys(shard, context, FACT_KEYS), context)
    decided = decide_wordings(keys, context["wordings_per_fact"], _read_places(context, "worse"))
    return _write(shard, folder, context, "facts", keys.height, decided)


def settle_near(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One bucket of protected keys to the verdicts about near-duplicates, each with its proof."""
    source, meter = Source.from_context(context["source"]), NearMeter()
    settings = NearSettings(min_jaccard=context["curate"]["min_jaccard"])
    keys = _drop_settled(_read_keys(shard, context, NEAR_KEYS), context)

    def read_texts(places: pl.DataFrame) -> pl.Series:
        return join_sides(source.read_places(places, ["prompt", "response", "history"]))

    decided = decide_near(keys, read_texts, settings, meter, _read_places(context, "worse"))
    books = _write(shard, folder, context, "near", keys.height, decided)
    return books | {"read_again": meter.rows, "pairs": meter.pairs}


def settle_semantic(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One bucket of protected keys to the verdicts about rows that mean the same, as an embedding says."""
    from apothecary.curate.semantic import load_model, merge_alike

    source = Source.from_context(context["source"])
    keys = _drop_settled(_read_keys(shard, context, NEAR_KEYS), context)
    shared = keys.filter(pl.struct("high", "low").is_duplicated())
    texts = (
        join_sides(source.read_places(shared, ["prompt", "response", "history"])) if shared.height else pl.Series([])
    )
    key = shared.select(pl.format("{}-{}-{}", "high", "low", "strict").alias("key"))["key"]
    model, cosine = context["curate"]["semantic_model"], context["curate"]["min_cosine"]
    merged = merge_alike(texts, key, load_model(Path(model)), cosine)
    here, there = shared[merged["row"]], shared[merged["other"]]
    decided = here.select(
        *PLACE,
        pl.lit("same_meaning").alias("reason"),
        there["file"].alias("other_file"),
        there["row"].alias("other_row"),
        merged["cosine"].alias("score"),
    )
    return _write(shard, folder, context, "semantic", keys.height, decided)


def _read_keys(shard: Shard, context: dict[str, Any], schema: pl.Schema) -> pl.DataFrame:
    files = [Path(context["room"]) / path for path in context["keys"]]
    return read_bucket(files, schema, shard.payload["low"], shard.payload["high"])


def _read_places(context: dict[str, Any], tables: str) -> pl.DataFrame:
    """The places of the rows in some verdict tables."""
    files = [Path(context["room"]) / path for path in context[tables]]
    empty = pl.DataFrame(schema=dict.fromkeys(PLACE, pl.UInt32))
    return pl.read_parquet(files, columns=list(PLACE)) if files else empty


def _drop_settled(keys: pl.DataFrame, context: dict[str, Any]) -> pl.DataFrame:
    """The keys whose rows an earlier stage has not dropped."""
    return keys.join(_read_places(context, "settled"), on=PLACE, how="anti", maintain_order="left")


def _write(
    shard: Shard, folder: ShardFolder, context: dict[str, Any], stage: str, read: int, decided: pl.DataFrame
) -> dict[str, Any]:
    source = Source.from_context(context["source"])
    verdicts = name_rows(decided, source.files, source.id_column)
    folder.write_parquet(f"data/{stage}-{shard.name}.parquet", verdicts, compression="zstd")
    return {stage: write_books(read, verdicts)}
