"""Gopher's repetition measures of word n-grams: the share of characters in the top n-gram, and in repeated n-grams.

An n-gram is a 64-bit key made of the keys of its words, for all texts at once. Only a place whose (n-1)-gram occurs
twice can hold an n-gram that does, so that after the 2-grams the work shrinks fast: real text has few long repeats.

The published count of repeated n-grams walks each text and skips n words after each repeat, so each step depends on
those before. That walk is a Python loop, which jumps from repeat to repeat; no other place can change it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.filters.characters import build_share
from apothecary.curate.filters.split import Ints, Parts

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
    keys = codes ^ (words.owners.astype(np.uint64) * _STEP)
    last = words.offsets[1:][words.owners]
    places = np.arange(len(codes), dtype=np.int64)  # where an n-gram that may occur twice begins
    columns = {}
    for n in range(2, max(map(_read_size, wanted), default=0) + 1):
        inside = places + n <= last[places]
        places = places[inside]
        keys = mix_keys(keys[inside], codes[places + n - 1])
        top, dup = f"top_{n}gram_char_share", f"dup_{n}gram_char_share"
        order, starts, sizes = group_keys(keys)
        if top in wanted:
            columns[top] = share(measure_top(words, ends, places[order[starts]], sizes, n))
        groups = np.empty(len(keys), dtype=np.int64)
        groups[order] = np.repeat(np.arange(len(sizes)), sizes)
        if dup in wanted:
            repeats = np.ones(len(keys), dtype=np.bool_)
            repeats[order[starts]] = False
            firsts = places[order[starts]][groups[repeats]]
            columns[dup] = share(walk_repeats(words, ends, places[repeats], firsts, groups[repeats], n))
        twice = sizes[groups] > 1
        places, keys = places[twice], keys[twice]
    return pl.DataFrame({name: columns[name] for name in NGRAM_MEASURES if name in wanted})


def mix_keys(keys: Keys, codes: Keys) -> Keys:
    """Keys of n-grams and the codes of the words after them to the keys of the longer n-grams (m,), 64 bits each."""
    mixed: Keys = (keys ^ (keys >> np.uint64(29))) * _STEP + codes
    return mixed


def group_keys(keys: Keys) -> tuple[Ints, Ints, Ints]:
    """Keys (m,) to the order that brings equal ones together, where each group starts in it, and the groups' sizes.

    Places in a group ascend. Sorting the high bits of a key with its place in the low ones is five times faster than
    an argsort. Should two keys differ in their low bits only, which a check finds, they are sorted in full.
    """
    bits = np.uint64(max(1, len(keys).bit_length()))
    packed = (keys >> bits << bits) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & np.uint64((1 << int(bits)) - 1)).astype(np.int64)
    high = packed >> bits
    ranked = keys[order]
    fresh = ranked[1:] != ranked[:-1]
    if np.any(fresh & (high[1:] == high[:-1])):
        order = np.argsort(keys, kind="stable")
        ranked = keys[order]
        fresh = ranked[1:] != ranked[:-1]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), dtype=np.bool_), fresh]))
    return order, starts, np.diff(np.append(starts, len(keys)))


def measure_top(words: Parts, ends: Ints, firsts: Ints, times: Ints, n: int) -> Ints:
    """Characters of the most frequent n-gram of each text, times its count; of equals, the first in the text.

    `firsts` and `times`: where each n-gram first begins, and how often it occurs. A text none of whose n-grams occurs
    twice has its first one, counted once: the published rule has no exception for it, and so it rejects short texts.
    """
    top = np.zeros(words.size, dtype=np.int64)
    begin = words.offsets[:-1][words.counts >= n]
    top[words.owners[begin]] = ends[begin + n] - ends[begin] + n - 1
    firsts, times = firsts[times > 1], times[times > 1]
    owners = words.owners[firsts]
    order = np.lexsort((-firsts, times))  # the last that is written to a text is its best
    best = np.full(words.size, -1, dtype=np.int64)
    best[owners[order]] = order
    chosen = best[best >= 0]
    spans = ends[firsts[chosen] + n] - ends[firsts[chosen]] + n - 1
    top[owners[chosen]] = spans * times[chosen]
    return top


def walk_repeats(words: Parts, ends: Ints, places: Ints, firsts: Ints, groups: Ints, n: int) -> Ints:
    """Characters in the repeats of each text: n-grams that the walk through it has met before.

    `places`, in order, begin an n-gram that has occurred before in the text: at `firsts` for the first time; `groups`
    number the different n-grams. After a repeat the walk goes on behind it. So an n-gram is not met where it lies
    inside a repeat, and if that was its first place, the next one that is met counts as its first.
    """
    placed, numbers = places.tolist(), groups.tolist()
    behind = np.searchsorted(places, places + n).tolist()
    # A first place can only be inside a repeat when some place of `places` is less than n words before it.
    before = np.searchsorted(places, firsts) - 1
    unsure = ((before >= 0) & (places[before] > firsts - n)).tolist() if len(places) else []
    starts: list[int] = []  # where the repeats begin
    met_later: set[int] = set()
    index = 0
    while index < len(behind):
        if unsure[index] and numbers[index] not in met_later:
            first = int(firsts[index])
            last = bisect_left(starts, first) - 1
            if last >= 0 and first < starts[last] + n:
                met_later.add(numbers[index])
                index += 1
                continue
        starts.append(placed[index])
        index = behind[index]
    chosen = np.array(starts, dtype=np.int64)
    sums = np.bincount(words.owners[chosen], weights=ends[chosen + n] - ends[chosen], minlength=words.size)
    return sums.astype(np.int64)


def _read_size(name: str) -> int:
    return int(name.split("_")[1].removesuffix("gram"))
