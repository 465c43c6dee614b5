"""Shares of kinds of characters in texts: letters, digits, brackets, white space, addresses; and marks of damage.

ASCII, which is most of most texts, is counted over the bytes with one look-up table a kind. The few other characters
that a kind holds are counted with a regular expression.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Collection
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.filters.split import Column, Ints, compute_wanted, read_bytes, sum_segments

# NeMo Curator, stages/text/utils/constants.py: regex_url, regex_alphanum, regex_paren, white_space_list.
URL = r"https?://(?:[a-zA-Z0-9$\-_@.&+!*\\(),]|%[0-9a-fA-F][0-9a-fA-F])+"
_PLAIN = string.ascii_letters + string.digits + "\n?!,."
_BRACKETS = "{}[]()"
_SPACES = "\t\n\r\b "

# Marks of a row that a program broke: a slot that was never filled, a missing value written out, a number with the tail
# of a binary fraction.
SLOT = (
    r"\{\{?\s*[a-z_][a-z0-9_.:]*\s*\}?\}|\[(?:insert|your|placeholder|fill in)\b[^\]]*\]|<(?:placeholder|insert)[^>]*>"
)
MISSING = r"\b(?:nan|NaN|NaT|NULL)\b|<NA>|\[object Object\]"
FLOAT_TAIL = r"\d\.\d*(?:0000000|9999999)\d{1,4}(?:\D|$)"
DAMAGE = r"[\x{FFFD}\x00-\x08\x0e-\x1b\x7f-\x9f\x{FDD0}-\x{FDEF}\x{FFFE}\x{FFFF}]"

# Name of each measure, in the order of the columns, with what it says.
CHARACTER_MEASURES = {
    "chars": "characters",
    "letter_share": "share of characters that are letters",
    "digit_share": "share of characters that are digits (NeMo)",
    "non_alnum_share": "share of characters other than a-z, A-Z, 0-9, line break and ? ! , . (NeMo)",
    "bracket_share": "share of characters that are brackets: round, square, curly, angle (NeMo)",
    "space_share": "share of characters that are white space (NeMo)",
    "url_share": "share of characters inside http addresses (NeMo)",
    "curly_brackets": "opening curly brackets",
    "lorem_ipsum": "occurrences of `lorem ipsum`",
    "slot_leaks": "slots and place-holders that were never filled, as {name} or [insert drug]",
    "missing_values": "missing values written out, as NaN or <NA>",
    "float_tails": "numbers with the tail of a binary fraction, as 180.15899999999998",
    "damaged_chars": "replacement and control characters",
}


def measure_characters(texts: pl.Series, wanted: Collection[str] | None = None) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of CHARACTER_MEASURES wanted (n rows); shares of nothing are 0."""
    chars = texts.str.len_chars().to_numpy().astype(np.int64)
    share = build_share(chars)
    read = cache(lambda: read_bytes(texts))

    def count(kind: str, beyond: str = "") -> Ints:
        """Characters of a kind: those of ASCII that it lists, and those that `beyond` matches."""
        codes, offsets = read()
        counts = sum_segments(_build_table(kind)[codes], offsets)
        return counts + count_matches(texts, beyond) if beyond and len(codes) > chars.sum() else counts

    columns: dict[str, Callable[[], Column]] = {
        "chars": lambda: chars,
        "letter_share": lambda: share(count(string.ascii_letters, r"[\p{L}--[a-zA-Z]]")),
        "digit_share": lambda: share(count(string.digits, r"[\p{Nd}--[0-9]]")),
        "non_alnum_share": lambda: share(chars - count(_PLAIN)),
        "bracket_share": lambda: share(count(_BRACKETS, "[⟨⟩]")),
        "space_share": lambda: share(count(_SPACES)),
        "url_share": lambda: share(_measure_urls(texts)),
        "curly_brackets": lambda: texts.str.count_matches("{", literal=True).cast(pl.Int64),
        "lorem_ipsum": lambda: count_matches(texts, "(?i:lorem ipsum)"),
        "slot_leaks": lambda: count_matches(texts, SLOT),
        "missing_values": lambda: count_matches(texts, MISSING),
        "float_tails": lambda: count_matches(texts, FLOAT_TAIL),
        "damaged_chars": lambda: count_matches(texts, DAMAGE),
    }
    return compute_wanted(columns, wanted)


def count_matches(texts: pl.Series, pattern: str) -> Ints:
    """Texts (n) and a regular expression to the number of its matches in each (n,)."""
    return texts.str.count_matches(pattern).to_numpy().astype(np.int64)


def build_share(totals: Ints) -> Callable[[Ints], NDArray[np.float64]]:
    """Totals (n,) to the function that divides counts (n,) by them; 0 where the total is 0."""
    divisors = np.maximum(totals, 1).astype(np.float64)
    return lambda counts: np.where(totals > 0, counts / divisors, 0.0)


def _build_table(kind: str) -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    table[[ord(char) for char in kind]] = 1
    return table


def _measure_urls(texts: pl.Series) -> Ints:
    """Characters inside addresses; only texts that hold `://` are searched."""
    found = texts.str.contains("://", literal=True)
    lengths = np.zeros(len(texts), dtype=np.int64)
    if found.any():
        urls = texts.filter(found).str.extract_all(URL)
        joined = urls.list.join("").str.len_chars().fill_null(0).to_numpy()
        lengths[found.to_numpy()] = joined
    return lengths
