"""The first pass: every statement is checked against the knowledge base; sound rows leave their keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from apothecary.curate.keys import KEYS, build_keys
from apothecary.curate.verdicts import PLACED_VERDICT, write_books
from apothecary.engine.commit import read_json
from apothecary.engine.run import Shard, ShardFolder, load_once
from apothecary.packs.attach import read_entities

if TYPE_CHECKING:
    from apothecary.facts.checker import Checker

KEY_GROUP_ROWS = 16_384  # a bucket is read from sorted files by row group


def verify_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file of examples to its verdict table, and to the sorted deduplication keys of the rows that passed."""
    run = Path(context["run"])
    rows = pl.read_parquet(run / "generate" / shard.payload["path"])
    file = int(shard.payload["file"])
    verdicts = place_verdicts(load_once(load_checker, {"run": str(run)}).check(rows), rows, file)
    keys = build_keys(rows, file)
    if verdicts.height:
        keys = keys.join(verdicts.select("row"), on="row", how="anti", maintain_order="left")
    folder.write_parquet(f"data/verify-{shard.name}.parquet", verdicts, compression="zstd")
    folder.write_parquet(
        f"data/keys-{shard.name}.parquet",
        keys.sort("bucket", maintain_order=True).select(KEYS.names()),
        compression="uncompressed",
        row_group_size=KEY_GROUP_ROWS,
    )
    return write_books(rows.height, verdicts)


def place_verdicts(verdicts: pl.DataFrame, rows: pl.DataFrame, file: int) -> pl.DataFrame:
    """VERDICT rows about the examples of a file to PLACED_VERDICT rows in file order, the first for each example."""
    places = rows.select("id").with_columns(
        pl.lit(file, pl.UInt32).alias("file"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
    )
    first = verdicts.unique("id", keep="first", maintain_order=True)
    return first.join(places, on="id", how="inner").sort("row").select(PLACED_VERDICT.names())


def load_checker(context: dict[str, Any]) -> Checker:
    """The run that `context` names to the checker over its pack and knowledge base."""
    from apothecary.facts.checker import FACTS_READ, Checker

    run = Path(context["run"])
    pack = read_json(run / "generate" / "pack.json")
    names = read_entities(run / "gather", pack, ["entity_id", "name", "Name"])
    facts = pl.read_parquet(run / "gather" / "facts.parquet", columns=list(FACTS_READ))
    return Checker(pack, facts, names)
