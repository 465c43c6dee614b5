"""Texts to their protected tokens: everything a text could assert something with, in order.

Default deny: a token is protected unless it is known to assert nothing (`data/benign_words.txt`). Two texts with the
same protected tokens in the same order state the same facts; whatever is unknown (a name, a notation, a new word) keeps
texts apart. Order matters: "A is larger than B" is not "B is larger than A".

Case is folded for plain words only (Aspirin, aspirin): never for symbols, notations or words of up to three letters
(mM, MM; Co, CO; His, his). Capitals throughout are folded from five letters on, unless the letters could be a sequence
of amino acids, of bases or a SMILES string. No NFKC: it breaks units and signs. Work is per distinct token, not per
token: texts repeat their words, so that each is judged once in a slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from apothecary.curate.words import read_benign_words, read_equal_words

BREAK = "\x1f"  # between protected tokens
GLUE = "\x1d"  # between words that are one token: a closed phrase, or an article that says something
MAX_SLICE_BYTES = 16 * 2**20  # of text whose tokens are in memory together

_CHUNK = rf"[^\s\x1e{BREAK}]+|\x1e"
_TELL = "tell|give|show|provide|state|name|list|explain|describe"
_REQUEST = (
    rf"(?i)\b(?:(?:(?:can|could|would|will)\s+you(?:\s+please|\s+kindly)?|please|kindly)\s+(?:{_TELL})"
    r"(?:\s+(?:me|us)(?:\s+with)?)?|(?:tell|give|show|provide)\s+(?:me|us)(?:\s+with)?)\b"
)
# Articles that say something: few and a few, most and the most, one half and one and a half, vitamin A in lower case.
_COUNTED = (
    r"few|little|bit|lot|couple|dozen|hundred|thousand|million|half|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|most|least|more|less"
)
_LETTERED = (
    r"vitamins?|hepatitis|types?|groups?|class|grade|stage|schedule|influenza|proteins?|factor|option|coenzyme|chain"
    r"|ha?emophilia|c[iy]closporin|amphotericin|arm|cohort|compounds?|sample|site|\d"
)
_ARTICLE = rf"\b((?i:a|the|{_LETTERED}))\s+((?i:{_COUNTED})|a)([\s.,;:?!)]|$)"
_WORD = r"""^["“‘'(«*_`]*([A-Za-z]{3,}(?:['’-][A-Za-z]+)*|[A-Za-z]{1,2}['’][a-z]+)[.,;:?!"”’')»*_`…]*$"""
_REPLY = r"""^["“(]*([Nn]o|[Yy]es|[Nn]ot|[Nn]ever)[.,;:!?]"""  # "No, aspirin helps" is not "No aspirin helps"
_TITLE = r"^[A-Z][a-z]{3,}(?:['-][a-z]+)*$"
_CAPITALS = r"^[A-Z]{5,}$"
_NO_SEQUENCE = r"[BJOUXZ]"  # no amino acid and no base has one of these
_NO_SMILES = r"[^BCFINOPS]"
# Short words of which none is a symbol when it begins with a capital.
_SHORT_TITLES = ("Hi", "It", "Is", "Of", "We", "My", "Do", "It's", "We're", "I'm", "I've", "I'd")
_LIST_MARK = r"^[(]*(?:\d{1,3},|\d+:)$"  # "5, 100 mg" is not "5 100 mg", nor "1: 2" "1 2"
_NUMBER = r"[-+±<>≤≥~≈]*\d(?:[\d.,]*\d)?(?:[eE][-+]?\d+)?"
# Units that are never the tail of a name. Single letters are: 15N, 18F, 500g and compound 5d are no numbers with units.
_SAFE_UNIT = (
    r"(?:[munpµμkc]g|mcg|[munpµμd][lLM]|[unpµμcmk]m|[munpµμk]?mol|k?Da|[kMG]?Hz|[kM]?Pa|mmHg|k?cal|kJ|min|ppm|ppb|IU"
    r"|%|‰|°C|°F)"
)
_GLUED = rf"^({_NUMBER})({_SAFE_UNIT}(?:/(?:{_SAFE_UNIT}|[gLlhd]|day))*)$"
_UNIT = (
    r"(?:[munpµkcdMG]?(?:g|L|l|M|m|mol|s|Pa|J|W|V|A|N|Hz|Da|eq|Eq|U|cal|bar|kat)|IU|mcg|min|h|d|K|mmHg|atm|ppm|ppb"
    r"|rpm|%|‰|°C|°F)"
)
_PAIRED = rf"(^|{BREAK})({_NUMBER}){BREAK}({_UNIT}(?:[/·]{_UNIT})*)($|{BREAK})"


def protect_texts(texts: pl.Series, closed: Sequence[str] = ()) -> pl.Series:
    """Texts (n) to the protected tokens of each (n lists of strings), in order; a number and its unit are one.

    `closed` are values that win over the benign words, phrases included: where `very common` is a frequency class, it
    is protected as one token.
    """
    joined = join_protected(texts, closed)
    paired = joined
    for _ in range(2):  # a match takes the break that the next one would begin with
        paired = paired.str.replace_all(_PAIRED, "${1}${2} ${3}${4}")
    lists = paired.str.replace_all(GLUE, " ", literal=True).str.split(BREAK)
    # No token is empty, but a split of nothing gives one that is.
    return lists.list.filter(pl.element() != "").alias(texts.name)


def join_protected(texts: pl.Series, closed: Sequence[str] = ()) -> pl.Series:
    """Texts (n) to their protected tokens in order, joined by BREAK (n strings); equal strings, equal facts."""
    filled = texts.fill_null("")
    closed_words, phrases = split_closed(closed)
    parts = [pl.Series(texts.name, [], pl.String)]
    for start, rows in cut_slices(filled):
        parts.append(_join_slice(filled.slice(start, rows), closed_words, phrases))
    return pl.concat(parts).alias(texts.name)


def mask_protected(texts: pl.Series, closed: Sequence[str] = ()) -> pl.Series:
    """Texts (n) to their forms (n): the benign words in lower case, and one `_` for all that stands between two."""
    words, phrases = split_closed(closed)
    parts = [pl.Series(texts.name, [], pl.String)]
    for start, rows in cut_slices(texts.fill_null("")):
        parts.append(_mask_slice(texts.fill_null("").slice(start, rows), words, phrases))
    return pl.concat(parts).alias(texts.name)


def split_closed(closed: Sequence[str]) -> tuple[frozenset[str], dict[str, str]]:
    """Closed values to the single words among them, and the phrases that need glue (phrase to glued phrase).

    A phrase of words that are protected anyway needs none: they stand in order.
    """
    loose = read_benign_words() | read_equal_words().keys()
    values = {" ".join(value.lower().split()) for value in closed}
    phrases = sorted(value for value in values if " " in value and not loose.isdisjoint(value.split()))
    words = frozenset(value for value in values if value and " " not in value)
    return words, {phrase: phrase.replace(" ", GLUE) for phrase in phrases}


def cut_slices(texts: pl.Series) -> Iterator[tuple[int, int]]:
    """Texts to (start, rows) of slices of MAX_SLICE_BYTES at most, or of one row."""
    sizes = texts.str.len_bytes().cast(pl.Int64).cum_sum().to_numpy()
    start = 0
    while start < len(sizes):
        before = int(sizes[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(sizes, before + MAX_SLICE_BYTES, side="right")))
        yield start, end - start
        start = end


def _join_slice(texts: pl.Series, closed: frozenset[str], phrases: dict[str, str]) -> pl.Series:
    codes, ends, canon, _ = read_chunks(texts, closed, phrases)
    if not len(codes):
        return pl.Series([""], dtype=pl.String).new_from_index(0, texts.len())
    kept = canon.is_not_null().to_numpy()[codes]
    return join_tokens(canon, codes[kept], np.concatenate(([0], kept.cumsum()))[ends])


def join_tokens(tokens: pl.Series, codes: NDArray[np.int64], offsets: NDArray[np.int64]) -> pl.Series:
    """Distinct tokens, the codes of those of all rows, and where each row's begin (n + 1), to rows joined by BREAK."""
    said = tokens.gather(codes).to_arrow()
    return pl.Series(pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), said)).list.join(BREAK)


def _mask_slice(texts: pl.Series, closed: frozenset[str], phrases: dict[str, str]) -> pl.Series:
    codes, ends, canon, chunks = read_chunks(texts, closed, phrases)
    if not len(codes):
        return pl.Series([""], dtype=pl.String).new_from_index(0, texts.len())
    said = pl.DataFrame({"chunk": chunks, "canon": canon}).select(
        pl.when(pl.col("canon").is_null()).then(pl.col("chunk").str.to_lowercase()).otherwise(pl.lit("_")).alias("said")
    )["said"]
    tokens = said.gather(codes).to_arrow()
    rows = pl.Series(pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), tokens))
    return rows.list.join(" ").str.replace_all(r"_(?: _)+", "_")


def read_chunks(
    texts: pl.Series, closed: frozenset[str], phrases: dict[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], pl.Series, pl.Series]:
    """Texts (n) to the codes of their chunks, where each text's begin (n + 1), and what each code protects and says."""
    asked = texts.str.replace_all(_REQUEST, " ").str.replace_all(_ARTICLE, f"${{1}}{GLUE}${{2}}${{3}}")
    if phrases:
        even = asked.str.replace_all(r"\s+", " ")
        asked = (
            even.to_frame("t")
            .select(
                pl.col("t").str.replace_many(
                    list(phrases), list(phrases.values()), ascii_case_insensitive=True, leftmost=True
                )
            )
            .to_series()
        )
    lists = asked.str.extract_all(_CHUNK)
    ends = np.concatenate(([0], lists.list.len().to_numpy().astype(np.int64).cumsum()))
    if not ends[-1]:
        return np.zeros(0, np.int64), ends, pl.Series(dtype=pl.String), pl.Series(dtype=pl.String)
    coded = lists.explode(empty_as_null=False).to_arrow().dictionary_encode()
    chunks = pl.Series(coded.dictionary)
    return coded.indices.to_numpy().astype(np.int64), ends, canonise_chunks(chunks, closed), chunks


def canonise_chunks(chunks: pl.Series, closed: frozenset[str] = frozenset()) -> pl.Series:
    """Distinct chunks of text between white space (n) to what each protects (n): null is nothing."""
    benign = read_benign_words() - closed
    equal = {word: first for word, first in read_equal_words().items() if word not in closed and first not in closed}
    frame = (
        chunks.alias("chunk")
        .to_frame()
        .with_columns(
            pl.col("chunk").str.extract(_WORD).str.replace_all("’", "'", literal=True).alias("word"),
            pl.col("chunk").str.extract(_REPLY).str.to_lowercase().alias("reply"),
        )
    )
    frame = _strip_chunks(frame).with_columns(_fold_word(pl.col("word")).alias("folded"))
    frame = frame.with_columns(
        pl.coalesce("folded", pl.when(pl.col("bare").str.contains(r"^[a-z]{1,2}$")).then("bare")).alias("plain")
    )
    plain = pl.col("plain")
    title = pl.coalesce("word", "bare").is_in(_SHORT_TITLES) | pl.col("word").str.contains("^[A-Z][a-z]{2}$")
    loose = pl.when(title).then(pl.coalesce("word", "bare").str.to_lowercase()).otherwise(plain)
    empty = (pl.col("bare") == "") & pl.col("word").is_null()
    return frame.select(
        pl.when(pl.col("reply").is_not_null())
        .then(pl.col("reply") + ",")
        .when(empty | loose.is_in(sorted(benign)).fill_null(False))
        .then(None)
        .when(plain.is_not_null())
        .then(plain.replace(equal))
        .otherwise(pl.coalesce("word", _split_number(pl.col("bare"))))
    ).to_series()


def _fold_word(word: pl.Expr) -> pl.Expr:
    """A plain word in lower case; null where case could carry meaning."""
    capitals = word.str.contains(_CAPITALS) & word.str.contains(_NO_SEQUENCE) & word.str.contains(_NO_SMILES)
    harmless = word.str.contains(_TITLE) | capitals | word.str.contains("^[a-z'-]+$")
    return pl.when(harmless).then(word.str.to_lowercase())


def _strip_chunks(frame: pl.DataFrame) -> pl.DataFrame:
    """Chunks and, as `bare`, each without the punctuation around it that says nothing.

    What stays: a bracket whose partner stands in the same chunk, a comma after a short whole number, `:` after any,
    `:` and dashes that stand alone, `!` and quotes after a digit (5! and 5'), `!` after one letter. In steps, for an
    expression that names another one twice is worked out twice.
    """
    bare = pl.col("bare")
    quoted = pl.col("chunk").str.replace(r'^["“]+', "").str.replace(r'([^\d"”])["”]+([.,;?…]*)$', "$1$2")
    steps = frame.with_columns(quoted.alias("bare")).with_columns(
        bare.str.contains("(", literal=True).alias("opened"), bare.str.contains(")", literal=True).alias("closed")
    )
    opened, closed = pl.col("opened"), pl.col("closed")
    steps = steps.with_columns(
        pl.when(opened & ~closed)
        .then(bare.str.strip_prefix("("))
        .when(closed & ~opened)
        .then(bare.str.replace(r"([^)])\)([.,;:?…]*)$", "$1$2"))
        .otherwise("bare")
        .alias("bare")
    ).with_columns(bare.str.replace(r"([A-Za-z]{2})[!?.]+$", "$1").str.strip_chars_end(".,;:?…").alias("end"))
    return steps.with_columns(
        pl.when(pl.col("chunk").str.contains(_LIST_MARK))
        .then("bare")
        .when(pl.col("chunk").str.contains(r"""^[.,;?!"“”‘’'()…]+$"""))
        .then(pl.lit(""))
        .when((pl.col("end") == "") & bare.str.contains(":", literal=True))
        .then(pl.lit(":"))
        .otherwise("end")
        .alias("bare")
    )


def _split_number(bare: pl.Expr) -> pl.Expr:
    """A bare chunk with its leading minus and micro sign as one character each, and 5nM as 5 and nM."""
    signed = bare.str.replace(r"^−(\d)", "-$1").str.replace(r"^([\d.,]*)μ([gLlMm]|mol)", "${1}µ$2")
    return signed.str.replace(_GLUED, f"${{1}}{BREAK}${{2}}")
