from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apothecary.errors import PackError
from apothecary.packs.format import (
    format_numbers,
    join_list,
    parse_format,
    put_article,
    round_decimals,
    round_significant,
)


def spell(value: float, fmt: str) -> str:
    """The rule of docs/packs.md, written once more with Decimal."""
    kind, digits = parse_format(fmt)
    number = Decimal(value)
    if not number:
        return "0" if kind == "sig" else f"{Decimal(0):.{digits}f}"
    number = number.quantize(Decimal(1).scaleb(number.adjusted() - 11), ROUND_HALF_UP)
    places = digits if kind == "dp" else digits - 1 - number.adjusted()
    shown = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if kind == "sig" and shown.adjusted() > number.adjusted():
        places -= 1
    text = f"{shown:.{max(places, 0)}f}"
    return text.lstrip("-") if not Decimal(text) else text


@given(
    value=st.one_of(
        st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-9),
        st.integers(-(10**8), 10**8).map(lambda n: n / 1000),
        st.integers(-2000, 2000).map(lambda n: n / 8),
    ),
    fmt=st.sampled_from(["dp0", "dp1", "dp2", "dp3", "dp4", "sig1", "sig2", "sig3", "sig4", "int"]),
)
@example(value=1.005, fmt="dp2")
@example(value=2.675, fmt="dp2")
@example(value=9.996, fmt="sig3")
@example(value=0.0999999999999999, fmt="sig3")
def test_texts_follow_the_rule(value: float, fmt: str) -> None:
    assert format_numbers(np.array([value]), fmt).to_list() == [spell(value, fmt)]


@pytest.mark.parametrize(
    ("value", "fmt", "text"),
    [
        (0.125, "dp2", "0.13"),
        (-0.125, "dp2", "-0.13"),
        (-0.001, "dp2", "0.00"),
        (12345, "sig3", "12300"),
        (1.5, "sig3", "1.50"),
        (0.0, "sig3", "0"),
        (999.6, "sig3", "1000"),
    ],
    ids=str,
)
def test_known_texts(value: float, fmt: str, text: str) -> None:
    assert format_numbers(np.array([value]), fmt).to_list() == [text]


def test_many_sizes_at_once_keep_their_order_and_gaps() -> None:
    values = np.array([1234.5, np.nan, 0.00123, 12.0])
    assert format_numbers(values, "sig2").to_list() == ["1200", None, "0.0012", "12"]


def test_rounded_numbers_are_the_numbers_shown() -> None:
    values = np.array([1.005, 123456.0, -0.0456])
    assert round_decimals(values, 2).tolist() == [1.01, 123456.0, -0.05]
    assert round_significant(values, 2).tolist() == [1.0, 120000.0, -0.046]


@pytest.mark.parametrize("fmt", ["dp", "sig0", "f2", "dp99", ""])
def test_unknown_formats_are_refused(fmt: str) -> None:
    with pytest.raises(PackError):
        parse_format(fmt)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("antihistamine", "an antihistamine"),
        ("statin", "a statin"),
        ("unit", "a unit"),
        ("ester", "an ester"),
        ("euphoriant", "a euphoriant"),
        ("hourly dose", "an hourly dose"),
        ("ACE inhibitor", "an ACE inhibitor"),
    ],
)
def test_article(text: str, expected: str) -> None:
    assert put_article(pl.Series([text])).to_list() == [expected]


def test_lists_are_joined_as_one_says_them() -> None:
    lists = pl.Series([["a"], ["a", "b"], ["a", "b", "c"], None])
    assert join_list(lists).to_list() == ["a", "a and b", "a, b and c", None]
