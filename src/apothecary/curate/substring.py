"""Documents to the long spans that stand in another document too (Lee et al. 2021: 50 tokens and more), with places.

A token is a run of characters without white space, exactly as written: an edited number, sign or name ends a span. Of
the documents that share a span the *first* keeps it: the longest one, then by content, never by position; so what is
found depends on no order of rows or shards.

Every window of 50 tokens that two documents share is found. First pass: fingerprints (winnowing, Schleimer et al. 2003:
of every 26 consecutive 25-grams the smallest hash), one for about 13 tokens, into a join. Second pass: all windows
around the fingerprints that two documents have, into a second join. Both joins are DuckDB's, within a memory limit, and
what they find is compared as text. The passes take one shard at a time; `find_repeats` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from apothecary.curate.spans import SPAN, join_prints, join_windows
from apothecary.curate.word_stream import SEED, Hashes, Places, hash_windows
from apothecary.recipe import Settings

PRINTS = pl.Schema({"hash": pl.UInt64, "file": pl.UInt32, "row": pl.UInt32, "token": pl.UInt32})
DOCUMENTS = pl.Schema({"file": pl.UInt32, "row": pl.UInt32, "tokens": pl.UInt32, "text": pl.UInt64})
WINDOWS = pl.Schema({"hash": pl.UInt64, "key": pl.UInt64})  # key: the document's rank, 32 bits, then the token
SHARE = pl.Schema(
    {"file": pl.UInt32, "row": pl.UInt32, "tokens": pl.UInt32, "repeated": pl.UInt32, "share": pl.Float64}
)


class SubstringDedup(Settings):
    """Spans of `tokens` tokens and more count; those in `boilerplate_rows` documents and more are told apart."""

    kind: Literal["substring"] = "substring"
    tokens: Annotated[int, Field(ge=10, le=1000)] = 50
    boilerplate_rows: Annotated[int, Field(ge=2)] = 10
    memory_mb: Annotated[int, Field(ge=100)] = 800


@dataclass(frozen=True)
class Repeats:
    """What is repeated: spans with their first place, the share of each row, and spans of many rows."""

    spans: pl.DataFrame  # SPAN: file, row, start, end, other_file, other_row, other_start (in tokens), rows
    shares: pl.DataFrame  # SHARE of each document that repeats something
    boilerplate: pl.DataFrame  # file, row, start, end of the first place, and how many rows have it


def find_repeats(shards: Sequence[Callable[[], pl.Series]], settings: SubstringDedup, work: Path) -> Repeats:
    """Readers of texts, one a shard, to what is repeated; `work` is a folder for what lies between the passes.

    Memory: two shards, and `memory_mb` for the joins. Begun again after a stop, it writes the same files anew.
    """
    files = {
        name: [work / f"{name}-{number}.parquet" for number in range(len(shards))]
        for name in ("prints", "documents", "windows")
    }
    if not shards:
        empty = pl.DataFrame(schema=dict.fromkeys(("file", "row", "start", "end", "rows"), pl.UInt32))
        return Repeats(pl.DataFrame(schema=SPAN), pl.DataFrame(schema=SHARE), empty)
    for number, read in enumerate(shards):
        prints, documents = list_prints(read(), number, settings)
        prints.write_parquet(files["prints"][number])
        documents.write_parquet(files["documents"][number])
    marks = join_prints(files["prints"], work, settings.memory_mb)
    ranked = rank_documents(pl.read_parquet(files["documents"]), marks)
    for number, read in enumerate(shards):
        mine = marks.filter(pl.col("file") == number)
        list_windows(read(), mine, ranked, settings).write_parquet(files["windows"][number])
    found, boilerplate = join_windows(
        files["windows"], work, settings.tokens, settings.boilerplate_rows, settings.memory_mb
    )
    spans = verify_spans(name_places(found, ranked), shards)
    named = boilerplate.join(ranked, left_on="doc", right_on="rank").select("file", "row", "start", "end", "rows")
    return Repeats(spans, measure_shares(spans, ranked), named)


def list_prints(texts: pl.Series, file: int, settings: SubstringDedup) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Texts (n) of a shard to PRINTS and DOCUMENTS; texts shorter than a span are left out."""
    hashes, rows, counts = _read_tokens(texts)
    size = settings.tokens // 2
    grams = hash_windows(hashes, size)
    chosen = np.flatnonzero(_winnow(grams, settings.tokens - size + 1))
    chosen = chosen[(rows[chosen] == rows[chosen + size - 1]) & (counts[rows[chosen]] >= settings.tokens)]
    inside = chosen - (np.cumsum(counts) - counts)[rows[chosen]]
    prints = {"hash": grams[chosen], "file": np.full(len(chosen), file), "row": rows[chosen], "token": inside}
    long = np.flatnonzero(counts >= settings.tokens)
    whole = texts.gather(long).hash(SEED)
    documents = {"file": np.full(len(long), file), "row": long, "tokens": counts[long], "text": whole}
    return pl.DataFrame(prints).cast(PRINTS), pl.DataFrame(documents).cast(DOCUMENTS)


def rank_documents(documents: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS and marked fingerprints to the documents that may share something, the first (`rank` 0) first.

    The longest goes first, then the smaller hash; equal texts are equal, so there the place may decide.
    """
    chosen = documents.join(marks.select("file", "row").unique(), on=["file", "row"], how="semi")
    ordered = chosen.sort("tokens", "text", "file", "row", descending=[True, False, False, False])
    return ordered.with_row_index("rank").cast({"rank": pl.UInt32}).drop("text")


def list_windows(texts: pl.Series, marks: pl.DataFrame, ranked: pl.DataFrame, settings: SubstringDedup) -> pl.DataFrame:
    """Texts (n) of a shard, its marked fingerprints and the ranks to WINDOWS: all that hold such a fingerprint."""
    if marks.is_empty():
        return pl.DataFrame(schema=WINDOWS)
    file = marks["file"][0]
    wanted = marks["row"].unique().sort()
    hashes, rows, counts = _read_tokens(texts.gather(wanted))
    starts = np.cumsum(counts) - counts
    local = np.searchsorted(wanted.to_numpy(), marks["row"].to_numpy())
    before = settings.tokens - settings.tokens // 2
    spread = marks["token"].to_numpy().astype(np.int64)[:, None] - np.arange(before + 1)[None, :]
    fits = (spread >= 0) & (spread + settings.tokens <= counts[local][:, None])
    places = np.unique((spread + starts[local][:, None])[fits])
    windows = hash_windows(hashes, settings.tokens)[places]
    ranks = pl.DataFrame({"row": wanted}).join(ranked.filter(pl.col("file") == file), on="row", how="left")
    rank = ranks["rank"].to_numpy().astype(np.uint64)[rows[places]]
    key = (rank << np.uint64(32)) | (places - starts[rows[places]]).astype(np.uint64)
    return pl.DataFrame({"hash": windows, "key": key}, schema=WINDOWS)


def name_places(found: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Spans by rank (`doc, start, end, other, other_start, rows`) to SPAN, in the order of the rows."""
    places = ranked.select("rank", "file", "row")
    others = places.rename({"file": "other_file", "row": "other_row"})
    named = found.join(places, left_on="doc", right_on="rank").join(others, left_on="other", right_on="rank")
    return named.select(pl.col(name).cast(kind) for name, kind in SPAN.items()).sort("file", "row", "start", "end")


def verify_spans(spans: pl.DataFrame, shards: Sequence[Callable[[], pl.Series]]) -> pl.DataFrame:
    """SPAN to those whose tokens are equal as text. Two shards are in memory at a time.

    A loop over spans, not rows: each compares two slices of lists of tokens.
    """
    kept = [spans.clear()]
    for (file, other), group in spans.group_by("file", "other_file", maintain_order=True):
        texts = shards[int(str(file))]()
        others = texts if file == other else shards[int(str(other))]()
        equal = []
        for row, start, end, place, first in group.select(
            "row", "start", "end", "other_row", "other_start"
        ).iter_rows():
            here, there = _split(texts[row : row + 1])[0], _split(others[place : place + 1])[0]
            equal.append(here.slice(start, end - start).equals(there.slice(first, end - start)))
        kept.append(group.filter(pl.Series(equal, dtype=pl.Boolean)))
    return pl.concat(kept).sort("file", "row", "start", "end")


def measure_shares(spans: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """SPAN and the documents to SHARE: how much of each stands in an earlier one, a token counted once."""
    place = ["file", "row"]
    reach = pl.col("end").cum_max().shift(1, fill_value=0).over(place)
    covered = spans.sort(*place, "start").with_columns(
        (pl.col("end").cast(pl.Int64) - pl.max_horizontal("start", reach)).clip(0).alias("new")
    )
    totals = covered.group_by(place).agg(pl.col("new").sum().alias("repeated")).join(ranked, on=place)
    shares = totals.with_columns((pl.col("repeated") / pl.col("tokens")).alias("share"))
    return shares.select(pl.col(name).cast(kind) for name, kind in SHARE.items()).sort(place)


def _split(texts: pl.Series) -> pl.Series:
    return texts.cast(pl.String).fill_null("").str.extract_all(r"\S+")


def _read_tokens(texts: pl.Series) -> tuple[Hashes, Places, Places]:
    """Texts (n) to the hashes (t) of their tokens, the text each belongs to (t), and how many each has (n)."""
    lists = _split(texts)
    counts = lists.list.len().to_numpy().astype(np.int64)
    hashes = lists.explode(empty_as_null=False).hash(SEED).to_numpy()
    return hashes, np.repeat(np.arange(len(texts)), counts), counts


def _winnow(grams: Hashes, window: int) -> NDArray[np.bool_]:
    """Hashes (g) to whether each (g) is the smallest of some `window` consecutive ones."""
    if len(grams) < window:
        return np.zeros(len(grams), dtype=np.bool_)
    lows = _slide(grams, window, np.minimum)
    edges = np.zeros(window - 1, dtype=grams.dtype)  # a smallest is equal to the largest of the minima around it
    highs = _slide(np.concatenate([edges, lows, edges]), window, np.maximum)
    chosen: NDArray[np.bool_] = grams == highs
    return chosen


def _slide(values: Hashes, window: int, pick: np.ufunc) -> Hashes:
    """Values (v) to the smallest or largest of each `window` consecutive ones (v - window + 1), by doubling."""
    block, size = values, 1
    while size * 2 <= window:
        block = pick(block[:-size], block[size:])
        size *= 2
    rest = window - size
    picked: Hashes = pick(block[: len(block) - rest], block[rest:]) if rest else block
    return picked
