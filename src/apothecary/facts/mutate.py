"""Right rows in, wrong rows out: one small change a row, of a kind a generator could make by mistake.

Tests and benchmarks use it. The same rows, kind and seed give the same changes. Loops over rows in Python: a corpus is
thousands of rows, not millions.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import polars as pl

from apothecary.example import EXAMPLE
from apothecary.facts.phrasing import LETTERS

KINDS = ("number", "unit", "name", "direction", "option", "step", "order", "json", "refusal")

Place = tuple[str, int]  # a column, and the item within it when it is a list
Change = tuple[Place, str]
Names = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Stock:
    """What mistakes are made of: the names by entity, and the refusals of the rows at hand."""

    names: Names
    others: list[tuple[str, str]]
    refusals: list[str]


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
_VALUE = re.compile(r'(?<=: )"[^"]*"|(?<=:)"[^"]*"|(?<![\w.,"])-?\d+(?:\.\d+)?(?!\w)')  # of a JSON object
_OPERATORS = {"×": "/", "/": "×", "+": "−", "−": "+", "=": "≈"}


def mutate(rows: pl.DataFrame, kind: str, seed: int, names: pl.DataFrame) -> pl.DataFrame:
    """EXAMPLE rows with one change of `kind` (one of KINDS) each; rows that offer nothing to change are left out.

    `names` has entity_id, name and Name: numbers and words inside a name are not touched; a wrong name is another's.
    """
    known = {entity: (name, Name) for entity, name, Name in names.select("entity_id", "name", "Name").iter_rows()}
    refusals = rows.filter(pl.col("answer_type") == "refusal")["response"].unique(maintain_order=True).to_list()
    stock = Stock(known, list(known.values()), refusals)
    changed = []
    for row in rows.iter_rows(named=True):
        chance = random.Random(f"{seed}/{kind}/{row['id']}")
        changes = _CHANGES[kind](row, chance, stock)
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


def _change_number(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A digit of a number changed, or two numbers of a text swapped."""
    places = [
        (place, text, found)
        for place, text in _list_texts(row, "prompt response history answer")
        if (found := _find_free(row, text, _NUMBER, stock.names))
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


def _change_unit(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A unit after a number replaced by a plausible other."""
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "prompt response history")
        for match in _find_free(row, text, _UNIT, stock.names)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    return [(place, _replace(text, match.start(), match.end(), chance.choice(_UNITS[match[0]])))]


def _change_name(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A name replaced by that of another entity, of the same row or of any."""
    places = [
        (place, text, span)
        for place, text in _list_texts(row, "prompt response history")
        for span in _find_names(row, text, stock.names)
    ]
    if not places:
        return []
    place, text, (start, end, form) = chance.choice(places)
    beside = [stock.names[entity] for entity in row["entities"] if entity in stock.names]
    pool = beside if chance.random() < 0.3 else stock.others
    wrong = [chance.choice(pool) for _ in range(4)] + [chance.choice(stock.others) for _ in range(8)]
    old = text[start:end]
    new = next((names[form] for names in wrong if names[form].lower() != old.lower()), None)
    return [] if new is None else [(place, _replace(text, start, end, new))]


def _change_direction(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A word of direction turned into its opposite."""
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "prompt response history answer")
        for match in _find_free(row, text, _DIRECTION, stock.names)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    flipped = _FLIPS[match[0].lower()]
    flipped = flipped.capitalize() if match[0][0].isupper() else flipped
    return [(place, _replace(text, match.start(), match.end(), flipped))]


def _change_option(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """Another letter in the answer, and in the response wherever it stands alone."""
    letters = LETTERS[: len(row["choices"] or ())]
    if len(letters) < 2 or row["answer"][:1] not in letters:
        return []
    right = row["answer"][0]
    wrong = chance.choice([letter for letter in letters if letter != right])
    changes: list[Change] = [(("answer", 0), wrong + row["answer"][1:])]
    letter = re.compile(rf"(?<![\w-]){right}(?![\w-])")
    text = row["response"]
    for match in reversed(_find_free(row, text, letter, stock.names)):
        text = _replace(text, match.start(), match.end(), wrong)
    return [*changes, (("response", 0), text)]


def _change_step(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A digit or an operator of a step changed."""
    operator = re.compile("|".join(rf"(?<= ){re.escape(sign)}(?= )" for sign in _OPERATORS))
    places = [
        (place, text, match)
        for place, text in _list_texts(row, "reasoning")
        for pattern in (_NUMBER, operator)
        for match in _find_free(row, text, pattern, stock.names)
    ]
    if not places:
        return []
    place, text, match = chance.choice(places)
    new = _OPERATORS.get(match[0]) or _change_digit(match[0], chance)
    return [(place, _replace(text, match.start(), match.end(), new))]


def _change_order(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """Two names of a text swapped, each written as the place asks."""
    places = []
    for place, text in _list_texts(row, "prompt response history answer choices"):
        spans = _list_apart(_find_names(row, text, stock.names))
        pairs = [
            (one, two)
            for one, two in combinations(spans, 2)
            if text[one[0] : one[1]].lower() != text[two[0] : two[1]].lower()
        ]
        if pairs:
            places.append((place, text, pairs))
    if not places:
        return []
    place, text, pairs = chance.choice(places)
    one, two = chance.choice(pairs)
    beside = {name: names for entity in row["entities"] for names in [stock.names.get(entity, ())] for name in names}
    first, second = (beside[text[start:end]] for start, end, _ in (one, two))
    return [(place, _replace(_replace(text, two[0], two[1], first[two[2]]), one[0], one[1], second[one[2]]))]


def _list_apart(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The longest of overlapping spans, in order."""
    kept: list[tuple[int, int, int]] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0], span[2])):
        if all(span[1] <= start or end <= span[0] for start, end, _ in kept):
            kept.append(span)
    return sorted(kept)


def _change_json(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A digit or a word inside a JSON answer changed, and in the response where that repeats the answer."""
    if row["answer_type"] != "json":
        return []
    answer, response = row["answer"], row["response"]
    places = [match for match in _VALUE.finditer(answer) if any(char.isalnum() for char in match[0])]
    if not places:
        return []
    match = chance.choice(places)
    numeric = _NUMBER.fullmatch(match[0])
    new = _change_digit(match[0], chance) if numeric else _change_letter(match[0], chance)
    wrong = _replace(answer, match.start(), match.end(), new)
    both = answer in response and chance.random() < 0.5
    return [(("answer", 0), wrong), *([(("response", 0), response.replace(answer, wrong))] if both else [])]


def _change_letter(text: str, chance: random.Random) -> str:
    at = chance.choice([n for n, char in enumerate(text) if char.isalnum()])
    return _replace(text, at, at + 1, chance.choice([char for char in "aeiounst" if char != text[at]]))


def _change_refusal(row: dict[str, Any], chance: random.Random, stock: Stock) -> list[Change]:
    """A refusal's reply replaced by another's, or with a dose in it."""
    if row["answer_type"] != "refusal":
        return []
    others = [text for text in stock.refusals if text != row["response"]]
    if others and chance.random() < 0.6:
        return [(("response", 0), chance.choice(others))]
    return [(("response", 0), f"{row['response']} Take {chance.randint(2, 900)} mg.")]


_Changer = Callable[[dict[str, Any], random.Random, Stock], list[Change]]
_CHANGES: dict[str, _Changer] = {
    "number": _change_number,
    "unit": _change_unit,
    "name": _change_name,
    "direction": _change_direction,
    "option": _change_option,
    "step": _change_step,
    "order": _change_order,
    "json": _change_json,
    "refusal": _change_refusal,
}
