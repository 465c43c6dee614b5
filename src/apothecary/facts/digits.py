"""Decimal numbers by the column: read from text or floats into integers, rounded exactly in integers, and written.

A column of numbers is `Scaled`: mantissas and scales, value = mantissa * 10**-scale. Rounding never sees a binary
fraction: a float is bracketed by the 12-digit decimals it can stand for, and where the two ends of a bracket disagree
the row is marked and left to Decimal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.facts.columns import take
from apothecary.facts.numbers import DERIVED_DIGITS, Format, format_number, read_decimal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

MAX_DIGITS = 17  # mantissas stay below 10**18, so that half a unit can be added
_TENS = 10 ** np.arange(19, dtype=np.int64)
_FLOAT_TENS = 10.0 ** np.arange(23)  # exact as floats
_PLAIN = r"^-?\d+(\.\d+)?$"


class Scaled(NamedTuple):
    """Numbers as integers: value = mantissa * 10**-scale; `known` is False where the number does not fit."""

    mantissa: Integers
    scale: Integers
    known: Mask


def read_scaled(texts: pl.Series) -> Scaled:
    """Plain decimal texts (n,) as integers; exponents and more than 17 digits are not known."""
    frame = pl.DataFrame({"text": texts}).select(
        mantissa=pl.col("text").str.replace(".", "", literal=True).cast(pl.Int64, strict=False),
        scale=pl.col("text").str.len_bytes().cast(pl.Int64)
        - pl.col("text").str.find(".", literal=True).cast(pl.Int64)
        - 1,
        known=pl.col("text").str.contains(_PLAIN) & (pl.col("text").str.len_bytes() <= MAX_DIGITS),
    )
    known = frame["known"].fill_null(value=False) & frame["mantissa"].is_not_null()
    return Scaled(frame["mantissa"].fill_null(0).to_numpy(), frame["scale"].fill_null(0).to_numpy(), known.to_numpy())


def bracket_floats(values: Floats, errors: Floats) -> tuple[Scaled, Scaled]:
    """The 12-digit decimals at both ends of value ± error; the true rounded value lies between them."""
    with np.errstate(all="ignore"):
        slack = errors + np.abs(values) * 2.0**-50
        return _round_derived(values - slack), _round_derived(values + slack)


def _round_derived(values: Floats) -> Scaled:
    size = np.abs(values)
    known = np.isfinite(size) & ((size == 0) | ((size > 1e-10) & (size < 1e17)))
    size = np.where(known & (size > 0), size, 1.0)
    scale = DERIVED_DIGITS - 1 - np.floor(np.log10(size)).astype(np.int64)
    units = _shift(size, scale)
    for wrong, step in ((units >= 1e12, -1), (units < 1e11, 1)):  # log10 is off by one next to a power of ten
        if wrong.any():
            scale = scale + np.where(wrong, step, 0)
            units = _shift(size, scale)
    mantissa = np.where(values == 0, 0, np.sign(np.where(known, values, 0)) * np.rint(units)).astype(np.int64)
    return Scaled(mantissa, scale, known)


def _shift(size: Floats, scale: Integers) -> Floats:
    power = _FLOAT_TENS[np.minimum(np.abs(scale), 22)]
    return np.where(scale >= 0, size * power, size / power)


def round_scaled(numbers: Scaled, how: Format) -> Scaled:
    """The numbers rounded half away from zero as `dp` or `sig` asks.

    The scale is then the decimals to show; a negative one stands for zeros before the point.
    """
    size = np.abs(numbers.mantissa)
    shown = numbers.scale if how.kind == "dp" else np.searchsorted(_TENS, size, side="right")
    drop = shown - how.digits
    rounded, fits = _drop_digits(size, drop)
    if how.kind == "sig":
        grown = rounded == _TENS[how.digits]  # 9.996 became 10.00, one digit too many
        rounded = np.where(grown, rounded // 10, rounded)
        drop = drop + grown
        drop = np.where(size == 0, numbers.scale, drop)
    return Scaled(np.sign(numbers.mantissa) * rounded, numbers.scale - drop, numbers.known & fits)


def _drop_digits(size: Integers, drop: Integers) -> tuple[Integers, Mask]:
    shrink = _TENS[np.clip(drop, 0, 18)]
    grow = _TENS[np.clip(-drop, 0, 18)]
    fits = (drop >= -18) & (size <= (10**MAX_DIGITS) // grow)
    rounded = np.where(drop > 18, 0, (size + np.where(drop > 0, shrink // 2, 0)) // shrink)
    return np.where(fits, rounded * np.where(fits, grow, 1), 0), fits


def write_scaled(numbers: Scaled) -> pl.Series:
    """The texts of rounded numbers (n,); null where not known."""
    size = np.abs(numbers.mantissa)
    scale = np.clip(numbers.scale, 0, 18)
    tens = _TENS[scale]
    whole = size // tens * _TENS[np.clip(-numbers.scale, 0, 18)]
    frame = {"whole": pl.Series(whole)}
    parts = [pl.col("whole").cast(pl.String)]
    if (numbers.mantissa < 0).any():
        frame["sign"] = take(pl.Series(["", "-"]), numbers.mantissa < 0)
        parts.insert(0, pl.col("sign"))
    if scale.any():
        frame["point"] = take(pl.Series(["", "."]), scale > 0)
        # One in front keeps the leading zeros of the fraction; the point takes its place.
        frame["fraction"] = pl.Series(size % tens + tens)
        parts += [pl.col("point"), pl.col("fraction").cast(pl.String).str.slice(1)]
    texts = pl.DataFrame(frame).select(pl.concat_str(parts)).to_series()
    fits = numbers.known & ((numbers.scale >= 0) | ((numbers.scale > -7) & (size < 10**12)))
    return texts if fits.all() else texts.set(pl.Series(~fits), None)


def format_texts(texts: pl.Series, how: Format) -> pl.Series:
    """Decimal texts (n,) in a number format, rounded from their digits; null where a text is no number."""
    written = write_scaled(round_scaled(read_scaled(texts), how))
    missing = np.flatnonzero((written.is_null() & texts.is_not_null()).to_numpy())
    if not missing.size:
        return written
    return written.scatter(missing, [_format_text(text, how) for text in take(texts, missing)])


def _format_text(text: str, how: Format) -> str | None:
    try:
        return format_number(read_decimal(text), how)
    except ValueError:
        return None


def format_floats(values: Floats, errors: Floats, how: Format) -> tuple[pl.Series, Mask]:
    """Derived values with their error bounds in a number format, and the mask of the rows it cannot be sure of."""
    low, high = (round_scaled(end, how) for end in bracket_floats(values, errors))
    sure = low.known & high.known & (low.mantissa == high.mantissa) & ((low.scale == high.scale) | (low.mantissa == 0))
    texts = write_scaled(low)
    return texts, ~sure | texts.is_null().to_numpy()


def measure_half_digits(texts: pl.Series, how: Format) -> Floats:
    """Half of the last digit shown in each number text (n,), as `numbers.half_last_digit`."""
    shown = texts.str.strip_chars_start("-")
    size = shown.str.len_bytes().cast(pl.Int64).fill_null(0).to_numpy()
    point = shown.str.find(".", literal=True).cast(pl.Int64).fill_null(-1).to_numpy()
    filled = np.maximum(0, size - how.digits) if how.kind == "sig" else np.zeros_like(size)
    place = np.where(point >= 0, size - point - 1, -filled)
    return 0.5 * 10.0 ** -place.astype(np.float64)
