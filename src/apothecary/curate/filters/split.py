r"""Texts to their parts (lines, paragraphs, words), all in one flat column with the offsets of each text.

A flat column lets every measure be one vectorised pass over all texts; sums by text are segment sums over the offsets.
Where published filters disagree about what a line is, each way has its own function, named after what it splits at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

Column = NDArray[np.generic] | pl.Series
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LINE_BREAK = r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\x{2028}\x{2029}]"  # where Python's str.splitlines splits
# A word begins and ends with a letter or digit and holds no white space; the punctuation around it is a token of its
# own. So `2.34`, `mg/kg`, `1-(4-chlorophenyl)ethanol` and a SMILES are one word each.
WORD = r"[\p{L}\p{M}\p{N}](?:\S*[\p{L}\p{M}\p{N}])?|[^\s\p{L}\p{M}\p{N}]+"


@dataclass(frozen=True)
class Parts:
    """Parts of n texts: `texts` (m,) in order, and `offsets` (n + 1,) where the parts of each text begin and end."""

    texts: pl.Series
    offsets: Ints

    @property
    def size(self) -> int:
        """How many texts the parts come from."""
        return len(self.offsets) - 1

    @cached_property
    def counts(self) -> Ints:
        """Parts of each text (n,)."""
        return np.diff(self.offsets)

    @cached_property
    def owners(self) -> Ints:
        """The number of the text that each part comes from (m,)."""
        return np.repeat(np.arange(self.size, dtype=np.int64), self.counts)

    @cached_property
    def lengths(self) -> Ints:
        """Characters of each part (m,)."""
        return self.texts.str.len_chars().to_numpy().astype(np.int64)

    @cached_property
    def bytes(self) -> tuple[NDArray[np.uint8], Ints]:
        """UTF-8 bytes of all parts, and where each part begins and ends in them (m + 1,)."""
        return read_bytes(self.texts)

    def sum(self, values: NDArray[np.generic]) -> Ints:
        """Values of the parts (m,) to their sums by text (n,); booleans are counted."""
        return sum_segments(values, self.offsets)

    def match(self, pattern: str) -> Mask:
        """Which parts (m,) contain a regular expression."""
        return self.texts.str.contains(pattern).to_numpy().astype(np.bool_)

    def select(self, kept: Mask) -> Parts:
        """The same texts with some of their parts only."""
        ends = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
        return Parts(self.texts.filter(pl.Series(kept)), ends[self.offsets])


def compute_wanted(columns: Mapping[str, Callable[[], Column]], wanted: Collection[str] | None) -> pl.DataFrame:
    """Columns by name, each as the function that computes it, to a frame of those wanted; None wants all."""
    return pl.DataFrame({name: make() for name, make in columns.items() if wanted is None or name in wanted})


def sum_segments(values: NDArray[np.generic], offsets: Ints) -> Ints:
    """Values (m,) and offsets (n + 1,) to the sum of each segment (n,), as integers; an empty segment sums to 0."""
    sums = np.zeros(len(offsets) - 1, dtype=np.int64)
    filled = offsets[1:] > offsets[:-1]
    if filled.any():
        sums[filled] = np.add.reduceat(values, offsets[:-1][filled], dtype=np.int64)
    return sums


def flatten(lists: pl.Series) -> Parts:
    """A column of lists of strings (n) to parts; a null list has none."""
    counts = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    texts = lists.drop_nulls().explode(empty_as_null=False).fill_null("").cast(pl.String)
    return Parts(texts, np.concatenate([[0], np.cumsum(counts)]))


def split_newlines(texts: pl.Series) -> Parts:
    r"""Texts (n) to what lies between `\n`, empty pieces too: an empty text has one empty piece."""
    return flatten(texts.str.split("\n"))


def split_lines(texts: pl.Series) -> Parts:
    """Texts (n) to lines as `str.splitlines` has them: no empty line after a break that ends the text."""
    if texts.str.contains(r"[\r\x0b\x0c\x1c-\x1e\x85\x{2028}\x{2029}]").any():
        texts = texts.str.replace_all(LINE_BREAK, "\n")
    parts = split_newlines(texts.str.strip_suffix("\n"))
    empty = (texts.str.len_bytes() == 0).to_numpy()
    return parts.select(~empty[parts.owners]) if empty.any() else parts


def split_runs(texts: pl.Series, newlines: int) -> Parts:
    r"""Texts (n) to what lies between runs of at least so many `\n`; an empty text has one empty piece."""
    pieces = texts.to_frame("text").select(pl.col("text").str.split(f"\n{{{newlines},}}", literal=False))
    return flatten(pieces.to_series())


def split_words(texts: pl.Series) -> Parts:
    """Texts (n) to words and runs of punctuation (WORD)."""
    return flatten(texts.str.extract_all(WORD))


def split_chunks(texts: pl.Series) -> Parts:
    """Texts (n) to what lies between white space, as `str.split()` has it."""
    return flatten(texts.str.extract_all(r"\S+"))


def read_bytes(texts: pl.Series) -> tuple[NDArray[np.uint8], Ints]:
    """Texts (n), none null, to their UTF-8 bytes in one array and the offsets (n + 1,) of each text in it."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    chunk = array.combine_chunks() if hasattr(array, "combine_chunks") else array
    _, offsets, data = chunk.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
    if data is None:
        return np.zeros(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    used = np.frombuffer(data, dtype=np.uint8)[places[0] : places[-1]]
    return used, places - places[0]
