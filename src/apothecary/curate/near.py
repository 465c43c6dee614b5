"""Free texts to near-duplicates: rows that assert the same, in nearly the same words.

Two rows may merge only if the protected tokens of what is asked are equal, in order, and those of the response too (see
`protect`). The key is that sequence, so rows that may not merge never meet; only rows whose key is shared are read
again. Within a key MinHash proposes pairs (all pairs where rows are few), the exact Jaccard similarity of word shingles
decides, and a row merges into a survivor it was compared with, never into one that has merged itself (no transitive
closure).

The longest text survives, then the first in the order of the alphabet, so neither the order of rows nor the number of
shards decides what text is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import polars as pl
from pydantic import Field

from apothecary.curate.duplicates import mark_worse
from apothecary.curate.keys import BUCKET_BITS, SEEDS, TURN_END, join_turns
from apothecary.curate.protect import join_protected
from apothecary.curate.shingles import Candidates, list_words, measure_overlap, shingle_words, tell_difference
from apothecary.recipe import Settings

NEAR_KEYS = pl.Schema(
    {
        "bucket": pl.UInt16,  # the top bits of `high`
        "high": pl.UInt64,
        "low": pl.UInt64,
        "content": pl.UInt64,  # of the exact text, to cut blocks too large to be read at once
        "file": pl.UInt32,
        "row": pl.UInt32,
    }
)
NEAR_DECIDED = pl.Schema(
    {
        "file": pl.UInt32,
        "row": pl.UInt32,
        "reason": pl.String,  # near_duplicate
        "other_file": pl.UInt32,  # the survivor
        "other_row": pl.UInt32,
        "score": pl.Float64,  # Jaccard similarity of the shingles
        "proof": pl.String,  # the words that only this row has, and those that only the survivor has
    }
)
PLACE = ("file", "row")
ReadTexts = Callable[[pl.DataFrame], pl.Series]


class NearSettings(Settings):
    """How alike rows with equal protected tokens must be, and how hard pairs are looked for."""

    kind: Literal["near"] = "near"
    shingle_words: Annotated[int, Field(ge=1, le=10)] = 2
    bands: Annotated[int, Field(ge=1, le=64)] = 20
    rows: Annotated[int, Field(ge=1, le=32)] = 4  # MinHashes a band
    min_jaccard: Annotated[float, Field(gt=0, le=1)] = 0.6
    compare_all: Annotated[int, Field(ge=0, le=1000)] = 16  # up to so many survivors of a key, all are compared
    max_comparisons: Annotated[int, Field(ge=1, le=1000)] = 16  # of one row, among those MinHash proposes
    block_rows: Annotated[int, Field(ge=2)] = 50_000  # rows of one key that are in memory together


@dataclass
class NearMeter:
    """What deciding cost: rows read again, and pairs compared."""

    rows: int = 0
    pairs: int = 0


def build_near_keys(rows: pl.DataFrame, file: int, closed: Sequence[str] = ()) -> pl.DataFrame:
    """Rows of one file (n; `prompt`, `response`, perhaps `history`) to NEAR_KEYS (n), in the order of the rows.

    The length of what is asked stands before it, so that no token can change sides.
    """
    asked, answered = _list_sides(rows)
    both = join_protected(pl.concat([asked, answered], rechunk=False), closed)
    sides = pl.DataFrame({"asked": both.head(rows.height), "answered": both.tail(rows.height)})
    sequence = sides.select(
        pl.concat_str(pl.col("asked").str.len_bytes(), "asked", "answered", separator=TURN_END).alias("sequence")
    ).to_series()
    return pl.DataFrame(
        {"high": sequence.hash(SEEDS[0]), "low": sequence.hash(SEEDS[1]), "content": join_sides(rows).hash(SEEDS[0])}
    ).select(
        (pl.col("high") // 2 ** (64 - BUCKET_BITS)).cast(pl.UInt16).alias("bucket"),
        "high",
        "low",
        "content",
        pl.lit(file, pl.UInt32).alias("file"),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
    )


def join_sides(rows: pl.DataFrame) -> pl.Series:
    """Rows (n) to the text that near-duplicates are looked for in (n): what is asked, TURN_END, the response."""
    asked, answered = _list_sides(rows)
    return asked + TURN_END + answered


def decide_near(
    keys: pl.DataFrame,
    read_texts: ReadTexts,
    settings: NearSettings,
    meter: NearMeter | None = None,
    worse: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """NEAR_KEYS of one bucket to NEAR_DECIDED: one line for each row that merges into a survivor.

    `read_texts` takes places (a frame of `file, row`) and gives their texts (`join_sides`) in the same order. Memory:
    the one bucket, and the texts of `block_rows` rows. Rows whose places are in `worse` survive only where no other
    can: they will be dropped for what they are.
    """
    meter = meter or NearMeter()
    shared = keys.filter(pl.col("high").is_duplicated())
    shared = shared.filter(pl.struct("high", "low").is_duplicated())
    shared = mark_worse(shared, worse).sort("high", "low", "worse", "content", *PLACE)
    decided: list[tuple[object, ...]] = []
    for piece in _cut_pieces(shared, settings.block_rows):
        meter.rows += piece.height
        decided += _settle_piece(piece.with_columns(read_texts(piece.select(*PLACE)).alias("text")), settings, meter)
    return pl.DataFrame(decided, schema=NEAR_DECIDED, orient="row").sort(*PLACE)


def _list_sides(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    with_history = rows if "history" in rows.columns else rows.with_columns(history=pl.lit(None))
    asked = join_turns(with_history.with_columns(pl.col("prompt").fill_null("")))
    return asked.rename("text"), rows["response"].fill_null("").rename("text")


def _cut_pieces(shared: pl.DataFrame, block_rows: int) -> Iterator[pl.DataFrame]:
    """Sorted keys to pieces of about `block_rows`, cut between keys; a larger key in the order of its content."""
    if not shared.height:
        return
    ends = shared.select(pl.struct("high", "low").rle_id())["high"].to_numpy()
    start = 0
    while start < shared.height:
        end = min(start + block_rows, shared.height)
        if end < shared.height:
            first = int(ends.searchsorted(ends[end], side="left"))
            end = first if first > start else end
        yield shared.slice(start, end - start)
        start = end


def _settle_piece(piece: pl.DataFrame, settings: NearSettings, meter: NearMeter) -> list[tuple[object, ...]]:
    """Rows of some keys with their texts to the NEAR_DECIDED lines of those that merge."""
    ordered = piece.with_columns(pl.col("text").str.len_chars().alias("size")).sort(
        "high", "low", "worse", "size", "text", *PLACE, descending=[False, False, False, True, False, False, False]
    )
    words = list_words(ordered["text"])
    places = ordered.select(*PLACE).rows()
    lengths = ordered.select(pl.struct("high", "low").rle().struct.field("len"))["len"].to_list()
    merged: list[tuple[object, ...]] = []
    start = 0
    for length in lengths:
        own = words[start : start + length]
        for row, other, score in settle_block(own, settings, meter):
            proof = tell_difference(own[row], own[other])
            merged.append((*places[start + row], "near_duplicate", *places[start + other], score, proof))
        start += length
    return merged


def settle_block(words: Sequence[list[str]], settings: NearSettings, meter: NearMeter) -> list[tuple[int, int, float]]:
    """The words of rows with one key, in the order of who survives, to (row, its survivor, score) of those that merge.

    A loop in Python: each row is held against the survivors so far, which depend on the rows before it. Only rows whose
    key is shared come here.
    """
    shingles = [shingle_words(own, settings.shingle_words) for own in words]
    candidates = Candidates(shingles, settings.bands, settings.rows, settings.compare_all, settings.max_comparisons)
    merged: list[tuple[int, int, float]] = []
    for number, own in enumerate(shingles):
        best, best_score = -1, 0.0
        for other in candidates.propose(number):
            meter.pairs += 1
            score = measure_overlap(own, shingles[other])
            if score > best_score:
                best, best_score = other, score
        if best_score >= settings.min_jaccard:
            merged.append((number, best, best_score))
        else:
            candidates.admit(number)
    return merged
