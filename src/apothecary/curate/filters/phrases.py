"""Phrases that show where a row comes from: an assistant that talks of itself, a database, flattery, a broken answer.

The phrases are data (curate/data/phrases.yaml): one list a measure, matched without regard to case at word borders.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polars as pl

from apothecary.errors import RecipeError
from apothecary.packs.yaml import load_yaml

PHRASES = Path(__file__).parent.parent / "data" / "phrases.yaml"

PHRASE_MEASURES = {
    "assistant_phrases": "phrases of an assistant that talks of itself, as `as an AI language model`",
    "source_phrases": "phrases about where the answer was looked up, as `according to our database`",
    "filler_phrases": "praise of the question and offers of more, as `great question`",
    "cut_phrases": "marks of an answer that was cut or left open, as `[continued]`",
}


def measure_phrases(texts: pl.Series) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of PHRASE_MEASURES: how many of its phrases occur (n rows)."""
    straight = texts.str.replace_all("’", "'", literal=True)
    counts = {name: straight.str.count_matches(pattern) for name, pattern in read_patterns().items()}
    return pl.DataFrame({name: counts[name].cast(pl.Int64) for name in PHRASE_MEASURES})


@cache
def read_patterns(path: Path = PHRASES) -> dict[str, str]:
    """The file of phrases to one regular expression a measure."""
    raw = load_yaml(path, RecipeError)
    if not isinstance(raw, dict) or set(raw) != set(PHRASE_MEASURES):
        raise RecipeError("the phrases have other names", where=str(path), expected=", ".join(PHRASE_MEASURES))
    return {name: build_pattern([str(phrase) for phrase in phrases]) for name, phrases in raw.items()}


def build_pattern(phrases: list[str]) -> str:
    """Phrases to a regular expression that finds them in any case, with any white space, not inside longer words."""
    quoted = [r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in phrases]
    bounded = [
        (r"\b" if phrase[0].isalnum() else "") + pattern + (r"\b" if phrase[-1].isalnum() else "")
        for phrase, pattern in zip(phrases, quoted, strict=True)
    ]
    return "(?i:" + "|".join(bounded) + ")"
