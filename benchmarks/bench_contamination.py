"""Decontamination measured on real benchmarks: rows a second, planted items found, false alarms on rows of the pack.

    python benchmarks/bench_contamination.py --benchmarks FILE... [--run RUN] [--rows 1_000_000]

`--run` is a finished run (`apothecary run recipes/quick.yaml`): its rows, repeated to `--rows` with a number before
each, are held against the items. For one core set POLARS_MAX_THREADS=1. Plain 13-word and 8-word n-grams (any hit, no
content asked) run beside ours over the same words, on the pack's own test rows, to show what templates do to them.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import polars as pl

from apothecary.curate.benchmark_files import ITEM, read_benchmarks
from apothecary.curate.contamination import build_index, find_overlaps, join_texts
from apothecary.curate.held_out import read_names
from apothecary.curate.word_stream import HashSet, hash_windows, read_stream

CHANGES = {
    "verbatim": lambda text, options: text,
    "upper case, other marks": lambda text, options: text.upper().replace(",", " ;").replace("-", " "),
    "options reordered behind it": lambda text, options: "\n".join([text, *reversed(options)]),
    "inside a longer row": lambda text, options: (
        f"Here is a question.\n{text}\nThe answer follows. " + "So it is. " * 20
    ),
}


def find_plain(texts: pl.Series, items: pl.Series, words: int, *, fold: bool) -> int:
    """How many texts share any n-gram with any item; `fold`: numbers become 0, as in datatrove's decontamination."""
    streams = [read_stream(one) for one in (items, texts)]
    words_of = [stream.masked if fold else stream.resolved for stream in streams]
    grams = hash_windows(words_of[0], words)
    inside = streams[0].rows[: len(grams)] == streams[0].rows[words - 1 :]
    places, _ = HashSet(grams[inside]).find(hash_windows(words_of[1], words))
    rows = streams[1].rows
    return len(set(rows[places[rows[places] == rows[places + words - 1]]].tolist()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--benchmarks", type=Path, nargs="+", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    chosen = parser.parse_args()
    items, names = read_benchmarks(chosen.benchmarks), read_names(chosen.run / "gather")
    start = time.process_time()
    index = build_index(items, names)
    spent = time.process_time() - start
    print(
        f"{items.height:,} items, {names.height:,} names: index in {spent:.1f} CPU s; {index.skipped.height} not judged"
    )
    for name, change in CHANGES.items():
        pairs = items.select("text", "options").iter_rows()
        planted = pl.Series([change(text, options) for text, options in pairs])
        found = find_overlaps(planted, index).join(
            items.with_row_index("row"), on=["row", "benchmark", "item"], how="semi"
        )
        print(f"planted, {name}: {found['row'].n_unique():,} of {items.height:,} found")
    rows = pl.read_parquet(sorted((chosen.run / "generate" / "data").glob("*.parquet")))
    texts = join_texts(rows)
    print(f"rows of the pack flagged: {find_overlaps(texts, index)['row'].n_unique()} of {rows.height:,}")
    copies = -(-chosen.rows // len(texts))
    many = pl.concat([str(number) + " " + texts for number in range(copies)])[: chosen.rows]
    start, wall = time.process_time(), time.perf_counter()
    find_overlaps(many, index)
    spent, wall = time.process_time() - start, time.perf_counter() - wall
    mean = many.str.len_bytes().mean()
    print(
        f"{len(many):,} rows of {mean:.0f} bytes: {len(many) / spent:,.0f} rows/CPU s, {len(many) / wall:,.0f} rows/s"
    )
    show_templates(rows, names)


def show_templates(rows: pl.DataFrame, names: pl.DataFrame) -> None:
    """The pack's own held-out prompts as a benchmark: what plain n-grams and ours flag among the training rows."""
    test, train = rows.filter(pl.col("split") != "train"), rows.filter(pl.col("split") == "train")
    empty = {name: pl.lit([], pl.List(pl.String)) for name in ("options", "answers", "contexts")}
    columns = {"benchmark": pl.lit("own"), "item": pl.col("id"), "text": pl.col("prompt"), **empty}
    own = test.select(**columns).select(ITEM.names())
    texts = join_texts(train)
    for words in (13, 8):
        for fold in (True, False):
            hits = find_plain(texts, own["text"], words, fold=fold)
            print(f"plain {words}-grams, numbers {'folded' if fold else 'kept'}: {hits:,} of {train.height:,} flagged")
    index = build_index(own, names)
    itself = find_overlaps(join_texts(test), index).join(
        test.with_row_index("row"), left_on=["row", "item"], right_on=["row", "id"], how="semi"
    )
    print(f"ours: {find_overlaps(texts, index)['row'].n_unique():,} of {train.height:,} flagged")
    print(f"ours, the test rows themselves: {itself.height:,} of {test.height:,} found")


if __name__ == "__main__":
    main()
