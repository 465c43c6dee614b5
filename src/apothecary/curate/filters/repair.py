r"""Texts to repaired texts: mojibake mended, invisible and control characters taken out, line breaks made one.

Safe for chemistry: nothing is normalised for compatibility (NFKC makes `10⁻³` 10−3 and `²H` 2H), and units, signs,
primes, superscripts, isotopes, the micro sign and Greek mu, Kelvin, ohm and ångström signs stay as they are. Only what
carries no meaning changes, and each text says which kinds of change it had.

Mojibake is ftfy's work; it sees only texts with two characters outside ASCII in a row (or one and a space), which is
the least that mojibake has. It takes `58 Å²` for a broken `Ų`; an ångström sign before a sign or a superscript is
hidden from it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

import polars as pl

KINDS = {
    "mojibake": "UTF-8 that was read as another encoding, as `10 Âµg`",
    "line_break": "carriage returns, line and paragraph separators, vertical tabs and form feeds, now line breaks",
    "control": "control characters and code points that are no characters, taken out",
    "bidi": "marks and overrides of writing direction, taken out",
    "zero_width": "zero-width spaces, byte order marks, soft hyphens, invisible operators and tags, taken out",
    "ligature": "typographic ligatures of Latin letters (ff, fi, fl, ffi, ffl, st), now letters",
    "composed": "letters with combining accents, now one character each",
}

_SUSPECT = r"[^\x00-\x7f][^\x00-\x7f ]|[ÃÂÅÄà] |[\x80-\x9f]"
_HIDDEN = ("Å", "\x01")  # an ångström sign, and what stands for it while ftfy works; no other \x01 is left by then
_ANGSTROM = r"Å([²³¹⁻±°·×µ–—†‡•’”“…])"
_BREAKS = r"\r\n|[\r\x0b\x0c\x85\x{2028}\x{2029}]"
_CONTROLS = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\x{FDD0}-\x{FDEF}\x{FFFE}\x{FFFF}]"
_BIDI = r"[\x{061C}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]"
_ZERO_WIDTH = r"[\x{00AD}\x{200B}\x{2060}-\x{2064}\x{FEFF}\x{E0001}\x{E0020}-\x{E007F}]"
# Joiners shape Arabic, Indic scripts and emoji; after a letter or sign of ours they are noise.
_JOINERS = r"([\p{Latin}\p{Greek}\p{Cyrillic}\p{Nd}\p{P} ])[\x{200C}\x{200D}]+"
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_COMBINING = r"[\p{Latin}\p{Greek}\p{Cyrillic}][\x{0300}-\x{036F}]+"
_SURROGATE = re.compile("[\ud800-\udfff]")


def repair_texts(texts: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Texts (n) to repaired texts (n), and a frame (n rows) that says with one column for each of KINDS what changed.

    A null text stays null and unchanged; the column that is given is never changed in place.
    """
    name = texts.name
    texts = texts.cast(pl.String).alias("text")
    changes: dict[str, pl.Series] = {}
    for kind in KINDS:
        repaired = _repair_kind(kind, texts)
        changes[kind] = (repaired != texts).fill_null(value=False)
        texts = repaired
    return texts.alias(name), pl.DataFrame(changes)


def read_strings(strings: Iterable[str | None]) -> pl.Series:
    """Python strings to a column; a lone surrogate, which no UTF-8 text can hold, becomes the replacement character."""
    return pl.Series(
        [_SURROGATE.sub("\ufffd", text) if text else text for text in _join_pairs(strings)], dtype=pl.String
    )


def _join_pairs(strings: Iterable[str | None]) -> Iterable[str | None]:
    for text in strings:
        if text and _SURROGATE.search(text):
            yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        else:
            yield text


def _repair_kind(kind: str, texts: pl.Series) -> pl.Series:
    if kind == "mojibake":
        return _mend_mojibake(texts)
    if kind == "line_break":
        return _replace(texts, _BREAKS, "\n")
    if kind == "control":
        return _replace(texts, _CONTROLS, "")
    if kind == "bidi":
        return _replace(texts, _BIDI, "")
    if kind == "zero_width":
        return _replace(_replace(texts, _ZERO_WIDTH, ""), _JOINERS, "${1}")
    if kind == "ligature":
        return texts.str.replace_many(list(_LIGATURES), list(_LIGATURES.values()))
    return _compose(texts)


def _replace(texts: pl.Series, pattern: str, by: str) -> pl.Series:
    """Replace all matches; most columns hold none and are given back as they are."""
    return texts.str.replace_all(pattern, by) if texts.str.contains(pattern).any() else texts


def _mend_mojibake(texts: pl.Series) -> pl.Series:
    """ftfy takes one text at a time; only the suspects are given to it."""
    suspect = texts.str.contains(_SUSPECT).fill_null(value=False)
    if not suspect.any():
        return texts
    sign, stand_in = _HIDDEN
    given = texts.filter(suspect)
    hidden = given.str.replace_all(stand_in, "", literal=True).str.replace_all(_ANGSTROM, stand_in + "${1}")
    fix, settings = _load_fixer()
    mended = pl.Series([fix(text, settings) for text in hidden], dtype=pl.String)
    restored = mended.str.replace_all(stand_in, sign, literal=True)
    untouched = mended == hidden  # gives back what was taken out for the look only
    return texts.clone().scatter(
        suspect.arg_true(), pl.select(pl.when(untouched).then(given).otherwise(restored)).to_series()
    )


@cache
def _load_fixer() -> tuple[Any, Any]:
    """ftfy's function, and settings that mend encodings and nothing else."""
    from ftfy import TextFixerConfig, fix_text

    settings = TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=True,
        fix_c1_controls=True,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return fix_text, settings


def _compose(texts: pl.Series) -> pl.Series:
    """Each letter with its combining accents to one character where there is one; other characters stay apart.

    A loop over the few texts that hold such a letter: NFC of a whole text would fold Kelvin, ohm and ångström signs.
    """
    accented = texts.str.contains(_COMBINING).fill_null(value=False)
    if not accented.any():
        return texts
    pattern = re.compile(r"[^\W\d_][\u0300-\u036f]+")
    composed = [
        pattern.sub(lambda match: unicodedata.normalize("NFC", match[0]), text) for text in texts.filter(accented)
    ]
    return texts.clone().scatter(accented.arg_true(), pl.Series(composed, dtype=pl.String))
