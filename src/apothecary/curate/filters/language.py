"""The language of texts, as score columns: an ISO 639 code and a probability, or `und` where it cannot be told.

Identification is py3langid's. It has no notion of notation: it calls `logP -0.07` Serbian and a bare drug name German.
So only the plain words of a text are shown to it (no numbers, formulae, structures, addresses), and a text with fewer
than MIN_WORDS of them is `und` with probability 0. py3langid takes one text at a time; texts that are equal once
reduced to plain words are identified once, and of a long text the first MAX_CHARS decide.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

MIN_WORDS = 5
MAX_CHARS = 1_000
UNDECIDED = "und"
NOTHING = "zxx"  # what py3langid answers for text that is no language

# A run without white space that holds a digit or a sign of notation, or a bracket between two characters.
NOTATION = r"https?://\S+|\S*[0-9=@#\\/+_{}<>\[\]|~^$%°µμΔ·×±≥≤→−]\S*|\S+[()]\S+"
# Scripts that write no spaces: each two characters count as a word.
_DENSE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{2}"
_PLAIN = r"[\p{L}\p{M}]{2,}"

LANGUAGE_MEASURES = {
    "plain_words": "words that are no number, formula, structure or address",
    "language": f"ISO 639 code of the language, `{UNDECIDED}` below {MIN_WORDS} plain words",
    "language_probability": f"py3langid's probability of that language; 0 for `{UNDECIDED}`",
}


def identify_languages(texts: pl.Series, *, min_words: int = MIN_WORDS) -> pl.DataFrame:
    """Texts (n) to one column for each of LANGUAGE_MEASURES (n rows)."""
    plain = reduce_plain(texts)
    words = plain.str.count_matches(_PLAIN) + plain.str.count_matches(_DENSE)
    frame = pl.DataFrame({"plain": plain, "plain_words": words.cast(pl.Int64)})
    asked = frame.filter(pl.col("plain_words") >= min_words).get_column("plain").unique(maintain_order=True)
    classify = load_identifier().classify if len(asked) else None
    answers = [classify(text) for text in asked] if classify else []
    known = pl.DataFrame(
        {
            "plain": asked,
            "language": pl.Series([code for code, _ in answers], dtype=pl.String),
            "language_probability": pl.Series([probability for _, probability in answers], dtype=pl.Float64),
        }
    ).with_columns(pl.col("language").replace(NOTHING, UNDECIDED))
    joined = frame.join(known, on="plain", how="left", maintain_order="left")
    decided = pl.col("language").fill_null(UNDECIDED)
    return joined.select(
        "plain_words",
        decided.alias("language"),
        pl.when(decided != UNDECIDED).then("language_probability").otherwise(0.0).alias("language_probability"),
    )


def reduce_plain(texts: pl.Series) -> pl.Series:
    """Texts (n) to their plain words (n), at most MAX_CHARS of each: notation and addresses are taken out."""
    short = texts.fill_null("").str.slice(0, 4 * MAX_CHARS)
    return short.str.replace_all(NOTATION, " ").str.replace_all(r"\s+", " ").str.strip_chars().str.slice(0, MAX_CHARS)


@cache
def load_identifier() -> Any:
    """py3langid's model, with probabilities; 0.8 s once a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
