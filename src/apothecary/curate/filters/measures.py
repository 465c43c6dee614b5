"""Texts to score columns: what every published rule needs, in one vectorised pass, and no threshold.

The measures come in groups that are computed together; a group is computed only when one of its measures is asked for,
so that the dear ones (word n-grams, languages) cost nothing to a profile that does not use them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np
import polars as pl

from apothecary.curate.filters.c4 import C4_MEASURES, measure_c4
from apothecary.curate.filters.characters import CHARACTER_MEASURES, measure_characters
from apothecary.curate.filters.language import LANGUAGE_MEASURES, identify_languages
from apothecary.curate.filters.lines import LINE_MEASURES, measure_lines
from apothecary.curate.filters.ngrams import NGRAM_MEASURES, measure_ngrams
from apothecary.curate.filters.phrases import PHRASE_MEASURES, measure_phrases
from apothecary.curate.filters.split import flatten, split_words
from apothecary.curate.filters.words import WORD_MEASURES, measure_words
from apothecary.errors import RecipeError
from apothecary.recipe import suggest_key

MAX_BATCH_BYTES = 4_000_000  # of text at a time: its words and their keys take about ten times that

_FROM_TEXTS: dict[str, Callable[[pl.Series], pl.DataFrame]] = {
    "c4": measure_c4,
    "phrases": measure_phrases,
    "language": identify_languages,
}
GROUPS: dict[str, dict[str, str]] = {
    "characters": CHARACTER_MEASURES,
    "words": WORD_MEASURES,
    "lines": LINE_MEASURES,
    "c4": C4_MEASURES,
    "phrases": PHRASE_MEASURES,
    "ngrams": NGRAM_MEASURES,
    "language": LANGUAGE_MEASURES,
}

# Score columns that other stages of curate put beside these; rules may bound them all the same.
ATTACHED: dict[str, str] = {
    "prompt_chars": "characters of what is asked",
    "response_chars": "characters of the response",
    "claims": "facts asserted in the text about entities of the knowledge base",
    "claims_agree": "of these, those that a source agrees with",
    "claims_contradict": "of these, those in the response that every source contradicts",
    "pii_spans": "spans of personal data: addresses, phones, identifiers",
    "unsafe_requests": "topics that the pack's safety classes refuse, asked for and answered all the same",
    "model_tokens": "tokens of the tokenizer that `curate.tokenizer` names",
    "repeated_share": "share of the tokens that stand in spans of an earlier row",
    "benchmark_share": "share of a benchmark item's n-grams that the row has, where it shows the item",
}


def list_measures() -> pl.DataFrame:
    """All score columns there are: `measure`, `group` (what is computed together) and `says` (one line)."""
    groups = {**GROUPS, "attached": ATTACHED}
    lines = [(name, group, says) for group, measures in groups.items() for name, says in measures.items()]
    return pl.DataFrame(lines, schema=["measure", "group", "says"], orient="row")


def measure_texts(
    texts: pl.Series, *, measures: Collection[str] | None = None, words: pl.Series | None = None
) -> pl.DataFrame:
    """Texts (n) to a frame (n rows) with one column a measure, in the order of `list_measures`.

    `measures`: the columns wanted; None for all. `words`: the words of each text, a list column (n), where they are
    split already; else they are split here. A null text is measured as an empty one. No value is null or NaN.
    Raises RecipeError for a measure that there is not.
    """
    wanted = _check_measures(measures)
    texts = texts.cast(pl.String).fill_null("")
    if words is not None and len(words) != len(texts):
        raise ValueError(f"{len(texts)} texts and the words of {len(words)}")
    groups = [group for group, names in GROUPS.items() if wanted.intersection(names)]
    columns = [name for names in GROUPS.values() for name in names if name in wanted]
    parts = [
        _measure_batch(texts[start:end], groups, wanted, words[start:end] if words is not None else None)
        for start, end in plan_batches(texts)
    ]
    return pl.concat(parts).select(columns)


def plan_batches(texts: pl.Series, max_bytes: int = MAX_BATCH_BYTES) -> Iterator[tuple[int, int]]:
    """Texts (n) to ranges of them with at most so many bytes each; a text larger than that has a range of its own."""
    sizes = texts.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    ends = np.cumsum(sizes)
    start = 0
    while start < len(texts):
        before = ends[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + max_bytes, side="right")))
        yield start, end
        start = end
    if len(texts) == 0:
        yield 0, 0


def _measure_batch(texts: pl.Series, groups: list[str], wanted: set[str], words: pl.Series | None) -> pl.DataFrame:
    texts = texts.rechunk()
    frames = [measure_characters(texts, wanted)] if "characters" in groups else []
    frames += [measure_lines(texts, wanted)] if "lines" in groups else []
    frames += [_FROM_TEXTS[group](texts) for group in groups if group in _FROM_TEXTS]
    if "words" in groups or "ngrams" in groups:
        parts = split_words(texts) if words is None else flatten(words)
        frames += [measure_words(texts, parts, wanted)] if "words" in groups else []
        frames += [measure_ngrams(texts, parts, wanted.intersection(NGRAM_MEASURES))] if "ngrams" in groups else []
    return pl.concat(frames, how="horizontal") if frames else pl.DataFrame()


def _check_measures(measures: Collection[str] | None) -> set[str]:
    valid = [name for names in GROUPS.values() for name in names]
    if measures is None:
        return set(valid)
    for name in measures:
        if name not in valid:
            raise RecipeError(f"there is no measure `{name}`", hint=suggest_key(name, valid))
    return set(measures)
