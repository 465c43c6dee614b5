"""Values in text: numbers with their unit, ranges and stated precision, and molecular formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

NUMBER = r"[-−–]?(?:\d{1,3}(?:,\d{3})+(?![\d])|\d{1,12}(?:,\d{1,2}(?!\d))?)(?:\.\d{1,12})?"
_RANGE = re.compile(r"\s?(?:[-–—]|to|and|±|\+/-)\s?")
_AFTER = re.compile(r"[\w%]|[.,]\d|-[^\W\d_]|['’′″]|[-–—]\d")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", "_{}$")
FORMULA = re.compile(r"C(?:[\d₀-₉]|_?\{?\d|[A-Z])[\w{}$]*")
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")
_SYMBOLS = """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb
    Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg
    Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U D
"""
_ELEMENTS = frozenset(_SYMBOLS.split())


class Value(NamedTuple):
    """A number or range as stated: its unit (a key of the pack's units, or empty) and its last digit's place."""

    start: int
    end: int
    low: float
    high: float
    unit: str
    step: float  # one unit of the last digit stated
    whole: float = 0.0  # the same with the zeros at the end of a whole number taken for rounding
    spread: float = 0.0  # what `±` says


class ValueReader:
    """Reads values whose units are among those of a pack."""

    def __init__(self, units: Iterable[str]) -> None:
        self._spelled: dict[str, str] = {}
        for unit in units:
            self._spelled.setdefault(unit.replace(" ", ""), unit)
        longest = sorted(set(self._spelled.values()), key=lambda unit: (-len(unit), unit))
        pattern = "|".join(re.escape(unit).replace(r"\ ", r"\s?") for unit in longest) or "(?!)"
        self._one = re.compile(rf"({NUMBER})(?:[\s-]?({pattern})(?![\w/⁻^·]))?")
        self._unit = re.compile(rf"\s?[(\[,]?\s?(?:in\s)?({pattern})(?![\w/⁻^·])\s?[)\]]?")

    def read(self, text: str, at: int, *, between: bool = False) -> Value | None:
        """The value that begins at a place of a text; None where the number is part of something else.

        `between`: whether `and` makes a range.
        """
        one = self._one.match(text, at)
        if one is None:
            return None
        joint = _RANGE.match(text, one.end())
        two = self._one.match(text, joint.end()) if joint else None
        if joint and two and (joint[0].strip() != "and" or between):
            value = self._pair(one, two, joint[0].strip())
            if value and not _AFTER.match(text, value.end):
                return value
        if _AFTER.match(text, one.end()):
            return None
        low, step, whole = parse_number(one[1])
        return Value(at, one.end(), low, low, self._name(one[2]), step, whole)

    def read_unit(self, text: str, at: int) -> tuple[str, int] | None:
        """The unit in a heading, as in `melting point (°C)`, and where it ends."""
        match = self._unit.match(text, at)
        return (self._name(match[1]), match.end()) if match else None

    def _name(self, found: str | None) -> str:
        return self._spelled.get("".join(found.split()), "") if found else ""

    def _pair(self, one: re.Match[str], two: re.Match[str], joint: str) -> Value | None:
        """Two numbers joined by a sign or word, as a range; None where they cannot be one."""
        text = two[1]
        if joint[-1] in "-–—" or joint[0] in "-–—":
            text = text.lstrip("-−–")
        (low, step, whole), (high, last, also) = parse_number(one[1]), parse_number(text)
        unit, other = self._name(one[2]), self._name(two[2])
        if (unit and other and unit != other) or (unit and not other and joint not in ("±", "+/-")):
            return None
        if joint in ("±", "+/-"):
            return Value(one.start(), two.end(), low, low, other or unit, step, whole, abs(high))
        if high < low and one[1].isdigit() and len(text) < len(one[1]):  # 134-6
            high = float(one[1][: -len(text)] + text) if text.isdigit() else high
        if high < low:
            return None
        return Value(one.start(), two.end(), low, high, other or unit, max(step, last), max(whole, also))


def parse_number(text: str) -> tuple[float, float, float]:
    """A number in text to its value, its last digit's place, and that place with zeros at the end left out.

    `180.2` gives 0.1 twice, `180` 1 and 10; a comma before one or two last digits is a decimal comma.
    """
    plain = text.replace("−", "-").replace("–", "-")
    head, comma, tail = plain.rpartition(",")
    plain = f"{head.replace(',', '')}.{tail}" if comma and len(tail) < 3 and "." not in tail else plain.replace(",", "")
    whole, _, fraction = plain.lstrip("-").partition(".")
    step = 10.0 ** -len(fraction)
    zeros = 0 if fraction else len(whole) - len(whole.rstrip("0"))
    return float(plain), step, step * 10.0 ** min(zeros, max(len(whole) - 1, 0))


def parse_formula(text: str) -> dict[str, int] | None:
    """A plain molecular formula, also with subscripts, to its atoms; None for anything else."""
    plain = text.translate(_SUBSCRIPTS)
    atoms: dict[str, int] = {}
    end = 0
    for match in _ATOM.finditer(plain):
        if match.start() != end or match[1] not in _ELEMENTS or match[2].startswith("0") or len(match[2]) > 4:
            return None
        atoms[match[1]] = atoms.get(match[1], 0) + int(match[2] or 1)
        end = match.end()
    return atoms if end == len(plain) and len(atoms) > 1 else None


def convert_value(value: Value, units: Mapping[str, tuple[float, float]]) -> Value | None:
    """The value in the unit of the knowledge base; None for a unit that is not of the family. Unitless stays."""
    if not value.unit:
        return value
    if value.unit not in units:
        return None
    factor, offset = units[value.unit]
    return value._replace(
        low=value.low * factor + offset,
        high=value.high * factor + offset,
        step=value.step * factor,
        whole=value.whole * factor,
        spread=value.spread * factor,
    )
