r"""Measures of the lines and paragraphs of texts: how they begin and end, how short they are, how often they repeat.

Gopher's quality rules split as `str.splitlines`, its repetition rules at runs of line breaks, FineWeb and NeMo at each
line break without the blank lines, as their code does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.filters.characters import build_share
from apothecary.curate.filters.split import (
    Column,
    Ints,
    Mask,
    Parts,
    compute_wanted,
    flatten,
    split_lines,
    split_newlines,
    split_runs,
)

Floats = NDArray[np.float64]

SHORT_LINE_CHARS = 30  # FineWeb's own number; it is part of what the measure means
# C4 and NeMo: phrases of cookie banners and terms. The long banners that NeMo lists hold one of these too.
POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
    "privacy overview",
    "cookies policy",
    "cookie settings",
    "necessary cookies",
)

LINE_MEASURES = {
    "lines": "lines (Gopher)",
    "bullet_line_share": "share of lines that begin with a bullet or a hyphen (Gopher)",
    "ellipsis_line_share": "share of lines that end in an ellipsis (Gopher)",
    "dup_line_share": "share of lines that repeat an earlier one (Gopher)",
    "dup_line_char_share": "share of characters in lines that repeat an earlier one (Gopher)",
    "dup_paragraph_share": "share of paragraphs that repeat an earlier one (Gopher)",
    "dup_paragraph_char_share": "share of characters in paragraphs that repeat an earlier one (Gopher)",
    "filled_lines": "lines that are not blank (FineWeb)",
    "terminal_line_share": "share of filled lines that end a sentence (FineWeb)",
    "short_line_share": f"share of filled lines of at most {SHORT_LINE_CHARS} characters (FineWeb)",
    "dup_filled_line_char_share": "share of characters in filled lines that repeat an earlier one (FineWeb)",
    "open_line_share": "share of filled lines that end without a mark (NeMo)",
    "distinct_line_share": "share of filled lines that differ from all earlier ones (NeMo)",
    "distinct_line_char_share": "share of characters of filled lines in those that differ (NeMo)",
    "boilerplate_share": "share of paragraphs with a phrase of cookie banners or terms (NeMo)",
}


def measure_lines(texts: pl.Series, wanted: Collection[str] | None = None) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of LINE_MEASURES wanted; shares of nothing are 0, distinct 1."""
    chars = cache(lambda: texts.str.len_chars().to_numpy().astype(np.int64))
    lines = cache(lambda: split_lines(texts))

    def share_lines(pattern: str) -> Floats:
        return build_share(lines().counts)(lines().sum(lines().match(pattern)))

    columns: dict[str, Callable[[], Column]] = {
        "lines": lambda: lines().counts,
        "bullet_line_share": lambda: share_lines(r"^\s*[•\-]"),
        "ellipsis_line_share": lambda: share_lines(r"(?:\.\.\.|…)\s*$"),
        **_list_repeats("line", cache(lambda: split_runs(texts, 1)), chars),
        **_list_repeats("paragraph", cache(lambda: split_runs(texts.str.strip_chars(), 2)), chars),
        **_list_filled(texts, chars),
        "boilerplate_share": lambda: _measure_boilerplate(texts),
    }
    return compute_wanted(columns, wanted)


def _list_repeats(name: str, split: Callable[[], Parts], chars: Callable[[], Ints]) -> dict[str, Callable[[], Column]]:
    repeated = cache(lambda: find_repeats(split()))
    return {
        f"dup_{name}_share": lambda: build_share(split().counts)(split().sum(repeated())),
        f"dup_{name}_char_share": lambda: build_share(chars())(sum_lengths(split(), repeated())),
    }


def find_repeats(parts: Parts) -> Mask:
    """Which parts (m,) are equal to an earlier part of the same text."""
    several = parts.counts > 1
    repeated = np.zeros(len(parts.texts), dtype=np.bool_)
    unsure = several[parts.owners]  # the only part of a text, as in most short rows, repeats nothing
    if unsure.any():
        pairs = pl.DataFrame({"owner": parts.owners, "text": parts.texts}).filter(pl.Series(unsure))
        repeated[unsure] = ~pairs.select(pl.struct("owner", "text").is_first_distinct()).to_series().to_numpy()
    return repeated


def sum_lengths(parts: Parts, chosen: Mask) -> Ints:
    """Parts and a mask (m,) to the characters of the chosen parts of each text (n,)."""
    return parts.sum(np.where(chosen, parts.lengths, 0)) if chosen.any() else np.zeros(parts.size, dtype=np.int64)


def _list_filled(texts: pl.Series, chars: Callable[[], Ints]) -> dict[str, Callable[[], Column]]:
    """The measures of the lines that are not blank."""
    every = split_newlines(texts)
    filled = every.select(every.match(r"\S"))
    repeated = cache(lambda: find_repeats(filled))
    doubled = cache(lambda: sum_lengths(filled, repeated()))
    share = build_share(filled.counts)
    return {
        "filled_lines": lambda: filled.counts,
        "terminal_line_share": lambda: share(filled.sum(filled.match(r"\p{STerm}$"))),
        "short_line_share": lambda: share(filled.sum(filled.lengths <= SHORT_LINE_CHARS)),
        "dup_filled_line_char_share": lambda: build_share(chars() - every.counts + 1)(doubled()),
        "open_line_share": lambda: share(filled.sum(~filled.match(r"""[.?!"']\s*$"""))),
        "distinct_line_share": lambda: 1.0 - share(filled.sum(repeated())),
        "distinct_line_char_share": lambda: 1.0 - build_share(filled.sum(filled.lengths))(doubled()),
    }


def _measure_boilerplate(texts: pl.Series) -> Floats:
    """Share of paragraphs with a POLICY_PHRASE; only texts that hold one are split."""
    phrase = "(?i:" + "|".join(POLICY_PHRASES) + ")"
    suspect = texts.str.contains(phrase)
    shares = np.zeros(len(texts), dtype=np.float64)
    if suspect.any():
        paragraphs = flatten(texts.filter(suspect).str.split("\n\n"))
        shares[suspect.to_numpy()] = build_share(paragraphs.counts)(paragraphs.sum(paragraphs.match(phrase)))
    return shares
