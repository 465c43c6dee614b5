"""Free texts to near-duplicates: rows that assert the same, in nearly the same words.

Two rows may merge only if the protected tokens of what is asked are equal, in order, and those of the response too (see
`protect`); of long texts, those that are left when common words count for little (see `loose`). The key is that
sequence, so rows that may not merge never meet; only rows whose key is shared are read again. Within a key MinHash
proposes pairs (all pairs where rows are few), the exact Jaccard similarity of word shingles decides, and a row merges
into a survivor it was compared with, never into one that has merged itself (no transitive closure). Long rows that
differ in common words must differ in few of them, and the proof names each.

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
from apothecary.curate.loose import loosen_texts
from apothecary.curate.shingles import (
    MAX_TOLD_WORDS,
    Candidates,
    count_differences,
    list_words,
    measure_overlap,
    shingle_words,
    tell_difference,
)
from apothecary.recipe import Settings

NEAR_KEYS = pl.Schema(
    {
        "bucket": pl.UInt16,  # the top bits of `high`
        "high": pl.UInt64,
        "low": pl.UInt64,
        "strict": pl.UInt64,  # of all protected tokens; within a key it differs where long texts differ in common words
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
LONG_TOKENS = 12  # protected tokens beside common words, from which on a side is long
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
    # Rows that differ in common words, each named in the proof: how long both are, and how little they differ.
    long_words: Annotated[int, Field(ge=20)] = 30
    long_jaccard: Annotated[float, Field(gt=0, le=1)] = 0.6
    long_share: Annotated[float, Field(ge=0, le=0.2)] = 0.1  # of the words of the shorter text


@dataclass
class NearMeter:
    """What deciding cost: rows read again, and pairs compared."""

    rows: int = 0
    pairs: int = 0


def build_near_keys(rows: pl.DataFrame, file: int, closed: Sequence[str] = ()) -> pl.DataFrame:
    """Rows of one file (n; `prompt`, `response`, perhaps `history`) to NEAR_KEYS (n), in the order of the rows.

    The length of what is asked stands before it, so that no token can change sides. A side is long when it holds
    `LONG_TOKENS` tokens beside common words: a count of what is in the key, so that two rows of one key are of one
    class. What is asked is long too where the response is, for the response holds it down.
    """
    both = loosen_texts(pl.concat(list(_list_sides(rows)), rechunk=False), closed)
    sides = pl.concat(
        [both.head(rows.height).select(pl.all().name.prefix("asked_")), both.tail(rows.height)], how="horizontal"
    )
    long = pl.col("held") >= LONG_TOKENS
    asked_long = long | (pl.col("asked_held") >= LONG_TOKENS)
    marked = sides.with_columns(
        pl.when(asked_long).then("asked_loose").otherwise("asked_strict").alias("asked"),
        pl.when(long).then("loose").otherwise("strict").alias("answered"),
        (asked_long.cast(pl.UInt8) + long.cast(pl.UInt8)).alias("class"),
    )
    sequence = _join_sequence(marked, "class", "asked", "answered")
    strict = _join_sequence(marked, "asked_strict", "strict")
    return pl.DataFrame(
        {
            "high": sequence.hash(SEEDS[0]),
            "low": sequence.hash(SEEDS[1]),
            "strict": strict.hash(SEEDS[0]),
            "content": join_sides(rows).hash(SEEDS[0]),
        }
    ).select(
        (pl.col("high") // 2 ** (64 - BUCKET_BITS)).cast(pl.UInt16).alias("bucket"),
        "high",
        "low",
        "strict",
        "content",
        pl.lit(file, pl.UInt32).alias("file"),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
    )


def _join_sequence(sides: pl.DataFrame, *names: str) -> pl.Series:
    """Columns of which the last two are the sides (n rows) to one text a row, the length of what is asked in it."""
    size = pl.col(names[-2]).str.len_bytes()
    return sides.select(pl.concat_str(*names[:-2], size, *names[-2:], separator=TURN_END).alias("joined"))["joined"]


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
    strict = ordered["strict"].to_list()
    lengths = ordered.select(pl.struct("high", "low").rle().struct.field("len"))["len"].to_list()
    merged: list[tuple[object, ...]] = []
    start = 0
    for length in lengths:
        own = words[start : start + length]
        for row, other, score in settle_block(own, strict[start : start + length], settings, meter):
            proof = tell_difference(own[row], own[other])
            merged.append((*places[start + row], "near_duplicate", *places[start + other], score, proof))
        start += length
    return merged


def settle_block(
    words: Sequence[list[str]], strict: Sequence[int], settings: NearSettings, meter: NearMeter
) -> list[tuple[int, int, float]]:
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
            alike = score >= settings.min_jaccard and (
                strict[number] == strict[other] or differ_little(words[number], words[other], score, settings)
            )
            if alike and score > best_score:
                best, best_score = other, score
        if best >= 0:
            merged.append((number, best, best_score))
        else:
            candidates.admit(number)
    return merged


def differ_little(own: Sequence[str], other: Sequence[str], score: float, settings: NearSettings) -> bool:
    """Whether two texts that differ in common words are long enough, alike enough, and differ in few enough words."""
    shorter = min(len(own), len(other))
    few = min(settings.long_share * shorter, MAX_TOLD_WORDS)  # the proof names them all
    return shorter >= settings.long_words and score >= settings.long_jaccard and count_differences(own, other) <= few
