"""Long texts to what of their protected tokens is left when common words count for little.

In a short text any word may be the fact. In a long one, held down by many other protected tokens, a word of attitude or
of writing (`common_words.txt`) asserts nothing, and a word for another of one sense (`kindred_words.txt`: method,
approach) asserts the same. Default deny as ever: a word of neither list stays itself, and so does a word of either

- beside a number or a word that counts or measures time (`in 5 days` is not `within 5 days`; `3 methods`);
- with a capital, but at the start of a sentence (the Focus trial, Miss Picture);
- that is one of the pack's closed values.

What stands beside a word is read off the protected tokens, so that benign words change nothing here either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.protect import BREAK, GLUE, cut_slices, join_tokens, read_chunks, split_closed
from apothecary.curate.words import read_common_words, read_kindred_words

LOOSENED = pl.Schema(
    {
        "strict": pl.String,  # all protected tokens, joined: what short texts are known by
        "loose": pl.String,  # without common words, and of kindred words the first: what long texts are known by
        "held": pl.Int64,  # tokens in `loose`
    }
)
KIN = "\x1c"  # before the first of kindred words, so that the same word where it counts fully is another token
AHEAD = 4  # protected tokens after `in` that are read for a measure, while they lead to one

_MEASURED = (
    r"(?i)^[^a-z]*\d|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
    r"|half|third|quarter|first|second|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|century|centuries"
    r"|limits?|range|ranges|normal|reach)$"
)
# What may stand between `in` and a measure: in less than 5 days, in the first 24 hours, in a few weeks.
_LEADS = (
    rf"(?i)^(?:less|more|fewer|than|about|approximately|roughly|around|nearly|almost|over|under|up|to|at|least|most|only"
    rf"|just|every|each|another|last|past|next|following|initial|early|few|several|many|some|short|a{GLUE}.*)$"
)
_ENDS_SENTENCE = r"[.?!:][\"”’')*_]*$"
_LOWER = r"^[^A-Z]*$"
_TITLE = r"^[^A-Za-z]*[A-Z][a-z]"


def loosen_texts(texts: pl.Series, closed: Sequence[str] = ()) -> pl.DataFrame:
    """Texts (n) to LOOSENED (n)."""
    filled = texts.fill_null("")
    words, phrases = split_closed(closed)
    parts = [pl.DataFrame(schema=LOOSENED)]
    for start, rows in cut_slices(filled):
        parts.append(_loosen_slice(filled.slice(start, rows), words, phrases))
    return pl.concat(parts)


def _loosen_slice(texts: pl.Series, closed: frozenset[str], phrases: dict[str, str]) -> pl.DataFrame:
    codes, ends, canon, chunks = read_chunks(texts, closed, phrases)
    kept = canon.is_not_null().to_numpy()[codes] if len(codes) else np.zeros(0, bool)
    if not kept.any():
        empty = pl.DataFrame({"strict": [""], "loose": [""], "held": [0]}, schema=LOOSENED)
        return empty.select(pl.all().repeat_by(texts.len()).explode()) if texts.len() else empty.clear()
    starts = _mark_starts(codes, ends, canon, chunks)[kept]
    codes, ends = codes[kept], np.concatenate(([0], kept.cumsum()))[ends]
    loosened = loosen_tokens(canon, closed)
    at = _choose_places(codes, ends, canon, chunks, loosened, starts)
    loose_codes = codes.copy()
    loose_codes[at] += len(canon)
    both = pl.concat([canon, loosened])
    held = both.is_not_null().to_numpy()[loose_codes]
    offsets = np.concatenate(([0], held.cumsum()))[ends]
    frame = pl.DataFrame(
        {"strict": join_tokens(canon, codes, ends), "loose": join_tokens(both, loose_codes[held], offsets)}
    )
    # Counted in what was joined: a number glued to its unit (5nM) is two tokens, as it is when they stand apart.
    count = pl.col("loose").str.count_matches(BREAK, literal=True) + (pl.col("loose") != "")
    return frame.with_columns(count.cast(pl.Int64).alias("held"))


def loosen_tokens(canon: pl.Series, closed: frozenset[str] = frozenset()) -> pl.Series:
    """Protected tokens (n) to what they are in a long text (n): null for a common word, the first of kindred ones."""
    common = sorted(read_common_words() - closed)
    kindred = {word: KIN + first for word, first in read_kindred_words().items() if not {word, first} & closed}
    token = pl.col("token")
    loose = pl.when(token.is_in(common)).then(None).otherwise(token.replace(kindred))
    return canon.alias("token").to_frame().select(loose).to_series()


def _mark_starts(
    codes: NDArray[np.int64], ends: NDArray[np.int64], canon: pl.Series, chunks: pl.Series
) -> NDArray[np.bool_]:
    """The chunks of all rows to whether each begins a sentence; what follows on `However,` at its start does too."""
    begins = np.zeros(len(codes) + 1, bool)
    begins[1:] = chunks.str.contains(_ENDS_SENTENCE).to_numpy()[codes]
    begins[ends] = True
    opener = (chunks.str.ends_with(",") & canon.is_null()).to_numpy()[codes]
    begins[1:] |= begins[:-1] & opener
    return begins[:-1]


def _choose_places(
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    canon: pl.Series,
    chunks: pl.Series,
    loosened: pl.Series,
    begins: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Where, among the protected tokens of all rows, a word may count for less than itself."""
    at = np.flatnonzero(loosened.ne_missing(canon).to_numpy()[codes])
    rows = np.searchsorted(ends, at, side="right") - 1
    first, last = ends[rows], ends[rows + 1]
    measured = canon.fill_null("").str.contains(_MEASURED).to_numpy()
    title = chunks.str.contains(_TITLE).to_numpy()[codes[at]]
    plain = chunks.str.contains(_LOWER).to_numpy()[codes[at]] | (title & begins[at])
    leads = canon.fill_null("").str.contains(_LEADS).to_numpy()
    led = np.ones(len(at), bool)  # what is read is still about what stands at the place itself
    inside = canon.fill_null("").is_in(["in", "within"]).to_numpy()[codes[at]]
    apart = inside | (at == first) | ~measured[codes[at - 1]]
    for ahead in range(1, AHEAD + 1):
        beside = codes[np.minimum(at + ahead, len(codes) - 1)]
        led &= at + ahead < last
        apart &= ~(led & measured[beside])
        led &= inside & leads[beside]
    among = canon.fill_null("").is_in(["between", "amongst"]).to_numpy()[codes[at]]  # nothing else with numbers either
    chosen: NDArray[np.int64] = at[plain & (apart | among)]
    return chosen
