"""Texts to words and word shingles, and the candidates among them that MinHash proposes.

MinHash is rensa's. An empty text has one shingle, the empty one, and a text shorter than a shingle has itself: rensa
would give all texts without a shingle one signature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

SEED = 42
MAX_RANKED = 1000  # survivors whose MinHashes one row is held against
MAX_TOLD_WORDS = 12  # of each side, in a proof

_EDGES = """.,;:?!"“”‘’'()*_`… \x1e"""
_BETWEEN = r"""[.,;:?!"”’')*_`…]*[\s\x1e]+(?:["“‘'(*_`.,;:?!”’)…]*[\s\x1e]+)*["“‘'(*_`]*"""


def list_words(texts: pl.Series) -> list[list[str]]:
    """Texts (n) to the words of each (n lists) as they are compared: lower case, no punctuation around them."""
    plain = texts.str.to_lowercase().str.replace_all(_BETWEEN, " ").str.strip_chars(_EDGES)
    return [words.split(" ") for words in plain.to_list()]


def shingle_words(words: Sequence[str], size: int) -> frozenset[str]:
    """The words of a text to its shingles: each run of `size` words."""
    if len(words) <= size:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(run) for run in zip(*(words[start:] for start in range(size)), strict=False))


def measure_overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Two sets of shingles to their Jaccard similarity, 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def count_differences(own: Sequence[str], other: Sequence[str]) -> int:
    """The words of two texts to how many the one has beyond the other, on the side where they are more."""
    here, there = Counter(own), Counter(other)
    return max((here - there).total(), (there - here).total())


def tell_difference(own: Sequence[str], other: Sequence[str]) -> str:
    """The words of a row and of its survivor to the words that only one has: `here: kindly; there: please`."""
    told = []
    if Counter(own) == Counter(other):
        return "only punctuation, case or order differ"
    for side, surplus in (("here", Counter(own) - Counter(other)), ("there", Counter(other) - Counter(own))):
        found = sorted(surplus.elements())
        more = f" and {len(found) - MAX_TOLD_WORDS} more" if len(found) > MAX_TOLD_WORDS else ""
        told.append(f"{side}: {' '.join(found[:MAX_TOLD_WORDS]) or '-'}{more}")
    return "; ".join(told)


class Candidates:
    """The survivors of a block, and which of them a row is compared with."""

    def __init__(
        self, shingles: Sequence[frozenset[str]], bands: int, rows: int, compare_all: int, max_comparisons: int
    ) -> None:
        self.survivors: list[int] = []
        self.compare_all = compare_all
        self.max_comparisons = max_comparisons
        self.index = None
        if len(shingles) > compare_all + 1:  # rows in excess of what is compared directly
            from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]

            self.index = RMinHashLSH(0.5, bands * rows, bands)
            self.hashes = RMinHash.from_token_sets([sorted(own) for own in shingles], bands * rows, SEED)

    def propose(self, number: int) -> list[int]:
        """A row of the block to the survivors it is compared with; where they are many, the nearest by MinHash."""
        if self.index is None or len(self.survivors) <= self.compare_all:
            return self.survivors
        own = self.hashes[number]
        found = sorted(self.index.query(own))
        if len(found) > self.max_comparisons:
            found = sorted(found[:MAX_RANKED], key=lambda other: (-own.jaccard(self.hashes[other]), other))
        return found[: self.max_comparisons]

    def admit(self, number: int) -> None:
        """A row of the block becomes a survivor."""
        self.survivors.append(number)
        if self.index is not None:
            self.index.insert(number, self.hashes[number])
