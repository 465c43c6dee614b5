"""The arithmetic a pack may use, read by the checker: an allow-listed syntax tree, evaluated exactly with Decimal.

Values are worked out to 34 digits. Comparisons, `floor` and `ceil` look at 12 significant digits, so that 1/3*3 is 1.
`where` works out only the branch it takes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, DecimalException

from apothecary.facts.numbers import WORKING, read_decimal, round_derived, round_places, round_significant

Value = Decimal | str
Lookup = Callable[[str | None, str], Value]

FUNCTIONS = {
    "where": (3, 3),
    "abs": (1, 1),
    "min": (2, 9),
    "max": (2, 9),
    "sqrt": (1, 1),
    "ln": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "dp": (2, 2),
    "sig": (2, 2),
}
_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARE = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class UndefinedValueError(Exception):
    """An expression has no value for these numbers (a division by zero, the log of a negative)."""


def parse_expression(text: str) -> ast.expr:
    """The checked syntax tree of an expression; ValueError names what is not allowed."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"cannot read the expression {text!r}") from error
    _check_node(tree, text)
    return tree


def _check_node(node: ast.expr, text: str) -> None:
    match node:
        case ast.BinOp(left, op, right) if isinstance(op, _BINARY):
            children = [left, right]
        case ast.UnaryOp(ast.USub() | ast.UAdd() | ast.Not(), operand):
            children = [operand]
        case ast.BoolOp(_, values):
            children = values
        case ast.Compare(left, ops, comparators) if all(isinstance(op, _COMPARE) for op in ops):
            children = [left, *comparators]
        case ast.Call(ast.Name(name), args, []) if name in FUNCTIONS:
            low, high = FUNCTIONS[name]
            if not low <= len(args) <= high:
                raise ValueError(f"{name} takes {low} to {high} values in {text!r}")
            children = args
        case ast.Attribute(ast.Name(), _) | ast.Name():
            children = []
        case ast.Constant(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            children = []
        case _:
            raise ValueError(f"{ast.unparse(node)!r} is not allowed in {text!r}")
    for child in children:
        _check_node(child, text)


def list_names(tree: ast.expr) -> list[tuple[str | None, str]]:
    """The (role, name) pairs an expression reads, in order of appearance."""
    match tree:
        case ast.Attribute(ast.Name(role), name):
            return [(role, name)]
        case ast.Name(name):
            return [(None, name)]
        case ast.Call(_, args, _):
            return [pair for arg in args for pair in list_names(arg)]
    return [pair for child in ast.iter_child_nodes(tree) if isinstance(child, ast.expr) for pair in list_names(child)]


def evaluate(tree: ast.expr, lookup: Lookup) -> Value:
    """The exact value of a checked tree; `lookup(role, name)` gives the leaves.

    UndefinedValueError when there is none.
    """
    try:
        value = _evaluate(tree, lookup)
    except (DecimalException, OverflowError) as error:
        raise UndefinedValueError(f"{ast.unparse(tree)} has no value here") from error
    if isinstance(value, Decimal) and not value.is_finite():
        raise UndefinedValueError(f"{ast.unparse(tree)} is without bound here")
    return value


def _evaluate(node: ast.expr, lookup: Lookup) -> Value:
    match node:
        case ast.Constant(value):
            return value if isinstance(value, str) else Decimal(repr(value))
        case ast.Name(name):
            return lookup(None, name)
        case ast.Attribute(ast.Name(role), name):
            return lookup(role, name)
        case ast.BinOp(left, op, right):
            return _combine(op, _number(left, lookup), _number(right, lookup))
        case ast.UnaryOp(sign, operand):
            inner = _number(operand, lookup)
            if isinstance(sign, ast.Not):
                return Decimal(not inner)
            return -inner if isinstance(sign, ast.USub) else inner
        case ast.BoolOp(op, values):
            wanted = isinstance(op, ast.Or)
            return Decimal(wanted if any(bool(_number(v, lookup)) is wanted for v in values) else not wanted)
        case ast.Compare(left, ops, comparators):
            terms = [_evaluate(term, lookup) for term in (left, *comparators)]
            return Decimal(all(_compare(op, x, y) for op, x, y in zip(ops, terms, terms[1:], strict=False)))
        case ast.Call(ast.Name(name), args):
            return _call(name, args, lookup)
    raise ValueError(f"{ast.unparse(node)!r} was not checked")


def _number(node: ast.expr, lookup: Lookup) -> Decimal:
    value = _evaluate(node, lookup)
    if isinstance(value, str):
        raise UndefinedValueError(f"{value!r} is a text, not a number")
    return value


def _combine(op: ast.operator, x: Decimal, y: Decimal) -> Decimal:
    match op:
        case ast.Add():
            return WORKING.add(x, y)
        case ast.Sub():
            return WORKING.subtract(x, y)
        case ast.Mult():
            return WORKING.multiply(x, y)
        case ast.Div():
            return WORKING.divide(x, y)
        case _:
            return WORKING.power(x, y)


def _compare(op: ast.cmpop, x: Value, y: Value) -> bool:
    if isinstance(x, str) or isinstance(y, str):
        if isinstance(op, (ast.Eq, ast.NotEq)):
            return (x == y) is isinstance(op, ast.Eq)
        raise UndefinedValueError("texts have no order")
    order = round_derived(x).compare(round_derived(y))
    match op:
        case ast.Lt():
            return order < 0
        case ast.LtE():
            return order <= 0
        case ast.Gt():
            return order > 0
        case ast.GtE():
            return order >= 0
        case ast.Eq():
            return order == 0
        case _:
            return order != 0


def _call(name: str, args: list[ast.expr], lookup: Lookup) -> Value:
    if name == "where":
        return _evaluate(args[1] if _number(args[0], lookup) else args[2], lookup)
    values = [_number(arg, lookup) for arg in args]
    x = values[0]
    match name:
        case "abs":
            return abs(x)
        case "min" | "max":
            return min(values) if name == "min" else max(values)
        case "sqrt":
            return WORKING.sqrt(x)
        case "ln":
            return WORKING.ln(x)
        case "log10":
            return WORKING.log10(x)
        case "exp":
            return WORKING.exp(x)
        case "floor" | "ceil":
            return round_derived(x).to_integral_value(ROUND_FLOOR if name == "floor" else ROUND_CEILING)
        case "dp":
            return round_places(round_derived(x), int(values[1]))
    return round_significant(round_derived(x), int(values[1]))


def read_number(text: str) -> Decimal:
    """A leaf value from its decimal text; UndefinedValueError when it is no number."""
    try:
        return read_decimal(text)
    except ValueError as error:
        raise UndefinedValueError(str(error)) from error
