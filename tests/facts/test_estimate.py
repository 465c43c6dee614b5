from __future__ import annotations

import ast
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apothecary.facts.arithmetic import UndefinedValueError, evaluate, parse_expression
from apothecary.facts.digits import format_floats
from apothecary.facts.estimate import Column, Estimate, Estimator, Labels, read_leaf
from apothecary.facts.numbers import Format, format_number, round_derived

NUMBER = st.one_of(
    st.integers(-20, 200).map(str), st.integers(-999_999, 9_999_999).map(lambda n: f"{Decimal(n).scaleb(-4):f}")
)
LEAF = st.sampled_from(["x", "y", "1000", "0.1", "2", "0.5", "180.16"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    compare = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner)
    condition = compare.map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    logic = st.tuples(condition, st.sampled_from(["and", "or"]), condition).map(lambda t: f"({t[0]} {t[1]} not {t[2]})")
    choice = st.tuples(st.one_of(condition, logic), inner, inner).map(lambda t: f"where({t[0]}, {t[1]}, {t[2]})")
    unary = st.tuples(st.sampled_from(["abs", "sqrt", "ln", "log10", "floor", "ceil", "-"]), inner)
    rounded = st.tuples(st.sampled_from(["dp", "sig"]), inner, st.integers(1, 4)).map(
        lambda t: f"{t[0]}({t[1]}, {t[2]})"
    )
    power = st.tuples(inner, st.sampled_from(["2", "0.5"])).map(lambda t: f"({t[0]} ** {t[1]})")
    extreme = st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
    small = inner.map(lambda t: f"exp({t} / 100000)")
    named = unary.map(lambda t: f"{t[0]}({t[1]})")
    return st.one_of(binary, binary, condition, choice, named, rounded, power, extreme, small)


EXPRESSION = st.recursive(LEAF, grow, max_leaves=7)


def work_out(text: str, x: str, y: str) -> Decimal | str | None:
    leaves = {"x": Decimal(x), "y": Decimal(y)}
    try:
        return evaluate(parse_expression(text), lambda _, name: leaves[name])
    except UndefinedValueError:
        return None


def estimate(text: str, x: str, y: str) -> tuple[Column, bool]:
    leaves = {name: read_leaf(np.array([float(value)]), short=True) for name, value in (("x", x), ("y", y))}
    estimator = Estimator(1, lambda _, name: leaves[name])
    column = estimator.evaluate(parse_expression(text))
    return column, bool(estimator.doubt[0])


@settings(max_examples=400)
@given(EXPRESSION, NUMBER, NUMBER, st.sampled_from([Format("dp", 2), Format("dp", 0), Format("sig", 3)]))
@example("where((x < (x ** 0.5)), x, x)", "-1", "0", Format("dp", 2))
def test_what_is_not_doubtful_is_exact(text: str, x: str, y: str, how: Format) -> None:
    column, doubt = estimate(text, x, y)
    if doubt:
        return
    assert isinstance(column, Estimate)
    exact = work_out(text, x, y)
    assert isinstance(exact, Decimal)
    bound = Decimal(float(column.error[0])) + abs(exact) * Decimal("1e-30")
    assert abs(exact - Decimal(float(column.value[0]))) <= bound
    texts, unsure = format_floats(column.value, column.error, how)
    assert unsure[0] or texts[0] == format_number(round_derived(exact), how)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x * y / 1000", 0.625),
        ("where(x == 2.5, 1, 0)", 1.0),
        ("x * 2 <= 5", 1.0),
        ("x / 10 == 0.25", 1.0),
        ("ceil(1 / 0.04)", 25.0),
        ("ceil(1 / (0.12 - 0.10))", 50.0),
        ("floor(y * 0.1 * 10)", 250.0),
        ("dp(1.005, 2) * 100", 101.0),
        ("dp(194.194, 2) - dp(180.159, 2) == 14.03", 1.0),
        ("(x > 2) + (y > 2) + (x > 100)", 2.0),
        ("max(0, 5 - y)", 0.0),
        ("where(x / 10 <= min(y * 1000, x / 10), 1, 0)", 1.0),
    ],
)
def test_everyday_sums_are_decided(text: str, value: float) -> None:
    column, doubt = estimate(text, "2.5", "250")
    assert not doubt
    assert isinstance(column, Estimate)
    assert column.value[0] == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    "text", ["1 / (x - 2.5)", "ln(x - 3)", "sqrt(x - 3)", "where(x > 1, 'a', 2)", "'a' + 1", "(x - 3) ** 0.5"]
)
def test_what_has_no_value_is_doubtful(text: str) -> None:
    assert estimate(text, "2.5", "250")[1]


def test_texts_are_chosen_row_by_row() -> None:
    values = read_leaf(np.array([1.0, 2.0, 3.0]), short=True)
    estimator = Estimator(3, lambda _, __: values)
    tree: ast.expr = parse_expression("where(x == 1, 'one', where(x == 2, 'two', 'many'))")
    column = estimator.evaluate(tree)
    assert isinstance(column, Labels)
    assert [column.labels[code] for code in column.codes] == ["one", "two", "many"]
    assert not estimator.doubt.any()
