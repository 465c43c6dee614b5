"""The first pass: own rows are checked against the knowledge base, free text is measured, sound rows leave keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from apothecary.curate.contamination import choose_proofs, find_overlaps, join_texts
from apothecary.curate.keys import KEYS, build_keys, join_turns
from apothecary.curate.measure import measure_rows
from apothecary.curate.near import NEAR_KEYS, build_near_keys
from apothecary.curate.provenance import FACT_KEYS, build_fact_keys
from apothecary.curate.source import Source
from apothecary.curate.tools import load_tools
from apothecary.curate.verdicts import PLACED_VERDICT, write_books
from apothecary.engine.run import Shard, ShardFolder, load_once
from apothecary.example import VERDICT
from apothecary.generate.tools.check import check_dialogues

if TYPE_CHECKING:
    from apothecary.curate.benchmark_index import Index

KEY_GROUP_ROWS = 16_384  # a bucket is read from sorted files by row group


def verify_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file of rows to its verdict table, the attributes of its free text, and the sorted keys of what passed."""
    file = int(shard.payload["file"])
    rows = Source.from_context(context["source"]).read_rows(file)
    verdicts = verify_rows(rows, file, context)
    free = rows.with_row_index("row").filter(pl.col("template").is_null())
    tools = load_once(load_tools, context)
    if free.height:
        attributes = measure_rows(free, file, tools)
        folder.write_parquet(f"data/attributes-{shard.name}.parquet", attributes, compression="zstd")
    hits = find_hits(rows, file, tools.index) if tools.index else None
    if hits is not None:
        folder.write_parquet(f"data/hits-{shard.name}.parquet", hits, compression="zstd")
    keys = {"keys": build_keys(rows, file)}
    if free.height and context["near_duplicates"]:
        near = build_near_keys(free, file, context["closed"])
        keys["near"] = near.with_columns(free["row"][near["row"]].cast(pl.UInt32).alias("row"))
    if context["wordings_per_fact"] or context["source"]["shape"]:
        keys["facts"] = build_fact_keys(rows, file)
    folder.write_parquet(f"data/verify-{shard.name}.parquet", verdicts, compression="zstd")
    # Rows that answer nothing are dropped for that, and are nobody's duplicate.
    silent = free.filter(pl.col("response").fill_null("").str.strip_chars() == "")["row"].cast(pl.UInt32)
    for kind, table in keys.items():
        write_keys(folder, f"data/{kind}-{shard.name}.parquet", table, pl.concat([verdicts["row"], silent]))
    return {"verify": write_books(rows.height, verdicts), "free": free.height, "keyed": count_keyed(keys)}


def verify_rows(rows: pl.DataFrame, file: int, context: dict[str, Any]) -> pl.DataFrame:
    """Rows of one file to the verdicts about those of our own renderer and tools; none without a knowledge base."""
    if not context["run"]:
        return pl.DataFrame(schema=PLACED_VERDICT)
    own = rows.filter(pl.col("template").is_not_null())
    dialogues = rows.filter(pl.col("origin") == "tool")
    verdicts = [pl.DataFrame(schema=VERDICT)]
    if own.height:
        verdicts.append(load_once(load_tools, context).checker.check(own))
    if dialogues.height:
        verdicts.append(check_dialogues(dialogues, load_once(load_tools, context).toolbox))
    return place_verdicts(pl.concat(verdicts), rows, file)


def find_hits(rows: pl.DataFrame, file: int, index: Index) -> pl.DataFrame:
    """Rows of one file and the test items to the rows that show one: `id, file, row, benchmark_share, detail`."""
    # Of our own rows the answer is a fact that was looked up; what can be a test item is the question.
    own = rows["template"].null_count() == 0
    proofs = choose_proofs(find_overlaps(join_turns(rows) if own else join_texts(rows), index))
    return proofs.select(
        rows["id"][proofs["row"]],
        pl.lit(file, pl.UInt32).alias("file"),
        "row",
        pl.col("score").alias("benchmark_share"),
        "detail",
    )


def write_keys(folder: ShardFolder, path: str, keys: pl.DataFrame, left_out: pl.Series) -> None:
    """Keys, but for those of the rows left out, sorted by bucket, to a file that is read by row group."""
    if len(left_out):
        keys = keys.join(left_out.to_frame("row"), on="row", how="anti", maintain_order="left")
    ordered = keys.sort("bucket", maintain_order=True)
    folder.write_parquet(path, ordered, compression="uncompressed", row_group_size=KEY_GROUP_ROWS)


def count_keyed(keys: dict[str, pl.DataFrame]) -> dict[str, int]:
    """The number of keys of each kind, 0 for those not made."""
    schemas = {"keys": KEYS, "near": NEAR_KEYS, "facts": FACT_KEYS}
    return {kind: keys[kind].height if kind in keys else 0 for kind in schemas}


def place_verdicts(verdicts: pl.DataFrame, rows: pl.DataFrame, file: int) -> pl.DataFrame:
    """VERDICT rows about the examples of a file to PLACED_VERDICT rows in file order, the first for each example."""
    places = rows.select("id").with_columns(
        pl.lit(file, pl.UInt32).alias("file"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
    )
    first = verdicts.unique("id", keep="first", maintain_order=True)
    return first.join(places, on="id", how="inner").sort("row").select(PLACED_VERDICT.names())
