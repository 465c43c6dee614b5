"""Columns in, texts out: the rounding rules of docs/packs.md, a and an, and lists, over whole columns.

Half away from zero; a derived value is first taken to 12 significant digits, so that binary fractions do not decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError

_FORMAT = re.compile(r"^(?:(dp|sig)(\d{1,2})|int)$")
_DIGITS_KEPT = 12
_A_NOT_AN = r"^(?i:uni|use|uri|eu|one)"
_AN_NOT_A = r"^(?i:hour|honest|heir)"


def parse_format(fmt: str) -> tuple[str, int]:
    """`dp2` to ("dp", 2), `sig3` to ("sig", 3), `int` to ("dp", 0); PackError for anything else."""
    found = _FORMAT.match(fmt)
    if not found:
        raise PackError(f"unknown number format {fmt!r}", expected="dpN, sigN or int")
    if found[1] is None:
        return "dp", 0
    digits = int(found[2])
    if digits > 12 or (found[1] == "sig" and digits < 1):
        raise PackError(f"number format {fmt!r} is out of range", expected="dp0 to dp12, sig1 to sig12")
    return found[1], digits


def format_numbers(values: NDArray[np.float64], fmt: str) -> pl.Series:
    """Texts of `values` (n,) in format `fmt`; NaN becomes null."""
    kind, digits = parse_format(fmt)
    if kind == "dp":
        return _format_decimals(values, np.full(len(values), digits, dtype=np.int64))
    return _format_decimals(*_significant(values, digits))


def format_each(values: NDArray[np.float64], formats: Sequence[str], sizes: Sequence[int]) -> pl.Series:
    """Texts of `values` (n,), the first sizes[0] of them in formats[0] and so on; NaN becomes null."""
    parsed = [parse_format(fmt) for fmt in formats]
    digits = np.repeat([number for _, number in parsed], sizes)
    significant = np.flatnonzero(np.repeat([kind == "sig" for kind, _ in parsed], sizes))
    decimals = digits.copy()
    decimals[significant] = _significant(values[significant], digits[significant])[1]
    return _format_decimals(values, decimals)


def round_decimals(values: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """`values` (n,) rounded to `decimals` places by the same rule, as numbers."""
    counts = _count_units(np.abs(values), np.full(len(values), decimals, dtype=np.int64))
    return np.sign(values) * counts / 10.0**decimals


def round_significant(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """`values` (n,) rounded to `digits` significant digits by the same rule, as numbers."""
    rounded, decimals = _significant(values, digits)
    counts = _count_units(np.abs(rounded), decimals)
    scale = np.where(decimals >= 0, 10.0 ** np.maximum(decimals, 0), 1.0)
    grow = np.where(decimals < 0, 10.0 ** np.maximum(-decimals, 0), 1.0)
    return np.asarray(np.sign(rounded) * counts / scale * grow)


def _exponents(magnitudes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Decimal exponent of each magnitude (123 gives 2); 0 for zero and NaN."""
    safe = np.where((magnitudes > 0) & np.isfinite(magnitudes), magnitudes, 1.0)
    exponents = np.floor(np.log10(safe)).astype(np.int64)
    # log10 may be off by one next to a power of ten; 12 digits decide, as in the rule.
    exponents += (safe * (1 + 0.5 * 10.0 ** (1 - _DIGITS_KEPT)) >= 10.0 ** (exponents + 1)).astype(np.int64)
    exponents -= (safe * (1 + 0.5 * 10.0 ** (1 - _DIGITS_KEPT)) < 10.0**exponents).astype(np.int64)
    return exponents


def _count_units(magnitudes: NDArray[np.float64], decimals: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many units of 10**-decimals each magnitude rounds to."""
    scaled = magnitudes * 10.0**decimals
    # A value within half a unit of its 12th digit below a tie is that tie once 12 digits are taken.
    slack = 0.5 * 10.0 ** (_exponents(magnitudes) - (_DIGITS_KEPT - 1) + decimals)
    return np.floor(scaled + 0.5 + slack)


def _significant(
    values: NDArray[np.float64], digits: int | NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Values and the decimals at which `digits` significant digits are shown; zero shows none."""
    magnitudes = np.abs(values)
    decimals = digits - 1 - _exponents(magnitudes)
    grown = _count_units(magnitudes, decimals) >= 10.0**digits  # 9.996 to three digits is 10.0
    decimals = decimals - grown
    return values, np.where(magnitudes == 0, 0, decimals)


def _format_decimals(values: NDArray[np.float64], decimals: NDArray[np.int64]) -> pl.Series:
    parts, places = [], []
    for shown in np.unique(decimals):
        at = np.flatnonzero(decimals == shown)
        parts.append(_format_fixed(values[at], int(shown)))
        places.append(at)
    if len(parts) <= 1:
        return parts[0] if parts else pl.Series([], dtype=pl.String)
    order = np.empty(len(values), dtype=np.int64)
    order[np.concatenate(places)] = np.arange(len(values))
    return pl.concat(parts).gather(order)


def _format_fixed(values: NDArray[np.float64], decimals: int) -> pl.Series:
    missing = ~np.isfinite(values)
    magnitudes = np.abs(np.where(missing, 0.0, values))
    counts = _count_units(magnitudes, np.full(len(values), decimals, dtype=np.int64)).astype(np.int64)
    negative = pl.Series(np.where((values < 0) & (counts > 0), "-", ""))
    if decimals <= 0:
        texts = negative + pl.Series(counts * 10**-decimals).cast(pl.String)
    else:
        whole = pl.Series(counts // 10**decimals).cast(pl.String)
        fraction = pl.Series(counts % 10**decimals).cast(pl.String).str.zfill(decimals)
        texts = pl.select(pl.concat_str([negative, whole, pl.lit("."), fraction])).to_series()
    if missing.any():
        texts = texts.set(pl.Series(missing), None)
    return texts


def put_article(texts: pl.Series) -> pl.Series:
    """Texts with `a` or `an` before them, by the rule of docs/packs.md."""
    vowel = texts.str.contains(r"^[aeiouAEIOU]") & ~texts.str.contains(_A_NOT_AN)
    article = (vowel | texts.str.contains(_AN_NOT_A)).fill_null(value=False)
    ones = pl.Series(["an ", "a "], dtype=pl.String).gather(np.where(article.to_numpy(), 0, 1))
    return ones + texts


def join_list(lists: pl.Series) -> pl.Series:
    """Lists of texts (n,) to `x`, `x and y`, `x, y and z`."""
    frame = lists.to_frame("v")
    head = pl.col("v").list.head(pl.col("v").list.len().cast(pl.Int64) - 1).list.join(", ")
    return frame.select(
        pl.when(pl.col("v").list.len() > 1)
        .then(pl.concat_str([head, pl.lit(" and "), pl.col("v").list.last()]))
        .otherwise(pl.col("v").list.first())
    ).to_series()
