"""Figures in the sentences of abstracts: counts with their share, comparisons, changes, intervals, P values.

Each pattern gives its numbers as they are written; what is worked out from them is written as a step that a reader,
and the checker, can do again. All arithmetic is in decimals, so a step never shows what a float adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:[.·]\d+)?"
_N = rf"(?:{NUMBER})"
UNIT = (
    r"(?:%|°C|(?:[kmµμnpd]?(?:g|L|l|M|mol|m|s|Hz|U|IU|Pa|cal|J|[Ee]q)|mm ?Hg|min(?:utes?)?|hours?|h|days?|"
    r"weeks?|months?|years?|"
    r"msec|sec|bpm|beats|points?|diopters?|D)(?:/[A-Za-zµμ0-9.²³]+)*)(?![A-Za-z])"
)
_VS = r"(?:vs?\.?|versus|compared (?:with|to)|against)"
COUNT_SHARES = (
    re.compile(rf"(?P<share>{_N}) ?% ?[\[(](?:n ?= ?)?(?P<part>\d[\d,]*) ?(?:/|of|out of) ?(?P<whole>\d[\d,]*)[\])]"),
    re.compile(
        rf"(?<![\d.,/])(?P<part>\d[\d,]*) ?(?:/|of|of the|out of) ?(?P<whole>\d[\d,]*)(?: [a-z]+){{0,3}} "
        rf"?[\[(](?P<share>{_N}) ?%[\])]"
    ),
)
SHARES = re.compile(rf"(?<![\d.\-–])(?P<a>{_N}) ?% {_VS} (?P<b>{_N}) ?%(?! ?\()")
MEANS = re.compile(
    rf"(?<![\d.\-–−])(?P<a>{_N}) ?(?:±|\+/-) ?(?P<sa>{_N}) ?(?P<ua>{UNIT})? {_VS} "
    rf"(?P<b>{_N}) ?(?:±|\+/-) ?(?P<sb>{_N}) ?(?P<ub>{UNIT})?"
)
CHANGE = re.compile(
    rf"(?P<verb>increas|decreas|rose|fell|drop|declin|improv|reduc)(?:ed|ped|d)?\b(?: [a-z]+){{0,6}} ?\(?from "
    rf"(?P<a>{_N})(?: ?(?:±|\+/-) ?{_N})? ?"
    rf"(?P<ua>{UNIT})? to (?P<b>{_N})(?: ?(?:±|\+/-) ?{_N})? ?(?P<ub>{UNIT})?"
)
_RATIO_NAMES = r"hazards? ratio|odds ratio|relative risk|risk ratio|rate ratio|aHR|aOR|aRR|HR|OR|RR"
RATIO = re.compile(
    rf"\b(?P<name>{_RATIO_NAMES})\b[^0-9;()\[\]]{{0,12}}(?:[\[(](?:a?HR|a?OR|a?RR)[\])])?[\[( =:,of]{{0,6}}"
    r"(?P<value>\d+\.\d+)[,;:]? ?[\[(]?"
    r"(?P<level>9[059]) ?% ?(?:confidence intervals?|CI)(?: "
    r"?[\[(]CI[\])])?[\[( =:,]{0,4}(?P<low>\d+\.\d+) ?(?:-|–|—|to|,|−) ?(?P<high>\d+\.\d+)"
)
P_VALUE = re.compile(r"\b[Pp](?: ?-?values?)? ?(?P<sign>[=<>≤]) ?(?P<p>0?\.\d+)")
GROUPS = re.compile(r"\b[nN] ?= ?(?P<n>\d[\d,]*)\b")
ACCURACY = re.compile(
    rf"sensitivity (?:and specificity )?(?:of|was|were|=)? ?(?P<sens>{_N}) ?%(?: \([^)]*\))?,? ?(?:and|with)? "
    rf"?(?:an? )?(?:specificity (?:of|was|=)? ?)?(?P<spec>{_N}) ?%"
)
DIVIDES = re.compile(r"\b(?:divided|randomi[sz]ed|assigned|allocated|split)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """What a pattern found in a text: its place and its named parts as written, commas of thousands taken out."""

    start: int
    end: int
    parts: dict[str, str]

    def number(self, name: str) -> Decimal:
        """A part as a number."""
        return Decimal(self.parts[name])


def find_figures(pattern: re.Pattern[str], text: str) -> Iterator[Figure]:
    """The places of a pattern in a text."""
    for found in pattern.finditer(text):
        parts = {name: (value or "") for name, value in found.groupdict().items()}
        end = found.end()
        part = text[found.start() : end]
        if part.count("(") + part.count("[") > part.count(")") + part.count("]") and text[end : end + 1] in (")", "]"):
            end += 1
        yield Figure(found.start(), end, {name: _plain(value) for name, value in parts.items()})


def _plain(value: str) -> str:
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", value).replace("·", ".")
    return f"0{bare}" if bare.startswith(".") else bare


def round_to(value: Decimal, places: int) -> Decimal:
    """A number rounded half up, as in a clinic's table."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def round_digits(value: Decimal, digits: int = 3) -> Decimal:
    """A number to so many significant digits, never in exponents."""
    if not value:
        return Decimal(0)
    places = digits - 1 - value.adjusted()
    return round_to(value, max(places, 0))


def count_places(text: str) -> int:
    """The decimals that a number was written with."""
    return len(text.partition(".")[2])


def write_number(value: Decimal) -> str:
    """A number as it is written in steps and answers: no exponent, zeros kept, a true minus as "-"."""
    return f"{value:f}"
