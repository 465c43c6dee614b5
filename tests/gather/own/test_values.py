"""Cells, limits and replicates of a user's measurements."""

from __future__ import annotations

import pytest

from apothecary.errors import RecipeError
from apothecary.gather.own.values import (
    FactColumn,
    Value,
    count_digits,
    find_negative_logarithm,
    join_values,
    name_mean,
    parse_fact,
    read_value,
)

IC50 = FactColumn("ic50", "IC50", "nM", "IC50")
LOGD = FactColumn("logd", "logD", None, "LogD")


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("ic50[nM]=IC50 (nM)", FactColumn("ic50", "IC50", "nM", "IC50 (nM)")),
        ("Ki[uM]=Ki", FactColumn("ki", "Ki", "µM", "Ki")),
        ("logd[]=a=b", FactColumn("logd", "logD", None, "a=b")),
        ("plasma protein binding[%]=PPB", FactColumn("plasma_protein_binding", "plasma protein binding", "%", "PPB")),
        ("half_life[h]=t", FactColumn("half_life", "half life", "h", "t")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fact_is_a_name_a_unit_and_a_column(text: str, fact: FactColumn) -> None:
    assert parse_fact(text) == fact


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ic50=IC50", "has no unit"),
        ("ic50[nM]", "says no fact and column"),
        ("[nM]=IC50", "says no fact and column"),
        ('ic50[n"M]=IC50', "a sign that wordings use"),
    ],
)
def test_a_fact_without_a_part_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message) as caught:
        parse_fact(text)
    assert "ic50[nM]=IC50" in caught.value.hint


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.50", Value("12.50")),
        ("1e-3", Value("0.001")),
        ("+7.", Value("7")),
        (">10000", Value("10000", ">")),
        ("<= 0.5", Value("0.5", "≤")),
        ("~30", Value("30", "~")),
        ("abc", "not a number"),
        ("10,5", "not a number"),
        ("12 nM", "not a number"),
        ("0", "not above zero"),
        ("-3", "not above zero"),
        ("nan", "not a number"),
    ],
)
def test_a_cell_is_a_number_a_limit_or_nothing(cell: str, value: Value | str) -> None:
    assert read_value(cell, IC50) == value


def test_what_is_no_concentration_may_be_below_zero() -> None:
    assert read_value("-0.70", LOGD) == Value("-0.70")
    assert read_value("0", LOGD) == Value("0")


@pytest.mark.parametrize(
    ("texts", "fact", "value"),
    [
        (["12.5"], IC50, "12.5"),
        (["10", "1000"], IC50, None),
        (["10", "90"], IC50, "30"),
        (["20", "5"], IC50, "10"),
        (["1234", "1236"], IC50, "1235"),
        (["1.2", "0.45"], LOGD, "0.82"),
        (["-1", "2"], LOGD, "0"),
    ],
    ids=["one", "far apart", "geometric", "geometric in any order", "digits kept", "arithmetic", "through zero"],
)
def test_replicates_give_one_value(texts: list[str], fact: FactColumn, value: str | None) -> None:
    assert join_values(texts, fact) == value


def test_a_mean_is_called_one() -> None:
    assert [name_mean(1, IC50), name_mean(3, IC50), name_mean(2, LOGD)] == ["", "geometric mean of 3", "mean of 2"]


@pytest.mark.parametrize(("text", "digits"), [("0.050", 2), ("12.50", 4), ("100", 3), ("0", 1), ("-7.1", 2)])
def test_digits_are_counted(text: str, digits: int) -> None:
    assert count_digits(text) == digits


@pytest.mark.parametrize(("text", "powers", "p"), [("25", 9, "7.60"), ("0.5", 9, "9.30"), ("1", 6, "6.00")])
def test_negative_logarithms(text: str, powers: int, p: str) -> None:
    assert find_negative_logarithm(text, powers) == p
