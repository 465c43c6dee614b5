"""A checked expression and columns in, one column out: the renderer's side of the arithmetic of docs/packs.md.

Numbers are float64 arrays (n,), missing values NaN; texts are Polars series (n,). A condition is 1.0 or 0.0.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import PackError
from apothecary.packs.format import round_decimals, round_significant

Column = NDArray[np.float64] | pl.Series
Lookup = Callable[[str | None, str], Column]

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# Each takes two numbers and whether they are the same once 12 digits are taken.
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any, Any], Any]] = {
    ast.Lt: lambda one, two, same: (one < two) & ~same,
    ast.LtE: lambda one, two, same: (one < two) | same,
    ast.Gt: lambda one, two, same: (one > two) & ~same,
    ast.GtE: lambda one, two, same: (one > two) | same,
    ast.Eq: lambda one, two, same: same,
    ast.NotEq: lambda one, two, same: ~same,
}
_SAME = 1e-12
_UNARY: dict[str, Callable[[NDArray[np.float64]], Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "ln": np.log,
    "log10": np.log10,
    "exp": np.exp,
    "floor": lambda values: np.floor(snap_whole(values)),
    "ceil": lambda values: np.ceil(snap_whole(values)),
}


def evaluate(expression: ast.expr, lookup: Lookup, rows: int) -> Column:
    """The value of `expression` for each of `rows` rows; `lookup(role or None, name)` gives a column.

    Division by zero and logarithms of what is not positive give NaN or infinity, which `draw` refuses to render.
    """
    with np.errstate(all="ignore"):
        return _Evaluation(lookup, rows).value(expression)


def snap_whole(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """`values` (n,) with those that are a whole number once 12 digits are taken made that number."""
    whole = np.rint(values)
    return np.where(np.abs(values - whole) <= _SAME * np.abs(values), whole, values)


class _Evaluation:
    def __init__(self, lookup: Lookup, rows: int) -> None:
        self.lookup = lookup
        self.rows = rows

    def value(self, node: ast.expr) -> Column:
        match node:
            case ast.Constant(value=str() as text):
                return pl.Series([text]).new_from_index(0, self.rows)
            case ast.Constant(value=(bool() | int() | float()) as number):
                return np.full(self.rows, float(number))
            case ast.Name(id=name):
                return self.lookup(None, name)
            case ast.Attribute(value=ast.Name(id=role), attr=name):
                return self.lookup(role, name)
            case ast.BinOp(left=left, op=op, right=right):
                return np.asarray(_BINARY[type(op)](self.number(left), self.number(right)), dtype=np.float64)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.number(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return (~self.truth(operand)).astype(np.float64)
            case ast.BoolOp(op=op, values=values):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return np.asarray(join.reduce([self.truth(v) for v in values]), dtype=np.float64)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self.compare(left, ops, comparators)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
        raise PackError(f"cannot evaluate {ast.unparse(node)!r}", expected="the arithmetic of docs/packs.md")

    def number(self, node: ast.expr) -> NDArray[np.float64]:
        value = self.value(node)
        if isinstance(value, pl.Series):
            raise PackError(f"{ast.unparse(node)!r} is a text where a number is needed")
        return value

    def truth(self, node: ast.expr) -> NDArray[np.bool_]:
        value = self.number(node)
        return np.asarray((value != 0) & ~np.isnan(value))

    def compare(self, left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr]) -> Column:
        if isinstance(comparators[0], ast.Constant) and isinstance(comparators[0].value, str):
            texts, wanted = self.value(left), comparators[0].value
            if not isinstance(texts, pl.Series):
                raise PackError(f"{ast.unparse(left)!r} is a number where a text is compared")
            same = (texts == wanted).fill_null(value=False).to_numpy()
            known = texts.is_not_null().to_numpy()
            return (same if isinstance(ops[0], ast.Eq) else known & ~same).astype(np.float64)
        sides = [self.number(node) for node in (left, *comparators)]
        result = np.ones(self.rows, dtype=bool)
        for op, one, two in zip(ops, sides, sides[1:], strict=False):
            result &= _COMPARE[type(op)](one, two, np.abs(one - two) <= _SAME * np.maximum(np.abs(one), np.abs(two)))
        return result.astype(np.float64)

    def call(self, name: str, args: list[ast.expr]) -> Column:
        if name in _UNARY:
            return np.asarray(_UNARY[name](self.number(args[0])), dtype=np.float64)
        if name in ("min", "max"):
            pick = np.minimum if name == "min" else np.maximum
            return np.asarray(pick.reduce([self.number(arg) for arg in args]), dtype=np.float64)
        if name in ("dp", "sig"):
            digits = int(self.number(args[1])[0]) if self.rows else 0
            return (round_decimals if name == "dp" else round_significant)(self.number(args[0]), digits)
        if name == "where":
            condition, one, two = self.truth(args[0]), self.value(args[1]), self.value(args[2])
            if isinstance(one, pl.Series) and isinstance(two, pl.Series):
                return one.zip_with(pl.Series(condition), two)
            if isinstance(one, pl.Series) or isinstance(two, pl.Series):
                raise PackError("where() chooses between a text and a number", expected="two texts or two numbers")
            return np.where(condition, one, two)
        raise PackError(f"unknown function {name!r}")
