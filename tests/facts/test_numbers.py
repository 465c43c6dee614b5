from __future__ import annotations

from decimal import Decimal

import pytest

from apothecary.facts.numbers import (
    Format,
    format_number,
    half_last_digit,
    parse_format,
    read_decimal,
    round_derived,
)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("2.345", "dp2", "2.35"),
        ("-2.345", "dp2", "-2.35"),
        ("2.5", "int", "3"),
        ("-0.004", "dp2", "0.00"),
        ("-0.4", "int", "0"),
        ("7", "dp2", "7.00"),
        ("1.5", "sig3", "1.50"),
        ("12345", "sig3", "12300"),
        ("9.996", "sig3", "10.0"),
        ("999.6", "sig3", "1000"),
        ("0.00012345", "sig3", "0.000123"),
        ("0.00", "sig3", "0"),
        ("-0.0999", "sig2", "-0.10"),
        ("1e-7", "dp2", "0.00"),
        ("123456789012.5", "int", "123456789013"),
    ],
)
def test_numbers_are_rounded_half_away_from_zero(value: str, form: str, text: str) -> None:
    assert format_number(read_decimal(value), parse_format(form)) == text


def test_a_derived_value_loses_its_binary_fraction_first() -> None:
    assert format_number(round_derived(Decimal(sum([0.1, 0.2])) * 5), parse_format("int")) == "2"
    assert format_number(round_derived(Decimal(float("1.005"))), parse_format("dp2")) == "1.01"


@pytest.mark.parametrize("text", ["", "abc", "1,000", "١", "1.", ".5", "nan", "inf", "1e999", " 1"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_decimal(text)


@pytest.mark.parametrize("text", ["dp", "sig0", "money", "dp2 ", "2dp", ""])
def test_unknown_formats_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        parse_format(text)


def test_int_is_no_decimals() -> None:
    assert parse_format("int") == Format("dp", 0)


@pytest.mark.parametrize(
    ("text", "form", "half"),
    [
        ("1.50", "sig3", 0.005),
        ("12300", "sig3", 50.0),
        ("-7", "dp0", 0.5),
        ("0.123", "raw", 0.0005),
        ("0", "sig3", 0.5),
    ],
)
def test_half_of_the_last_digit(text: str, form: str, half: float) -> None:
    assert half_last_digit(text, parse_format(form)) == pytest.approx(half, rel=1e-14)
