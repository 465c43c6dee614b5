"""One pass over all free text of a dataset: how much of each row stands, word for word, in an earlier one."""

from __future__ import annotations

import shutil
from functools import partial
from typing import Any

import polars as pl

from apothecary.curate.measure import join_texts
from apothecary.curate.source import Source
from apothecary.curate.substring import SubstringDedup, find_repeats
from apothecary.engine.run import Shard, ShardFolder


def measure_repeats(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """All files of rows to the tables of spans that are repeated, of the share of each row, and of boilerplate."""
    source = Source.from_context(context["source"])
    readers = [partial(read_free, source, file) for file in range(len(source.paths))]
    work = folder.folder / "work"
    shutil.rmtree(work, ignore_errors=True)  # what a run that was killed has left
    work.mkdir(parents=True)
    found = find_repeats(readers, SubstringDedup(), work)
    shutil.rmtree(work)
    folder.write_parquet("data/spans.parquet", found.spans, compression="zstd")
    folder.write_parquet("data/shares-all.parquet", found.shares, compression="zstd")
    folder.write_parquet("data/boilerplate.parquet", found.boilerplate, compression="zstd")
    return {"rows_with_repeats": found.shares.height, "boilerplate_spans": found.boilerplate.height}


def read_free(source: Source, file: int) -> pl.Series:
    """One file's texts (n); those of our own rows are empty, because their repeats are known by their facts."""
    rows = source.read_rows(file, ["prompt", "response", "history", "template"])
    texts = join_texts(rows).alias("text")
    return rows.select(pl.when(pl.col("template").is_null()).then(texts).otherwise(pl.lit("")).alias("text"))["text"]
