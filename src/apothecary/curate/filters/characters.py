"""Shares of kinds of characters in texts: letters, digits, brackets, white space, addresses; and marks of damage.

ASCII, which is most of most texts, is counted over the bytes with one look-up table a kind. The few other characters
that a kind holds are counted with a regular expression.
"""

from __future__ import annotations

import string
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.filters.split import Ints, read_bytes, sum_segments

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


def measure_characters(texts: pl.Series) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of CHARACTER_MEASURES (n rows); shares of an empty text are 0."""
    codes, offsets = read_bytes(texts)
    ascii_only = bool((codes < 128).all())
    chars = texts.str.len_chars().to_numpy().astype(np.int64)

    def count(kind: str, beyond: str = "") -> Ints:
        """Characters of a kind: those of ASCII that it lists, and those that `beyond` matches."""
        counts = sum_segments(_build_table(kind)[codes], offsets)
        return counts + count_matches(texts, beyond) if beyond and not ascii_only else counts

    share = build_share(chars)
    urls = _measure_urls(texts)
    return pl.DataFrame(
        {
            "chars": chars,
            "letter_share": share(count(string.ascii_letters, r"[\p{L}--[a-zA-Z]]")),
            "digit_share": share(count(string.digits, r"[\p{Nd}--[0-9]]")),
            "non_alnum_share": share(chars - count(_PLAIN)),
            "bracket_share": share(count(_BRACKETS, "[⟨⟩]")),
            "space_share": share(count(_SPACES)),
            "url_share": share(urls),
            "curly_brackets": count("{"),
            "lorem_ipsum": count_matches(texts, "(?i:lorem ipsum)"),
            "slot_leaks": count_matches(texts, SLOT),
            "missing_values": count_matches(texts, MISSING),
            "float_tails": count_matches(texts, FLOAT_TAIL),
            "damaged_chars": count_matches(texts, DAMAGE),
        }
    )


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
