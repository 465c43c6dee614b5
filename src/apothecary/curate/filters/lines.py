r"""Measures of the lines and paragraphs of texts: how they begin and end, how short they are, how often they repeat.

Gopher's quality rules split as `str.splitlines`, its repetition rules at runs of line breaks, FineWeb and NeMo at each
line break without the blank lines, as their code does.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from apothecary.curate.filters.characters import build_share
from apothecary.curate.filters.split import Ints, Mask, Parts, flatten, split_lines, split_newlines, split_runs

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
    "terminal_line_share": "share of filled lines that end a sentence (FineWeb)",
    "short_line_share": f"share of filled lines of at most {SHORT_LINE_CHARS} characters (FineWeb)",
    "dup_filled_line_char_share": "share of characters in filled lines that repeat an earlier one (FineWeb)",
    "open_line_share": "share of filled lines that end without a mark (NeMo)",
    "distinct_line_share": "share of filled lines that differ from all earlier ones (NeMo)",
    "distinct_line_char_share": "share of characters of filled lines in those that differ (NeMo)",
    "boilerplate_share": "share of paragraphs with a phrase of cookie banners or terms (NeMo)",
}


def measure_lines(texts: pl.Series) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of LINE_MEASURES; shares of an empty text are 0, distinct ones 1."""
    chars = texts.str.len_chars().to_numpy().astype(np.int64)
    lines = split_lines(texts)
    of_lines = build_share(lines.counts)
    columns = {
        "lines": lines.counts,
        "bullet_line_share": of_lines(lines.sum(lines.match(r"^\s*[•\-]"))),
        "ellipsis_line_share": of_lines(lines.sum(lines.match(r"(?:\.\.\.|…)\s*$"))),
    }
    for name, pieces in (("line", split_runs(texts, 1)), ("paragraph", split_runs(texts.str.strip_chars(), 2))):
        repeated = find_repeats(pieces)
        columns[f"dup_{name}_share"] = build_share(pieces.counts)(pieces.sum(repeated))
        columns[f"dup_{name}_char_share"] = build_share(chars)(sum_lengths(pieces, repeated))
    return pl.DataFrame(columns | _measure_filled(texts) | {"boilerplate_share": _measure_boilerplate(texts)})


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


def _measure_filled(texts: pl.Series) -> dict[str, object]:
    every = split_newlines(texts)
    filled = every.select(every.match(r"\S"))
    repeated = find_repeats(filled)
    share = build_share(filled.counts)
    joined = texts.str.len_chars().to_numpy() - texts.str.count_matches("\n", literal=True).to_numpy()
    doubled = sum_lengths(filled, repeated)
    lengths = filled.sum(filled.lengths)
    return {
        "terminal_line_share": share(filled.sum(filled.match(r"\p{STerm}$"))),
        "short_line_share": share(filled.sum(filled.lengths <= SHORT_LINE_CHARS)),
        "dup_filled_line_char_share": build_share(joined.astype(np.int64))(doubled),
        "open_line_share": share(filled.sum(~filled.match(r"""[.?!"']\s*$"""))),
        "distinct_line_share": 1.0 - share(filled.sum(repeated)),
        "distinct_line_char_share": 1.0 - build_share(lengths)(doubled),
    }


def _measure_boilerplate(texts: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Share of paragraphs with a POLICY_PHRASE; only texts that hold one are split."""
    phrase = "(?i:" + "|".join(POLICY_PHRASES) + ")"
    suspect = texts.str.contains(phrase)
    shares = np.zeros(len(texts), dtype=np.float64)
    if suspect.any():
        paragraphs = flatten(texts.filter(suspect).str.split("\n\n"))
        shares[suspect.to_numpy()] = build_share(paragraphs.counts)(paragraphs.sum(paragraphs.match(phrase)))
    return shares
