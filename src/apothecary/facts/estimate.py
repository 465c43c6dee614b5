"""The arithmetic of `arithmetic.py` over whole columns, in floats that carry a bound of their error.

It never decides what it cannot be sure of: a comparison, a floor or a rounding whose outcome lies within the error
marks the row as doubtful, and doubtful rows are left to Decimal. So a fast answer is the exact answer.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apothecary.facts.digits import Floats, Integers, Mask, bracket_floats, round_scaled
from apothecary.facts.numbers import Format

_EPSILON = 2.0**-51  # two units in the last place: one for the operation, one to spare
_EXACT = 2.0**53
_ORDERS: dict[type[ast.cmpop], Callable[[Floats, int], Mask]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


@dataclass(frozen=True)
class Estimate:
    """Numbers (n,) or (1,) with a bound of their absolute error; an error of 0 says: exact, and an integer.

    `leaf` says that the floats are decimals of at most 15 digits, read as such: these compare as their decimals do.
    """

    value: Floats
    error: Floats
    leaf: bool = False


@dataclass(frozen=True)
class Labels:
    """Texts chosen by a condition: codes (n,) or (1,) into labels."""

    codes: Integers
    labels: tuple[str, ...]


Column = Estimate | Labels
ColumnLookup = Callable[[str | None, str], Column]


def read_leaf(values: Floats, short: bool) -> Estimate:
    """Numbers read from decimal texts; `short` when none has more than 15 digits."""
    exact = (values == np.rint(values)) & (np.abs(values) < _EXACT)
    return Estimate(values, np.where(exact, 0.0, np.abs(values) * _EPSILON), leaf=short)


class Estimator:
    """Evaluates checked trees over columns; `doubt` (n,) collects the rows it is not sure of."""

    def __init__(self, rows: int, lookup: ColumnLookup) -> None:
        self.doubt: Mask = np.zeros(rows, dtype=bool)
        self._lookup = lookup

    def evaluate(self, tree: ast.expr) -> Column:
        """The column of a checked tree; rows without a value are doubtful."""
        with np.errstate(all="ignore"):
            column = self._evaluate(tree)
            if isinstance(column, Estimate):
                self.doubt |= ~np.isfinite(column.value) | ~np.isfinite(column.error)
            return column

    def _evaluate(self, node: ast.expr) -> Column:
        match node:
            case ast.Constant(value) if isinstance(value, str):
                return Labels(np.zeros(1, dtype=np.int64), (value,))
            case ast.Constant(value):
                return read_leaf(np.array([float(value)]), short=len(repr(value)) <= 15)  # type: ignore[arg-type]
            case ast.Name(name):
                return self._lookup(None, name)
            case ast.Attribute(ast.Name(role), name):
                return self._lookup(role, name)
            case ast.BinOp(left, op, right):
                return self._combine(op, self._number(left), self._number(right))
            case ast.UnaryOp(ast.Not(), operand):
                return _as_number(~self._truth(operand))
            case ast.UnaryOp(op, operand):
                x = self._number(operand)
                return Estimate(-x.value, x.error, x.leaf) if isinstance(op, ast.USub) else x
            case ast.BoolOp(op, values):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                truths = [self._truth(value) for value in values]
                whole = truths[0]
                for truth in truths[1:]:
                    whole = join(whole, truth)
                return _as_number(whole)
            case ast.Compare(left, ops, comparators):
                terms = [self._evaluate(term) for term in (left, *comparators)]
                held = np.ones(1, dtype=bool)
                for sign, one, two in zip(ops, terms, terms[1:], strict=False):
                    held = held & self._compare(sign, one, two)
                return _as_number(held)
            case ast.Call(ast.Name(name), args):
                return self._call(name, args)
        raise ValueError(f"{ast.unparse(node)!r} was not checked")

    def _number(self, node: ast.expr) -> Estimate:
        column = self._evaluate(node)
        if isinstance(column, Labels):
            self.doubt[:] = True
            return Estimate(np.zeros(1), np.zeros(1))
        return column

    def _truth(self, node: ast.expr) -> Mask:
        x = self._number(node)
        self._doubt_undefined(x)
        self.doubt |= (x.error > 0) & (np.abs(x.value) <= x.error)
        return np.asarray(x.value != 0)

    def _doubt_undefined(self, x: Estimate) -> None:
        """What has no value must not decide a condition: the square root of -1 is neither above nor below anything."""
        self.doubt |= ~(np.isfinite(x.value) & np.isfinite(x.error))

    def _combine(self, op: ast.operator, x: Estimate, y: Estimate) -> Estimate:
        match op:
            case ast.Add():
                return _settle(x.value + y.value, x.error + y.error, x, y)
            case ast.Sub():
                return _settle(x.value - y.value, x.error + y.error, x, y)
            case ast.Mult():
                spread = np.abs(x.value) * y.error + np.abs(y.value) * x.error + x.error * y.error
                return _settle(x.value * y.value, spread, x, y)
            case ast.Div():
                value = x.value / y.value
                room = np.abs(y.value) - y.error
                error = (x.error + np.abs(value) * y.error) / room + np.abs(value) * _EPSILON
                return Estimate(value, np.where(room > 0, error, np.inf))
        value = np.power(x.value, y.value)
        relative = np.abs(y.value) * x.error / x.value + np.abs(np.log(x.value)) * y.error
        error = np.abs(value) * (2 * relative + 4 * _EPSILON)
        safe = (x.value > 0) & (relative < 0.01) & (x.error < 0.01 * x.value)
        return Estimate(value, np.where(safe, error, np.inf))

    def _compare(self, op: ast.cmpop, x: Column, y: Column) -> Mask:
        if isinstance(x, Labels) or isinstance(y, Labels):
            self.doubt[:] = True
            return np.zeros(1, dtype=bool)
        self._doubt_undefined(x)
        self._doubt_undefined(y)
        order = np.asarray(np.sign(x.value - y.value))
        if not (x.leaf and y.leaf):
            close = np.abs(x.value - y.value) <= x.error + y.error + 1e-11 * np.maximum(
                np.abs(x.value), np.abs(y.value)
            )
            close &= (x.error > 0) | (y.error > 0)
            if close.any():
                order = self._order_close(np.broadcast_to(close, self.doubt.shape), order, x, y)
        return np.asarray(_ORDERS[type(op)](order, 0))

    def _order_close(self, close: Mask, order: Floats, x: Estimate, y: Estimate) -> Floats:
        """Orders for nearly equal rows: decided where both round to one 12-digit decimal, doubtful elsewhere."""
        rows = np.flatnonzero(close)
        sides = [[np.broadcast_to(part, close.shape)[rows] for part in (side.value, side.error)] for side in (x, y)]
        (low, high), (other, other_high) = (bracket_floats(value, error) for value, error in sides)
        known = low.known & high.known & other.known & other_high.known
        same = (low.mantissa == high.mantissa) & (other.mantissa == other_high.mantissa)
        same &= (low.scale == high.scale) & (other.scale == other_high.scale)
        equal = (low.mantissa == other.mantissa) & ((low.scale == other.scale) | (low.mantissa == 0))
        self.doubt[rows[~(known & same & equal)]] = True
        settled = np.array(np.broadcast_to(order, close.shape))
        settled[rows] = 0.0
        return settled

    def _call(self, name: str, args: list[ast.expr]) -> Column:
        if name == "where":
            return self._choose(args)
        if name in ("dp", "sig"):
            return self._round(self._number(args[0]), Format(name, int(ast.literal_eval(args[1]))))
        parts = [self._number(arg) for arg in args]
        x = parts[0]
        match name:
            case "abs":
                return Estimate(np.abs(x.value), x.error, x.leaf)
            case "min" | "max":
                return _pick_extreme(np.minimum if name == "min" else np.maximum, parts)
            case "sqrt":
                value = np.sqrt(x.value)
                error = x.error / np.sqrt(np.maximum(x.value - x.error, 0)) + value * 4 * _EPSILON
                return Estimate(value, np.where(x.value > x.error, error, np.where(x.error == 0, 0.0, np.inf)))
            case "ln" | "log10":
                value = np.log(x.value) if name == "ln" else np.log10(x.value)
                error = x.error / (x.value - x.error) + np.abs(value) * 4 * _EPSILON
                return Estimate(value, np.where(x.value > x.error, error, np.inf))
            case "exp":
                value = np.exp(x.value)
                return Estimate(value, value * (np.expm1(x.error) + 4 * _EPSILON))
        return self._cut(x, up=name == "ceil")

    def _choose(self, args: list[ast.expr]) -> Column:
        condition = self._truth(args[0])
        x, y = self._evaluate(args[1]), self._evaluate(args[2])
        if isinstance(x, Labels) and isinstance(y, Labels):
            codes = np.where(condition, x.codes, y.codes + len(x.labels))
            return Labels(codes, x.labels + y.labels)
        if isinstance(x, Estimate) and isinstance(y, Estimate):
            value, error = np.where(condition, x.value, y.value), np.where(condition, x.error, y.error)
            return Estimate(value, error, x.leaf and y.leaf)
        self.doubt[:] = True
        return Estimate(np.zeros(1), np.zeros(1))

    def _round(self, x: Estimate, how: Format) -> Estimate:
        low, high = (round_scaled(end, how) for end in bracket_floats(x.value, x.error))
        same = (low.mantissa == high.mantissa) & ((low.scale == high.scale) | (low.mantissa == 0))
        self.doubt |= ~(low.known & high.known & same & (np.abs(low.mantissa) < _EXACT) & (np.abs(low.scale) <= 22))
        power = 10.0 ** np.abs(low.scale).astype(np.float64)
        value = np.where(low.scale >= 0, low.mantissa / power, low.mantissa * power)
        return read_leaf(value, short=bool((np.abs(low.mantissa) < 10**15).all()))

    def _cut(self, x: Estimate, up: bool) -> Estimate:
        """floor or ceil of the 12-digit value."""
        ends = []
        for end in bracket_floats(x.value, x.error):
            size = 10 ** np.clip(end.scale, 0, 18)
            whole = -(-end.mantissa // size) if up else end.mantissa // size
            self.doubt |= ~(end.known & (end.scale >= 0) & (end.scale <= 18))
            ends.append(whole)
        self.doubt |= ends[0] != ends[1]
        return Estimate(ends[0].astype(np.float64), np.zeros(ends[0].shape), leaf=True)


def _as_number(truth: Mask) -> Estimate:
    return Estimate(truth.astype(np.float64), np.zeros(truth.shape), leaf=True)


def _settle(value: Floats, spread: Floats, x: Estimate, y: Estimate) -> Estimate:
    """A sum or product with its error: exact where both sides are exact integers and the outcome is small enough."""
    exact = (x.error == 0) & (y.error == 0) & (np.abs(value) < _EXACT)
    return Estimate(value, np.where(exact, 0.0, spread + np.abs(value) * _EPSILON))


def _pick_extreme(pick: Callable[[Floats, Floats], Floats], parts: list[Estimate]) -> Estimate:
    value, error = parts[0].value, parts[0].error
    for part in parts[1:]:
        picked = pick(value, part.value)
        clear = np.abs(value - part.value) > error + part.error
        own = np.where(picked == value, error, part.error)
        value, error = picked, np.where(clear, own, np.maximum(error, part.error))
    return Estimate(value, error, all(part.leaf for part in parts))
