"""The last stage: the verdicts of all stages about one file, of which the first about each row counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.engine.run import Shard, ShardFolder
from apothecary.engine.shard import sum_books

# What a stage is called in the funnel: exact, facts and near are one question, asked three times.
COMPONENTS = {  # the first verdict about a row, in this order, counts
    "verify": "verify",
    "exact": "deduplicate",
    "facts": "deduplicate",
    "near": "deduplicate",
    "semantic": "deduplicate",
    "judge": "quality",
    "forms": "balance",
    "benchmark": "decontaminate",
    "sealed": "decontaminate",
}


def settle_file(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """The tables of all stages to the verdicts about one file of rows, in row order, and the books."""
    tables = {stage: [Path(context["room"]) / path for path in paths] for stage, paths in context["tables"].items()}
    found = [
        pl.scan_parquet(files, schema=PLACED_VERDICT)
        .filter(pl.col("file") == shard.payload["file"])
        .collect()
        .with_columns(pl.lit(stage).alias("stage"))
        for stage, files in tables.items()
        if files
    ]
    empty = pl.DataFrame(schema={**PLACED_VERDICT, "stage": pl.String})
    verdicts = pl.concat([empty, *found]).unique("row", keep="first", maintain_order=True).sort("row")
    folder.write_parquet(
        f"data/verdicts-{shard.name}.parquet", verdicts.select(PLACED_VERDICT.names()), compression="zstd"
    )
    return count_stages(shard.rows, verdicts, list(tables))


def count_stages(rows: int, verdicts: pl.DataFrame, stages: list[str]) -> dict[str, Any]:
    """The rows of a file and the verdicts about them, with their stage, to the books of each component in order."""
    books: dict[str, Any] = {}
    for component in dict.fromkeys(COMPONENTS[stage] for stage in stages):
        mine = verdicts.filter(pl.col("stage").replace_strict(COMPONENTS) == component)
        counts: dict[str, dict[str, int]] = {"dropped": {}, "failed": {}}
        for verdict, reason, count in mine.group_by("verdict", "reason").len().sort("verdict", "reason").iter_rows():
            counts[verdict][reason] = count
        books[component] = {"read": rows, "kept": rows - mine.height, **counts}
        rows -= mine.height
    return books


def join_books(settled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The books of all files to the funnel: one entry a component, in order, the reasons in order of name."""
    total = sum_books(settled)
    return [
        {
            "component": component,
            "read": total[component]["read"],
            "kept": total[component]["kept"],
            "dropped": dict(sorted(total[component]["dropped"].items())),
            "failed": dict(sorted(total[component]["failed"].items())),
        }
        for component in dict.fromkeys(COMPONENTS.values())
        if component in total
    ]
