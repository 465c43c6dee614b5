from __future__ import annotations

from decimal import Decimal

import pytest

from apothecary.facts.arithmetic import (
    UndefinedValueError,
    Value,
    evaluate,
    list_names,
    parse_expression,
    read_number,
)

VALUES: dict[tuple[str | None, str], Value] = {
    (None, "x"): Decimal("0.1"),
    (None, "n"): Decimal(3),
    ("a", "mw"): Decimal("180.159"),
    (None, "word"): "Yes",
}


def work_out(text: str) -> Value:
    return evaluate(parse_expression(text), lambda role, name: VALUES[role, name])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x + 0.2", "0.3"),
        ("1 - 0.9", "0.1"),
        ("-n ** 2", "-9"),
        ("2 ** 0.5 * 2 ** 0.5 == 2", "1"),
        ("1 / 3 * 3 >= 1", "1"),
        ("n > 2 and not n > 3", "1"),
        ("n > 5 or x < 0", "0"),
        ("1 < n < 3", "0"),
        ("where(n == 3, 10, 1 / 0)", "10"),
        ("abs(x - 1)", "0.9"),
        ("min(n, 2, 5) + max(1, 2)", "4"),
        ("sqrt(16) + floor(2.7) + ceil(2.1)", "9"),
        ("ceil(1 / 0.04)", "25"),
        ("floor(1 / 3 * 3)", "1"),
        ("ln(exp(1))", "1"),
        ("log10(1000)", "3"),
        ("dp(a.mw, 1)", "180.2"),
        ("dp(2.675, 2)", "2.68"),
        ("sig(12345, 2)", "12000"),
    ],
)
def test_values_are_exact(text: str, value: str) -> None:
    found = work_out(text)
    assert isinstance(found, Decimal)
    assert abs(found - Decimal(value)) < Decimal("1e-30")


def test_where_chooses_between_texts() -> None:
    assert work_out("where(n > 2, 'Yes', 'No')") == "Yes"
    assert work_out("where(word == 'Yes', 1, 0)") == 1


@pytest.mark.parametrize(
    "text", ["1 / 0", "ln(0)", "ln(0 - 1)", "sqrt(0 - 1)", "(0 - 1) ** 0.5", "word + 1", "word < 'Z'", "10 ** 10 ** 10"]
)
def test_what_has_no_value_says_so(text: str) -> None:
    with pytest.raises(UndefinedValueError):
        work_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "open('x')",
        "x.y.z",
        "x[0]",
        "lambda: 1",
        "[1]",
        "1 if x else 2",
        "x // 2",
        "x % 2",
        "x & 1",
        "True",
        "f'{x}'",
        "round(x)",
        "abs()",
        "abs(x, x)",
        "max(*x)",
        "dp(x, digits=2)",
        "x in y",
        "x := 1",
        "1 +",
        "",
        "b'x'",
        "...",
    ],
)
def test_nothing_else_parses(text: str) -> None:
    with pytest.raises(ValueError):
        parse_expression(text)


def test_names_come_with_their_roles() -> None:
    assert list_names(parse_expression("where(a.mw > b.mw, x, ln(x))")) == [
        ("a", "mw"),
        ("b", "mw"),
        (None, "x"),
        (None, "x"),
    ]


def test_a_leaf_must_be_a_number() -> None:
    assert read_number("-35.5") == Decimal("-35.5")
    with pytest.raises(UndefinedValueError):
        read_number("c1ccccc1")
