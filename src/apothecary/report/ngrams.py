"""Conversations to hashes of their word n-grams, and how varied a sample of texts is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
N = 4
KEPT_OF = 16  # one n-gram of so many is counted, chosen by its hash: distinct ones stay in proportion
TEXT_ROWS = 1_000_000  # n-grams are counted in the first so many rows
SAMPLE_ROWS = 10_000  # measures that depend on how much is looked at are taken on so many rows
MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64
)


def join_turns(messages: pl.Series) -> pl.Series:
    """Conversations (n) to the text of all their turns but the system's (n)."""
    turns = pl.element()
    spoken = pl.col("messages").list.eval(turns.filter(turns.struct.field("role") != "system").struct.field("content"))
    return messages.to_frame("messages").select(spoken.list.join("\n")).to_series()


def split_words(texts: pl.Series) -> tuple[Hashes, NDArray[np.int64]]:
    """Texts (n) to the hashes of all their words, lower case, in order, and the number of words of each text (n)."""
    words = texts.fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars().str.split(" ")
    counts = words.list.len().to_numpy().astype(np.int64)
    return words.explode(empty_as_null=True).hash().to_numpy(), counts


def combine(words: Hashes, counts: NDArray[np.int64], n: int) -> tuple[Hashes, NDArray[np.int64]]:
    """Words of texts to the hashes of their n-grams, and the number of the text that each is in."""
    text = np.repeat(np.arange(len(counts)), counts)
    size = max(0, len(words) - n + 1)
    total = np.zeros(size, dtype=np.uint64)
    for place in range(n):
        total = (total ^ words[place : place + size]) * MULTIPLIERS[place]
    inside = text[:size] == text[n - 1 : n - 1 + size]
    return total[inside], text[:size][inside]


def hash_ngrams(messages: pl.Series, n: int = N, kept_of: int = 1) -> Hashes:
    """Conversations to the hashes of their word n-grams, or of one in `kept_of` of them."""
    found, _ = combine(*split_words(join_turns(messages)), n)
    return found[(found >> np.uint64(40)) % np.uint64(kept_of) == 0] if kept_of > 1 else found


def measure_texts(messages: pl.Series) -> dict[str, Any]:
    """A sample of conversations to how varied their texts are.

    Distinct-n: different n-grams over all n-grams (Li et al. 2016). Compression ratio: bytes over bytes after DEFLATE;
    higher is more alike. Self-repetition: the share of a row's 4-grams that another row of the sample has too (after
    Salkar et al. 2022). Both as Shaib et al. 2024 (arXiv 2403.00553) advise. They depend on the size of the sample.
    """
    texts = join_turns(messages[:SAMPLE_ROWS])
    words, counts = split_words(texts)
    distinct = {}
    for n in range(1, N + 1):
        found, _ = combine(words, counts, n)
        distinct[str(n)] = round(len(np.unique(found)) / max(1, len(found)), 4)
    joined = "\n".join(texts.to_list()).encode()
    return {
        "rows": len(texts),
        "distinct_ngrams": distinct,
        "compression_ratio": round(len(joined) / max(1, len(zlib.compress(joined, 6))), 2),
        "self_repetition": round(share_repeated(*combine(words, counts, N)), 4),
    }


def share_repeated(ngrams: Hashes, text: NDArray[np.int64]) -> float:
    """The mean over texts of the share of their n-grams that stand in another text too."""
    if not len(ngrams):
        return 0.0
    pairs = pl.DataFrame({"ngram": ngrams, "text": text})
    rows = pairs.with_columns(pl.col("text").n_unique().over("ngram").alias("texts"))
    return float(rows.group_by("text").agg((pl.col("texts") > 1).mean()).select(pl.col("texts").mean()).item())


def count_lengths(texts: pl.Series, edges: Sequence[int]) -> list[int]:
    """Texts to how many have a length, in characters, in each bin [edge, next edge)."""
    lengths = texts.str.len_chars().fill_null(0).to_numpy()
    return [int(number) for number in np.histogram(lengths, bins=np.array(edges))[0]]
