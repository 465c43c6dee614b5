"""Right rows in, wrong rows out: one small change a row, of a kind a generator could make by mistake.

Tests and benchmarks use it. The same rows, kind and seed give the same changes. Loops over rows in Python: a corpus is
thousands of rows, not millions.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from apothecary.example import EXAMPLE

KINDS = ("number", "unit", "name", "direction", "option", "step")

Place = tuple[str, int]  # a column, and the item within it when it is a list
Change = tuple[Place, str]
Names = dict[str, tuple[str, str]]

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w])")
_UNITS = {
    "g/mol": ("kg/mol", "mg/mol", "g/L"),
    "mmol/L": ("µmol/L", "mol/L", "mmol/mL"),
    "mg/mL": ("mg/L", "µg/mL", "g/mL"),
    "mg/L": ("µg/L", "mg/mL"),
    "L/h": ("mL/h", "L/min"),
    "mL": ("L", "µL"),
    "mg": ("g", "µg", "kg"),
    "µg": ("mg", "ng"),
    "kg": ("g", "mg"),
    "mmol": ("mol", "µmol"),
    "µM": ("nM", "mM"),
    "nM": ("µM", "pM"),
    "°C": ("°F", "K"),
    "Å²": ("nm²", "Å"),
    "Da": ("kDa", "mDa"),
    "min": ("h", "s"),
    "h": ("min", "s"),
    "g": ("mg", "kg"),
    "L": ("mL", "dL"),
    "%": ("‰", "ppm"),
}
_UNIT = re.compile(r"(?<=\d )(?:" + "|".join(re.escape(unit) for unit in _UNITS) + r")(?![\w/²])|(?<=\d)%")
_OPPOSITES = (
    "heavier lighter|heaviest lightest|higher lower|highest lowest|larger smaller|largest smallest|bigger smaller",
    "biggest smallest|more less|most least|greater smaller|fewer more|later earlier|latest earliest|newer older",
    "newest oldest|hotter cooler|hottest coolest|above below|yes no|first last|within outside|rises falls",
)
_FLIPS = {pair.split()[0]: pair.split()[1] for pairs in _OPPOSITES for pair in pairs.split("|")}
_FLIPS = {other: word for word, other in _FLIPS.items()} | _FLIPS
_DIRECTION = re.compile(r"(?<![^\s(])(?:" + "|".join(_FLIPS) + r")(?=[\s.,;:?!)]|$)", re.IGNORECASE)
_OPERATORS = {"×": "/", "/": "×", "+": "−", "−": "+", "=": "≈"}


def mutate(rows: pl.DataFrame, kind: str, seed: int, names: pl.DataFrame) -> pl.DataFrame:
    """EXAMPLE rows with one change of `kind` (one of KINDS) each; rows that offer nothing to change are left out.

    `names` has entity_id, name and Name: numbers and words inside a name are not touched; a wrong name is another's.
    """
    known = {entity: (name, Name) for entity, name, Name in names.select("entity_id", "name", "Name").iter_rows()}
    others = list(known.values())
    changed = []
    for row in rows.iter_rows(named=True):
        chance = random.Random(f"{seed}/{kind}/{row['id']}")
        changes = _CHANGES[kind](row, chance, known, others)
        if changes:
            changed.append(_apply(row, changes))
    return pl.DataFrame(changed, schema=EXAMPLE, orient="row")


def _list_texts(row: dict[str, Any], columns: str) -> Iterator[tuple[Place, str]]:
    for column in columns.split():
        if column == "history":
            yield from (((column, n), turn["content"]) for n, turn in enumerate(row[column] or ()))
        elif column in ("reasoning", "choices"):
            yield from (((column, n), text) for n, text in enumerate(row[column] or ()))
        elif row[column] is not None:
            yield (column, 0), row[column]


def _apply(row: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    row = dict(row)
    for (column, item), text in changes:
        if column == "history":
            row[column] = [turn | {"content": text} if n == item else turn for n, turn in enumerate(row[column])]
        elif isinstance(row[column], list):
            row[column] = [text if n == item else old for n, old in enumerate(row[column])]
        else:
            row[column] = text
    return row


def _find_names(row: dict[str, Any], text: str, known: Names) -> list[tuple[int, int, int]]:
    """The spans of the row's names in a text, with 0 for `name` and 1 for `Name`."""
    spans = []
    for entity in row["entities"] or ():
        for form, name in enumerate(known.get(entity, ())):
            pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
            spans += [(match.start(), match.end(), form) for match in re.finditer(pattern, text)]
    return spans


def _find_free(row: dict[str, Any], text: str, pattern: re.Pattern[str], known: Names) -> list[re.Match[str]]:
    """The matches of a pattern outside the row's names."""
    names = _find_names(row, text, known)
    return [
        m for m in pattern.finditer(text) if not any(m.start() < end and start < m.end() for start, end, _ in names)
    ]


def _replace(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _change_digit(number: str, chance: random.Random) -> str:
    at = chance.choice([n for n, char in enumerate(number) if char.isdigit()])
    return _replace(number, at, at + 1, chance.choice([digit for digit in "0123456789" if digit != number[at]]))


def _change_number(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """A digit of a number changed, or two numbers of a text swapped."""
    places = [
        (place, text, found)
        for place, text in _list_texts(row, "prompt response history answer")
        if (found := _find_free(row, text, _NUMBER, known))
    ]
    if not places:
        return []
    place, text, found = chance.choice(places)
    one = chance.choice(found)
    different = [match for match in found if match[0] != one[0]]
    if different and chance.random() < 0.3:
        first, last = sorted((one, chance.choice(different)), key=lambda match: match.start())
        text = _replace(text, last.start(), last.end(), first[0])
        return [(place, _replace(text, first.start(), first.end(), last[0]))]
    return [(place, _replace(text, one.start(), one.end(), _change_digit(one[0], chance)))]


def _change_unit(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """A unit after a number replaced by a plausible other."""
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "prompt response history")
        for match in _find_free(row, text, _UNIT, known)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    return [(place, _replace(text, match.start(), match.end(), chance.choice(_UNITS[match[0]])))]


def _change_name(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """A name replaced by that of another entity, of the same row or of any."""
    places = [
        (place, text, span)
        for place, text in _list_texts(row, "prompt response history")
        for span in _find_names(row, text, known)
    ]
    if not places:
        return []
    place, text, (start, end, form) = chance.choice(places)
    beside = [known[entity] for entity in row["entities"] if entity in known]
    pool = beside if chance.random() < 0.3 else others
    wrong = [chance.choice(pool) for _ in range(4)] + [chance.choice(others) for _ in range(8)]
    old = text[start:end]
    new = next((names[form] for names in wrong if names[form].lower() != old.lower()), None)
    return [] if new is None else [(place, _replace(text, start, end, new))]


def _change_direction(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """A word of direction turned into its opposite."""
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "prompt response history answer")
        for match in _find_free(row, text, _DIRECTION, known)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    flipped = _FLIPS[match[0].lower()]
    flipped = flipped.capitalize() if match[0][0].isupper() else flipped
    return [(place, _replace(text, match.start(), match.end(), flipped))]


def _change_option(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """Another letter in the answer, and in the response wherever it stands alone."""
    letters = "ABCD"[: len(row["choices"] or ())]
    if len(letters) < 2 or row["answer"][:1] not in letters:
        return []
    right = row["answer"][0]
    wrong = chance.choice([letter for letter in letters if letter != right])
    changes: list[Change] = [(("answer", 0), wrong + row["answer"][1:])]
    letter = re.compile(rf"(?<![\w-]){right}(?![\w-])")
    text = row["response"]
    for match in reversed(_find_free(row, text, letter, known)):
        text = _replace(text, match.start(), match.end(), wrong)
    return [*changes, (("response", 0), text)]


def _change_step(row: dict[str, Any], chance: random.Random, known: Names, others: list[Any]) -> list[Change]:
    """A digit or an operator of a step changed."""
    operator = re.compile("|".join(rf"(?<= ){re.escape(sign)}(?= )" for sign in _OPERATORS))
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "reasoning")
        for pattern in (_NUMBER, operator)
        for match in _find_free(row, text, pattern, known)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    new = _OPERATORS.get(match[0]) or _change_digit(match[0], chance)
    return [(place, _replace(text, match.start(), match.end(), new))]


_Changer = Callable[[dict[str, Any], random.Random, Names, list[Any]], list[Change]]
_CHANGES: dict[str, _Changer] = {
    "number": _change_number,
    "unit": _change_unit,
    "name": _change_name,
    "direction": _change_direction,
    "option": _change_option,
    "step": _change_step,
}
