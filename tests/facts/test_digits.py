from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apothecary.facts.digits import format_floats, format_texts, measure_half_digits
from apothecary.facts.numbers import Format, format_number, half_last_digit, read_decimal, round_derived

FORMATS = st.one_of(st.integers(0, 6).map(lambda n: Format("dp", n)), st.integers(1, 8).map(lambda n: Format("sig", n)))
DECIMALS = st.decimals(-(10**9), 10**9, places=6, allow_nan=False).map(lambda d: d.normalize())
TEXTS = DECIMALS.map(lambda d: f"{d:f}")
PLAIN = st.one_of(TEXTS, st.integers(-99999, 99999).map(lambda n: f"{n / 1000:.3f}"), st.just("0"), st.just("-0.00"))


@given(st.lists(PLAIN, min_size=1, max_size=20), FORMATS)
@example(["9.996", "0.0004", "-0.0004", "99.95", "12345", "0.000"], Format("sig", 3))
@example(["2.5", "-2.5", "0.5", "-0.4999"], Format("dp", 0))
def test_columns_of_texts_round_as_decimals_do(texts: list[str], how: Format) -> None:
    expected = [format_number(read_decimal(text), how) for text in texts]
    assert format_texts(pl.Series(texts), how).to_list() == expected


def test_texts_beyond_the_integers_are_left_to_decimal() -> None:
    texts = pl.Series(["1e-7", "123456789012345678.25", "x", None, "0.1234567890123456789"])
    found = format_texts(texts, Format("dp", 1)).to_list()
    assert found == ["0.0", "123456789012345678.3", None, None, "0.1"]


@given(st.lists(DECIMALS, min_size=1, max_size=20), FORMATS, st.floats(0, 1e-12), st.integers(-3, 3))
@example([Decimal("2.345"), Decimal("1.005"), Decimal("0.285"), Decimal("-0.5")], Format("dp", 2), 0.0, 1)
@example([Decimal("9.995"), Decimal("0.99949999")], Format("sig", 3), 1e-15, 1)
@example([Decimal("999999999.9995"), Decimal("1000"), Decimal(0)], Format("dp", 3), 1e-13, -1)
def test_a_float_is_decided_only_as_its_decimal_is(
    decimals: list[Decimal], how: Format, relative: float, ulps: int
) -> None:
    exact = np.array([float(value) for value in decimals])
    values = exact + ulps * np.spacing(exact)
    errors = np.abs(exact) * relative + 4 * np.spacing(np.abs(exact))
    texts, unsure = format_floats(values, errors, how)
    for value, text, doubt in zip(decimals, texts, unsure, strict=True):
        assert doubt or text == format_number(round_derived(value), how)


@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=20), st.integers(0, 4))
def test_ties_of_short_decimals_are_decided(numbers: list[int], places: int) -> None:
    """What a pack computes is mostly a short decimal: it must not be left to the slow path."""
    decimals = [Decimal(number).scaleb(-places - 1) for number in numbers]
    values = np.array([float(value) for value in decimals])
    texts, unsure = format_floats(values, np.abs(values) * 2.0**-50, Format("dp", places))
    assert not unsure.any()
    assert texts.to_list() == [format_number(value, Format("dp", places)) for value in decimals]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 1e-300])
def test_what_does_not_fit_is_left_to_decimal(value: float) -> None:
    _, unsure = format_floats(np.array([value]), np.array([0.0]), Format("dp", 2))
    assert unsure.all()


@given(st.lists(TEXTS, min_size=1, max_size=10), FORMATS)
def test_half_digits_of_columns(texts: list[str], how: Format) -> None:
    shown = [format_number(read_decimal(text), how) for text in texts]
    expected = [half_last_digit(text, how) for text in shown]
    assert measure_half_digits(pl.Series(shown), how) == pytest.approx(expected, rel=1e-14)
