"""Measures of the words of texts: how many, how long, how many with letters, and which very common ones.

Most words begin with an ASCII letter or digit, which decides over them; only the others are searched.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection
from functools import cache

import numpy as np
import polars as pl

from apothecary.curate.filters.characters import build_share, count_matches
from apothecary.curate.filters.split import Column, Ints, Mask, Parts, compute_wanted

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


def measure_words(texts: pl.Series, words: Parts, wanted: Collection[str] | None = None) -> pl.DataFrame:
    """Texts (n) and their words to one column for each of WORD_MEASURES wanted; ratios to no words are 0."""
    ratio = build_share(words.counts)
    plain = cache(lambda: ~find_symbols(words))
    counted = cache(lambda: words.sum(plain()))
    common = cache(lambda: _find_common(words))
    columns: dict[str, Callable[[], Column]] = {
        "tokens": lambda: words.counts,
        "words": counted,
        "mean_word_chars": lambda: build_share(counted())(words.sum(words.lengths * plain())),
        "max_word_chars": lambda: _take_maximum(words.lengths, words.offsets),
        "alpha_word_share": lambda: ratio(words.sum(find_letters(words))),
        "stop_words": lambda: np.bincount(common().unique()["owner"], minlength=words.size),
        "common_words": lambda: np.bincount(common()["owner"], minlength=words.size),
        "hash_word_ratio": lambda: ratio(texts.str.count_matches("#", literal=True).to_numpy().astype(np.int64)),
        "ellipsis_word_ratio": lambda: ratio(count_matches(texts, r"\.\.\.|…")),
        "newline_word_ratio": lambda: ratio(texts.str.count_matches("\n", literal=True).to_numpy().astype(np.int64)),
    }
    return compute_wanted(columns, wanted)


def find_symbols(words: Parts) -> Mask:
    """Which words (m,) hold nothing but PUNCTUATION and marks that end a sentence."""
    plain = string.ascii_letters + string.digits
    return ~_find_any(words, plain, rf"[^{re.escape(PUNCTUATION)}\p{{STerm}}]")


def find_letters(words: Parts) -> Mask:
    """Which words (m,) have a letter in them, as `str.isalpha` sees it."""
    return _find_any(words, string.ascii_letters, r"\p{L}")


def _find_any(words: Parts, sure: str, pattern: str) -> Mask:
    """Which words (m,) match a pattern. Most begin with an ASCII character that does; only the others are searched."""
    codes, offsets = words.bytes
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(char) for char in sure]] = True
    found = np.zeros(len(words.texts), dtype=np.bool_)
    filled = offsets[:-1] < offsets[1:]
    found[filled] = table[codes[offsets[:-1][filled]]]
    unsure = ~found
    if unsure.any():
        found[unsure] = words.texts.filter(pl.Series(unsure)).str.contains(pattern).to_numpy()
    return found


def _find_common(words: Parts) -> pl.DataFrame:
    """The STOP_WORDS among words, each with the number of its text (`owner`)."""
    short = pl.Series(words.lengths <= max(map(len, STOP_WORDS)))
    frame = pl.DataFrame({"owner": words.owners, "word": words.texts}).filter(short)
    return frame.filter(pl.col("word").is_in(STOP_WORDS))


def _take_maximum(lengths: Ints, offsets: Ints) -> Ints:
    """Lengths (m,) to the largest of each segment (n,), 0 for an empty one."""
    largest = np.zeros(len(offsets) - 1, dtype=np.int64)
    filled = offsets[1:] > offsets[:-1]
    if filled.any():
        largest[filled] = np.maximum.reduceat(lengths, offsets[:-1][filled])
    return largest
