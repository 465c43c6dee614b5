"""Gopher's repetition measures of word n-grams: the share of characters in the top n-gram, and in repeated n-grams.

An n-gram is a 64-bit key made of the keys of its words, for all texts at once. Only a place whose (n-1)-gram occurs
twice can hold an n-gram that does, so that after the 2-grams the work shrinks fast: real text has few long repeats.

The published count of repeated n-grams walks each text and skips n words after each repeat, so each step depends on
those before. That walk is a Python loop, over the places that hold a repeat only; all others cannot change it.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.filters.characters import build_share
from apothecary.curate.filters.split import Ints, Mask, Parts

TOP_SIZES = (2, 3, 4)
DUP_SIZES = (5, 6, 7, 8, 9, 10)
_SEED = 0x9E3779B97F4A7C15
_STEP = np.uint64(0xBF58476D1CE4E5B9)

NGRAM_MEASURES = {
    f"top_{n}gram_char_share": f"share of characters in the most frequent {n}-gram" for n in TOP_SIZES
} | {f"dup_{n}gram_char_share": f"share of characters in {n}-grams that repeat an earlier one" for n in DUP_SIZES}

Keys = NDArray[np.uint64]


def measure_ngrams(texts: pl.Series, words: Parts, wanted: Collection[str] = tuple(NGRAM_MEASURES)) -> pl.DataFrame:
    """Texts (n) and their words to one column for each measure wanted; 0 where a text is shorter than n words."""
    share = build_share(texts.str.len_chars().to_numpy().astype(np.int64))
    ends = np.concatenate([[0], np.cumsum(words.lengths)])
    codes = words.texts.hash(_SEED).to_numpy()
    keys = mix_keys(codes ^ (words.owners.astype(np.uint64) * _STEP))
    last = words.offsets[1:][words.owners]
    places = np.arange(len(codes), dtype=np.int64)  # where an n-gram that may occur twice begins
    columns = {}
    for n in range(2, max(DUP_SIZES) + 1):
        inside = places + n <= last[places]
        places = places[inside]
        keys = mix_keys(keys[inside] * _STEP + codes[places + n - 1])
        groups, counts = group_keys(keys)
        if f"top_{n}gram_char_share" in wanted:
            top = _measure_top(words, ends, places, groups, counts, n)
            columns[f"top_{n}gram_char_share"] = share(top)
        twice = counts[groups] > 1
        places, keys = places[twice], keys[twice]
        if f"dup_{n}gram_char_share" in wanted:
            walked = walk_repeats(places, groups[twice], words.owners[places], ends, n, words.size)
            columns[f"dup_{n}gram_char_share"] = share(walked)
    return pl.DataFrame(columns)


def mix_keys(keys: Keys) -> Keys:
    """64-bit keys, well mixed (the finaliser of SplitMix64), so that sums and products of them stay apart."""
    keys = (keys ^ (keys >> np.uint64(30))) * _STEP
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = keys ^ (keys >> np.uint64(31))
    return mixed


def group_keys(keys: Keys) -> tuple[Ints, Ints]:
    """Keys (m,) to the number of each one's group (m,), and the size of each group."""
    order = np.argsort(keys)
    ranked = keys[order]
    starts: Mask = np.ones(len(keys), dtype=np.bool_)
    starts[1:] = ranked[1:] != ranked[:-1]
    groups = np.empty(len(keys), dtype=np.int64)
    groups[order] = np.cumsum(starts) - 1
    return groups, np.bincount(groups).astype(np.int64)


def _measure_top(words: Parts, ends: Ints, places: Ints, groups: Ints, counts: Ints, n: int) -> Ints:
    """Characters of the most frequent n-gram of each text, times its count; of equals, the first in the text.

    A text none of whose n-grams repeats has its first n-gram, counted once: Gopher's rule has no exception for it, and
    this is why it rejects short texts.
    """
    top = np.zeros(words.size, dtype=np.int64)
    first = words.offsets[:-1][words.counts >= n]
    top[words.owners[first]] = ends[first + n] - ends[first] + n - 1
    times = counts[groups]
    twice = times > 1
    places, times = places[twice], times[twice]
    owners = words.owners[places]
    # Of each text the largest count, then the smallest place: the last that a descending order writes.
    order = np.lexsort((-places, times))
    best = np.full(words.size, -1, dtype=np.int64)
    best[owners[order]] = order
    found = best >= 0
    chosen = best[found]
    spans = ends[places[chosen] + n] - ends[places[chosen]] + n - 1
    top[found] = spans * times[chosen]
    return top


def walk_repeats(places: Ints, groups: Ints, owners: Ints, ends: Ints, n: int, size: int) -> Ints:
    """Places where an n-gram that occurs twice begins, in order, to the characters of repeats in each text (size,).

    A repeat is an n-gram met before on the walk; the walk goes on after it. Groups never span two texts.
    """
    free = 0
    seen: set[int] = set()
    repeated: list[int] = []
    for index, (place, group) in enumerate(zip(places.tolist(), groups.tolist(), strict=True)):
        if place < free:
            continue
        if group in seen:
            repeated.append(index)
            free = place + n
        else:
            seen.add(group)
    chosen = np.array(repeated, dtype=np.int64)
    starts = places[chosen]
    sums = np.bincount(owners[chosen], weights=ends[starts + n] - ends[starts], minlength=size)
    return sums.astype(np.int64)
