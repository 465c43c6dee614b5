"""Decimal numbers one at a time: read, rounded half away from zero, and written as a pack's formats ask.

This is the checker's own rounding (docs/packs.md, Rounding). `digits.py` does the same for whole columns; a test holds
the two together.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import NamedTuple

WORKING_DIGITS = 34
DERIVED_DIGITS = 12

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
WORKING = Context(prec=WORKING_DIGITS, rounding=ROUND_HALF_UP, traps=_TRAPS)
_DERIVED = Context(prec=DERIVED_DIGITS, rounding=ROUND_HALF_UP, traps=_TRAPS)
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP, traps=_TRAPS)
_DECIMAL = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d{1,2})?", re.ASCII)
_FORMAT = re.compile(r"(dp|sig)(\d{1,2})|(int|raw|an|list|lines|inline)")


class Format(NamedTuple):
    """A slot's format: its kind (dp, sig, raw, an, list, lines, inline) and its digits."""

    kind: str
    digits: int = 0


RAW = Format("raw")


def parse_format(text: str) -> Format:
    """`dp2`, `sig3`, `int`, `raw` and so on to a Format; ValueError for anything else. `int` is `dp0`."""
    match = _FORMAT.fullmatch(text)
    if match is None or match[0] == "sig0":
        raise ValueError(f"unknown format {text!r}")
    if match[1]:
        return Format(match[1], int(match[2]))
    return Format("dp", 0) if match[3] == "int" else Format(match[3])


def read_decimal(text: str) -> Decimal:
    """The exact value of a decimal text; ValueError when it is no number."""
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no decimal number")
    return Decimal(text)


def round_derived(value: Decimal) -> Decimal:
    """The value to 12 significant digits, so that the last binary digits of a computation do not decide."""
    return _DERIVED.plus(value)


def round_places(value: Decimal, places: int) -> Decimal:
    """The value to so many decimals, half away from zero; never minus zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), context=_WIDE)
    return rounded if rounded else abs(rounded)


def round_significant(value: Decimal, digits: int) -> Decimal:
    """The value to so many significant digits, trailing zeros kept; zero stays 0."""
    if not value:
        return Decimal(0)
    place = value.adjusted() - digits + 1
    rounded = value.quantize(Decimal(1).scaleb(place), context=_WIDE)
    if rounded.adjusted() > value.adjusted():  # 9.996 became 10.00, one digit too many
        rounded = rounded.quantize(Decimal(1).scaleb(place + 1), context=_WIDE)
    return rounded


def format_number(value: Decimal, how: Format) -> str:
    """The value as `dp` or `sig` writes it: plain digits, no exponent, no thousands separator."""
    if how.kind == "dp":
        return f"{round_places(value, how.digits):f}"
    if how.kind == "sig":
        return f"{round_significant(value, how.digits):f}"
    raise ValueError(f"a number has no format {how.kind!r}")


def half_last_digit(text: str, how: Format) -> float:
    """Half of the last digit shown in a number; for `sig` the last significant one (`12300` to three digits: 50)."""
    whole, _, fraction = text.lstrip("-").partition(".")
    place = len(fraction)
    if how.kind == "sig" and not fraction:
        place = -max(0, len(whole) - how.digits)
    return 0.5 * 10.0**-place
