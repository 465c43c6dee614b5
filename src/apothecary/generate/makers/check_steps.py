"""Steps of arithmetic as text ("52 / 135 * 100 = 38.5", "1.14 > 1") worked out again.

Reads numbers, + - * /, brackets, ln, sqrt and ceil, and one comparison; nothing else, and never Python's own eval.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>ln|sqrt|ceil)|(?P<sign>[-+*/()]))")
_RELATION = re.compile(r"^(?P<left>.+?) (?P<sign><=|>=|!=|=|<|>) (?P<right>.+)$")
CONSTANTS = frozenset({"1", "2", "100", "3.92", "0.05"})
_FUNCTIONS = {"ln": math.log, "sqrt": math.sqrt, "ceil": math.ceil}


class StepError(ValueError):
    """A step that cannot be read."""


def check_step(step: str) -> bool:
    """Whether a step is right: an equation to the digits that its result is written with, a comparison as it stands.

    Raises StepError where it is neither.
    """
    found = _RELATION.match(step)
    if not found:
        raise StepError(f"no relation in {step!r}")
    left, right = evaluate(found["left"]), evaluate(found["right"])
    sign = found["sign"]
    if sign == "=":
        places = len(found["right"].partition(".")[2])
        tolerance: float = 0.5000001 * 10.0**-places + 1e-9 * abs(right)
        return abs(left - right) <= tolerance
    order = (left > right) - (left < right)
    allowed: tuple[int, ...] = {"<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1), "!=": (-1, 1)}[sign]
    return order in allowed


def list_inputs(step: str) -> tuple[set[str], set[str]]:
    """A step to the numbers that it takes and the one that it gives (none for a comparison)."""
    found = _RELATION.match(step)
    if not found:
        return set(), set()
    numbers = re.compile(r"\d+(?:\.\d+)?")
    left, right = set(numbers.findall(found["left"])), set(numbers.findall(found["right"]))
    return (left, right) if found["sign"] == "=" else (left | right, set())


def evaluate(text: str) -> float:
    """An expression to its value; StepError where it is none."""
    tokens = _read(text)
    value, at = _sum(tokens, 0)
    if at != len(tokens):
        raise StepError(f"cannot read {text!r}")
    return value


def _read(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise StepError(f"cannot read {text!r}")
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


def _sum(tokens: list[str], at: int) -> tuple[float, int]:
    value, at = _product(tokens, at)
    while at < len(tokens) and tokens[at] in "+-":
        other, after = _product(tokens, at + 1)
        value = value + other if tokens[at] == "+" else value - other
        at = after
    return value, at


def _product(tokens: list[str], at: int) -> tuple[float, int]:
    value, at = _atom(tokens, at)
    while at < len(tokens) and tokens[at] in "*/":
        other, after = _atom(tokens, at + 1)
        if tokens[at] == "/" and other == 0:
            raise StepError("a division by nothing")
        value = value * other if tokens[at] == "*" else value / other
        at = after
    return value, at


def _atom(tokens: list[str], at: int) -> tuple[float, int]:
    if at >= len(tokens):
        raise StepError("a step ends too early")
    token = tokens[at]
    if token in _FUNCTIONS:
        value, at = _atom(tokens, at + 1)
        return float(_FUNCTIONS[token](value)), at
    if token == "-":
        value, at = _atom(tokens, at + 1)
        return -value, at
    if token == "(":
        value, at = _sum(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise StepError("a bracket is not closed")
        return value, at + 1
    if not token[0].isdigit():
        raise StepError(f"no number at {token!r}")
    return float(Decimal(token)), at + 1
