from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from apothecary.errors import PackError
from apothecary.packs.arithmetic import parse_expression
from apothecary.packs.evaluate import Column, evaluate

NUMBERS = {"x": np.array([1.0, 4.0, np.nan]), "y": np.array([2.0, 0.0, 1.0])}
TEXTS = {"kind": pl.Series(["acid", "base", None])}


def look_up(role: str | None, name: str) -> Column:
    if role == "b":
        return NUMBERS[name] * 10
    return NUMBERS[name] if name in NUMBERS else TEXTS[name]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x + 2 * y", [5.0, 4.0]),
        ("b.x - x", [9.0, 36.0]),
        ("-x ** 2", [-1.0, -16.0]),
        ("max(x, y) / min(x, 2)", [2.0, 2.0]),
        ("sqrt(x) + log10(100) + ln(exp(1)) + abs(-1)", [5.0, 6.0]),
        ("floor(x / 3) + ceil(x / 3)", [1.0, 3.0]),
        ("where(x > 2, 1, 0)", [0.0, 1.0]),
        ("ceil(x / (0.12 - 0.10))", [50.0, 200.0]),
        ("(x * 0.3 >= x * (0.1 + 0.2)) + (0.1 + 0.2 == 0.3)", [2.0, 2.0]),
        ("(x > 2) + (y >= 2)", [1.0, 1.0]),
        ("not (x > 2) and y == 2", [1.0, 0.0]),
        ("dp(x / 3, 2)", [0.33, 1.33]),
        ("sig(x / 3, 1)", [0.3, 1.0]),
    ],
    ids=str,
)
def test_values(expression: str, expected: list[float]) -> None:
    result = evaluate(parse_expression(expression), look_up, 3)
    assert isinstance(result, np.ndarray)
    assert result[:2].tolist() == pytest.approx(expected)


def test_texts_are_chosen_row_by_row() -> None:
    result = evaluate(parse_expression("where(x > 2, 'met', where(y > 1, 'near', 'not met'))"), look_up, 3)
    assert isinstance(result, pl.Series)
    assert result.to_list() == ["near", "met", "not met"]


def test_a_missing_value_meets_no_condition() -> None:
    assert evaluate(parse_expression("x > 0"), look_up, 3).tolist() == [1.0, 1.0, 0.0]


def test_text_and_number_do_not_mix() -> None:
    with pytest.raises(PackError, match="where"):
        evaluate(parse_expression("where(x > 2, 'met', 3)"), look_up, 3)
