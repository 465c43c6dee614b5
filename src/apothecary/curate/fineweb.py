"""Texts to the rows that a FineWeb-style MinHash keeps: the rival in `compare`, never a stage of ours.

As datatrove does it at its defaults (dedup/minhash.py, utils/text.py): text in lower case without diacritics and
punctuation, each number as 0, shingles of five words, 14 bands of 8 MinHashes, rows that share a band joined without a
second look, and of each cluster its first row kept. Texts of fewer than five words are never joined. Differs in what
the outcome does not rest on: words are cut at white space, and MinHash is rensa's.
"""

from __future__ import annotations

import numpy as np
import polars as pl

SHINGLE_WORDS = 5
BANDS = 14
BAND_HASHES = 8
SEED = 1
SLICE_ROWS = 20_000
_PUNCTUATION = r"[!-/:-@\[-`{-~—–“”„’´«»…►]+"
_MIX = np.uint64(0x9E3779B97F4A7C15)


def cluster_fineweb(texts: pl.Series) -> np.ndarray:
    """Texts (n) to the first row of each one's cluster (n positions); a row that stands for itself is kept."""
    parts = [_sign_texts(texts.slice(start, SLICE_ROWS)) for start in range(0, texts.len(), SLICE_ROWS)]
    if not parts:
        return np.zeros(0, np.int64)
    hashes = np.concatenate([part[0] for part in parts])
    signed = np.concatenate([part[1] for part in parts]).nonzero()[0]
    return _join_bands(hashes, signed, texts.len())


def simplify_texts(texts: pl.Series) -> pl.Series:
    """Texts (n) as FineWeb compares them (n): lower case, numbers as 0, no punctuation, no diacritics."""
    lower = texts.str.to_lowercase().str.replace_all(r"\d+(?:[.,،٫]\d+)?", "0")
    plain = lower.str.replace_all(_PUNCTUATION, " ").str.normalize("NFD").str.replace_all(r"\p{Mn}+", "")
    return plain.str.replace_all(r"\s+", " ").str.strip_chars()


def _sign_texts(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Texts (n) to their band hashes (n, BANDS), and whether each is long enough to have any (n)."""
    from rensa import RMinHash  # type: ignore[import-untyped]

    words = simplify_texts(texts).str.split(" ")
    counts = words.list.len().to_numpy().astype(np.int64)
    flat = words.explode().hash(SEED).to_numpy()
    runs = np.maximum(counts - SHINGLE_WORDS + 1, 0)
    ends = np.concatenate(([0], counts.cumsum()))
    offsets = np.concatenate(([0], runs.cumsum()))
    # The position of each shingle's first word: those of its row's start, and how far into the row it is.
    first = np.arange(offsets[-1]) + np.repeat(ends[:-1] - offsets[:-1], runs)
    shingles = np.zeros(len(first), np.uint64)
    for step in range(SHINGLE_WORDS):
        shingles = (shingles ^ flat[first + step]) * _MIX
        shingles ^= shingles >> np.uint64(29)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles, offsets.astype(np.uint64), BANDS * BAND_HASHES, SEED
    )
    digests = np.array(matrix.to_rows(), dtype=np.uint64).reshape(texts.len(), BANDS, BAND_HASHES)
    hashes = np.zeros((texts.len(), BANDS), np.uint64)
    for number in range(BAND_HASHES):
        hashes = (hashes ^ digests[:, :, number]) * _MIX
        hashes ^= hashes >> np.uint64(31)
    return hashes, runs > 0


def _join_bands(hashes: np.ndarray, signed: np.ndarray, rows: int) -> np.ndarray:
    """Band hashes of all rows to the smallest position that each is joined with over any chain of shared bands."""
    groups = [np.unique(hashes[signed, band], return_inverse=True)[1] for band in range(BANDS)]
    label = np.arange(len(signed))
    while True:
        before = label.copy()
        for group in groups:
            smallest = np.full(group.max(initial=-1) + 1, len(signed))
            np.minimum.at(smallest, group, label)
            label = smallest[group]
        label = label[label]
        if (label == before).all():
            break
    first = np.arange(rows)
    first[signed] = signed[label]
    return first
