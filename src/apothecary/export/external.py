"""A user's own chat files to rows beside the dataset: test items taken out, a stated share of the tokens drawn.

They are exempt from fact checks: nothing in them is held against the knowledge base, and nothing of them is a reward or
a preference. Left out: what has no prompt or no response, what stands twice, what shows a held-out question of the
dataset or an item of a benchmark. Files are read twice, block by block: to choose, and to take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from apothecary.curate.benchmark_files import ITEM, read_benchmarks
from apothecary.curate.benchmark_index import Index, build_index
from apothecary.curate.contamination import find_overlaps, join_texts
from apothecary.curate.intake import iter_blocks
from apothecary.curate.rows import find_shape, name_rows, read_shape
from apothecary.engine.commit import make_folder, write_file
from apothecary.errors import SourceError
from apothecary.export.messages import build_messages
from apothecary.export.sample import draw_priorities
from apothecary.export.write import write_table

PART_ROWS = 20_000
ORIGIN = "external"


def take_external(
    files: Sequence[str],
    share: float,
    characters: int,
    index: Index | None,
    schema: pa.Schema,
    scratch: Path,
    seed: int,
) -> tuple[list[Path], dict[str, Any]]:
    """Chat files to tables of the dataset's `schema` in `scratch`, and what was read, left out and taken.

    `characters` are those of the training rows beside them: so many are drawn that they have their `share` of both.
    """
    judged = pl.concat([pl.DataFrame(schema=JUDGED), *(one for _, one in iter_judged(files, index, seed))])
    fair = judged.filter(pl.col("reason").is_null()).sort("chance", "block", "row")
    twice = fair.filter(~pl.col("text").is_first_distinct())
    fair = fair.filter(pl.col("text").is_first_distinct())
    wanted = int(characters * share / (1 - share))
    before = fair["characters"].cum_sum() - fair["characters"]
    taken = fair.filter(before < wanted)
    reasons = dict(judged["reason"].drop_nulls().value_counts().sort("reason").iter_rows())
    if twice.height:
        reasons["stands twice"] = twice.height
    got = int(taken["characters"].sum())
    told = {
        "read": judged.height,
        "left_out": reasons,
        "not_drawn": fair.height - taken.height,
        "rows": taken.height,
        "share_asked": share,
        "share_got": round(got / max(1, got + characters), 6),
    }
    return write_taken(files, index, taken, schema, scratch, seed), told


JUDGED = pl.Schema(
    {
        "block": pl.UInt32,
        "row": pl.UInt32,
        "reason": pl.String,
        "chance": pl.UInt64,
        "text": pl.UInt64,
        "characters": pl.Int64,
    }
)


def iter_judged(files: Sequence[str], index: Index | None, seed: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Chat files to their blocks: the rows as read, and JUDGED lines about them."""
    number = 0
    for name in files:
        path = Path(name)
        if not path.is_file():
            raise SourceError(f"no chat file at {path}", where="mix.external.files", hint="give the path of a file")
        for block in iter_blocks(path):
            if block.rows.is_empty():
                continue
            ids = pl.Series([f"{ORIGIN}/{path.name}/{line}" for line in block.numbers], dtype=pl.String)
            shape = find_shape(block.rows.schema, None, None, str(path))
            rows = read_shape(name_rows(block.rows, ids), shape)
            yield (
                rows,
                judge_block(rows, number, index, draw_priorities(seed, f"{ORIGIN} {path.name} {number}", rows.height)),
            )
            number += 1


def judge_block(rows: pl.DataFrame, number: int, index: Index | None, chance: Any) -> pl.DataFrame:
    """A block of chat rows (n) to JUDGED lines (n)."""
    texts = join_texts(rows.with_columns(pl.col("prompt").fill_null("")))
    shown = find_overlaps(texts, index)["row"].unique() if index else pl.Series([], dtype=pl.UInt32)
    lacking = pl.any_horizontal(pl.col(name).fill_null("").str.strip_chars() == "" for name in ("prompt", "response"))
    place = pl.int_range(pl.len(), dtype=pl.UInt32)
    reason = (
        pl.when(lacking)
        .then(pl.lit("no prompt or no response"))
        .when(place.is_in(shown.cast(pl.UInt32).implode()))
        .then(pl.lit("shows a test item"))
    )
    return rows.select(
        pl.lit(number, pl.UInt32).alias("block"),
        place.alias("row"),
        reason.alias("reason"),
        pl.Series("chance", chance, dtype=pl.UInt64),
        texts.hash(0).alias("text"),
        texts.str.len_chars().cast(pl.Int64).alias("characters"),
    )


def write_taken(
    files: Sequence[str], index: Index | None, taken: pl.DataFrame, schema: pa.Schema, scratch: Path, seed: int
) -> list[Path]:
    """The rows chosen to tables of the dataset's columns, null where a chat has none."""
    make_folder(scratch)
    waiting: list[pl.DataFrame] = []
    paths: list[Path] = []

    def flush(least: int) -> None:
        nonlocal waiting
        while sum(part.height for part in waiting) >= max(1, least):
            rows = pl.concat(waiting)
            waiting = [rows[PART_ROWS:]]
            path = scratch / f"train-external-{len(paths):05d}.parquet"
            write_file(path, partial(write_table, shape_rows(rows[:PART_ROWS], schema), level=3))
            paths.append(path)

    for rows, judged in iter_judged(files, None, seed):
        chosen = taken.filter(pl.col("block") == judged["block"][0])["row"].sort()
        if len(chosen):
            waiting.append(rows[chosen])
        flush(PART_ROWS)
    flush(1)
    return paths


def shape_rows(rows: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """Chat rows (n) to a table of the dataset's columns (n)."""
    known = {
        "id": rows["id"].to_arrow(),
        "messages": build_messages(rows),
        "pack": pa.array([ORIGIN] * rows.height),
        "origin": pa.array([ORIGIN] * rows.height),
        "licences": pa.array([["user's own"]] * rows.height),
        "split": pa.array(["train"] * rows.height),
    }
    columns = [
        known[field.name].cast(field.type) if field.name in known else pa.nulls(rows.height, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def index_test_items(held_out: Sequence[Path], benchmarks: Sequence[str]) -> Index | None:
    """The dataset's files with held-out rows and benchmark files to the index of items that no chat may show."""
    frames = [pl.DataFrame(schema=ITEM)]
    if benchmarks:
        frames.append(read_benchmarks([Path(path) for path in benchmarks]))
    for path in held_out:
        rows = pl.read_parquet(path, columns=["id", "messages"])
        prompt = pl.col("messages").list.get(-2).struct.field("content")
        none = [pl.lit(None, ITEM[name]).alias(name) for name in ("options", "answers", "contexts")]
        told = rows.select(
            pl.lit("held-out rows").alias("benchmark"), pl.col("id").alias("item"), prompt.alias("text"), *none
        )
        frames.append(told.select(ITEM.names()))
    items = pl.concat(frames)
    return build_index(items) if items.height else None
