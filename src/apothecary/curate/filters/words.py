"""Measures of the words of texts: how many, how long, how many with letters, and which very common ones.

Words with ASCII characters only, nearly all, are judged over their bytes; the others with a regular expression.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from apothecary.curate.filters.characters import build_share, count_matches
from apothecary.curate.filters.split import Ints, Mask, Parts, read_bytes, sum_segments

# Rae et al. 2021 (Gopher), table A1; NeMo Curator counts occurrences of the same eight, Gopher which of them occur.
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
# The characters that make a word a symbol when it has no others: datatrove 0.10.1, utils/text.py, PUNCTUATION.
PUNCTUATION = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»" + "".join(
    chr(code) for low, high in ((0, 9), (11, 13), (13, 32), (127, 160)) for code in range(low, high)
)

WORD_MEASURES = {
    "tokens": "words and runs of punctuation",
    "words": "words, runs of punctuation not counted (Gopher)",
    "mean_word_chars": "mean characters of a word, runs of punctuation not counted (Gopher)",
    "max_word_chars": "characters of the longest word",
    "alpha_word_share": "share of words with a letter in them (Gopher)",
    "stop_words": "how many of the, be, to, of, and, that, have, with occur (Gopher)",
    "common_words": "occurrences of the, be, to, of, and, that, have, with (NeMo)",
    "hash_word_ratio": "# to a word (Gopher)",
    "ellipsis_word_ratio": "ellipses to a word (Gopher)",
    "newline_word_ratio": "line breaks to a word (FineWeb)",
}


def measure_words(texts: pl.Series, words: Parts) -> pl.DataFrame:
    """Texts (n) and their words to one column for each of WORD_MEASURES; ratios of a text without words are 0."""
    lengths = words.lengths
    plain = ~find_symbols(words)
    counted = words.sum(plain)
    tokens = words.counts
    ratio = build_share(tokens)
    common = pl.DataFrame({"owner": words.owners, "word": words.texts}).filter(pl.col("word").is_in(STOP_WORDS))
    kinds = common.unique().get_column("owner").to_numpy()
    return pl.DataFrame(
        {
            "tokens": tokens,
            "words": counted,
            "mean_word_chars": build_share(counted)(words.sum(np.where(plain, lengths, 0))),
            "max_word_chars": _take_maximum(lengths, words.offsets),
            "alpha_word_share": ratio(words.sum(find_letters(words))),
            "stop_words": np.bincount(kinds, minlength=words.size).astype(np.int64),
            "common_words": np.bincount(common["owner"].to_numpy(), minlength=words.size).astype(np.int64),
            "hash_word_ratio": ratio(texts.str.count_matches("#", literal=True).to_numpy().astype(np.int64)),
            "ellipsis_word_ratio": ratio(count_matches(texts, r"\.\.\.|…")),
            "newline_word_ratio": ratio(texts.str.count_matches("\n", literal=True).to_numpy().astype(np.int64)),
        }
    )


def find_symbols(words: Parts) -> Mask:
    """Which words (m,) hold nothing but PUNCTUATION and marks that end a sentence."""
    ascii_marks = {char for char in PUNCTUATION if ord(char) < 128}
    table = np.array([chr(code) not in ascii_marks for code in range(128)] + [False] * 128, dtype=np.uint8)
    return ~_find_any(words, table, rf"[^{re.escape(PUNCTUATION)}\p{{STerm}}]")


def find_letters(words: Parts) -> Mask:
    """Which words (m,) have a letter in them, as `str.isalpha` sees it."""
    table = np.array([code < 128 and chr(code).isalpha() for code in range(256)], dtype=np.uint8)
    return _find_any(words, table, r"\p{L}")


def _find_any(words: Parts, table: np.ndarray[tuple[int], np.dtype[np.uint8]], pattern: str) -> Mask:
    """Which words have an ASCII character of a table (256,) or, where they are not all ASCII, match a pattern."""
    codes, offsets = read_bytes(words.texts)
    found: Mask = sum_segments(table[codes], offsets) > 0
    beyond = sum_segments(codes >= 128, offsets) > 0
    unsure = beyond & ~found
    if unsure.any():
        found[unsure] = words.texts.filter(pl.Series(unsure)).str.contains(pattern).to_numpy()
    return found


def _take_maximum(lengths: Ints, offsets: Ints) -> Ints:
    """Lengths (m,) to the largest of each segment (n,), 0 for an empty one."""
    largest = np.zeros(len(offsets) - 1, dtype=np.int64)
    filled = offsets[1:] > offsets[:-1]
    if filled.any():
        largest[filled] = np.maximum.reduceat(lengths, offsets[:-1][filled])
    return largest
