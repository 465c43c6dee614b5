"""A written sentence taken apart: which entities it names, which numbers it states with which units, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apothecary.facts.claim_facts import Knowledge
from apothecary.writing.subjects import Stated
from apothecary.writing.words import NUMBER, NUMBER_WORDS, UNITS, WORD

_PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor)\.?\s+(?:[A-Z]\.\s*)*[A-Z][^\W\d_]+")
_NEXT_VALUE = re.compile(r"^\s*(?:,|and|or|to|against|versus|vs\.?|compared (?:with|to))\s+[-−]?\d[\d,.]*")
_LOG_P = re.compile(r"\blog[\s-]?p\b")
_RULE = re.compile(r"\brule[ -]of[ -]five\b", re.IGNORECASE)
MOST_AFTER = 48  # characters behind a number in which its unit stands
FOREIGN = -2


@dataclass(frozen=True)
class Named:
    """An entity of the row (its index), or FOREIGN, at characters of a sentence."""

    start: int
    end: int
    entity: int


@dataclass(frozen=True)
class Quantity:
    """A number as stated, the place of its last digit, and what follows it."""

    start: int
    end: int
    value: float
    step: float
    after: str


class Reader:
    """Reads sentences with the names and units of one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.spellings: dict[str, list[str]] = {}
        known = set(UNITS)
        for family in knowledge.rules.units.values():
            first = next(iter(family))
            self.spellings[first] = [unit for unit, scale in family.items() if scale == family[first]]
            known |= set(family)
        # One letter behind a number may begin a word, so only units that stand alone count.
        self._units = sorted(known, key=len, reverse=True)

    def find_named(self, text: str, names: Sequence[str], entity_ids: Sequence[str]) -> list[Named]:
        """The entities named in a text, those of the row by index, all others FOREIGN."""
        found = []
        for mention in self.knowledge.finder.find(text):
            ids = {self.knowledge.entity_ids[one] for one in mention.entities}
            own = [at for at, entity_id in enumerate(entity_ids) if entity_id in ids]
            found.append(Named(mention.start, mention.end, own[0] if own else FOREIGN))
        for at, name in enumerate(names):
            for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE):
                if not any(one.start < match.end() and match.start() < one.end for one in found):
                    found.append(Named(*match.span(), at))
        return sorted(found, key=lambda one: one.start)

    def read_numbers(self, text: str) -> list[Quantity]:
        """The numbers of a text, in figures or (two to twelve) in words."""
        found = []
        for match in NUMBER.finditer(text):
            digits = match[0].replace("−", "-").replace("–", "-").rstrip(",").replace(",", "")
            step = 10.0 ** -len(digits.partition(".")[2])
            found.append(Quantity(*match.span(), float(digits), step, text[match.end() : match.end() + MOST_AFTER]))
        for match in WORD.finditer(text):
            number = NUMBER_WORDS.get(match[0].lower())
            if number is not None and number != 1:
                found.append(Quantity(*match.span(), float(number), 1.0, text[match.end() : match.end() + MOST_AFTER]))
        return sorted(found, key=lambda one: one.start)

    def has_unit(self, quantity: Quantity, unit: str) -> bool:
        """Whether a quantity is followed by a unit, in any of its spellings."""
        spelt = next((forms for forms in self.spellings.values() if unit in forms), [unit])
        after = _NEXT_VALUE.sub("", quantity.after)  # `1.2 and 3.4 g/mol`
        return any(starts_with_unit(text, form) for form in spelt for text in (quantity.after, after))

    def find_unit(self, quantity: Quantity) -> str:
        """The unit that follows a quantity, or nothing."""
        return next((unit for unit in self._units if starts_with_unit(quantity.after, unit)), "")


def starts_with_unit(after: str, unit: str) -> bool:
    """Whether a text begins with a unit that is no part of a longer word."""
    return re.match(rf"[\s-]?{re.escape(unit)}(?![\w/²³])", after) is not None


def blank(text: str, facts: Sequence[Stated], named: Sequence[Named]) -> str:
    """The sentence with names and recorded texts (SMILES, formulas, classes) as blanks, as long as before."""
    text = _RULE.sub(lambda match: " " * len(match[0]), text)  # its five is no number
    for one in named:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    for fact in sorted(facts, key=lambda one: -len(one.value)):
        if not read_value(fact.value):
            text = re.sub(re.escape(fact.value), lambda match: " " * len(match[0]), text, flags=re.IGNORECASE)
    return text


def fold(text: str) -> str:
    """A text in lower case with `log P` as one word."""
    return _LOG_P.sub("logp", text.lower())


def read_value(text: str) -> float | None:
    """A recorded value as a number, where it is one."""
    try:
        return float(text.replace("−", "-").replace(",", ""))
    except ValueError:
        return None


def drop_person(text: str, person: str) -> tuple[str, bool]:
    """The text without the row's invented person, and whether it names another one."""
    surname = person.rpartition(" ")[2]
    plain = text.replace(person, " " * len(person)) if person else text
    others = [match[0] for match in _PERSON.finditer(plain) if not surname or surname not in match[0]]
    if surname:
        plain = re.sub(
            rf"(?:(?:Mr|Mrs|Ms)\.?\s+)?(?:[A-Z]\.\s*)?\b{re.escape(surname)}\b", lambda m: " " * len(m[0]), plain
        )
    return plain, bool(others)


def list_words(facts: Sequence[Stated]) -> set[str]:
    """The words of some facts, in lower case."""
    return {word.lower() for fact in facts for word in WORD.findall(f"{fact.label} {fact.value}")}


def is_backed(word: str, words: Mapping[str, object] | set[str]) -> bool:
    """Whether a word, or another form of it, is among some words: equal, or alike in their first five letters."""
    return word in words or (len(word) >= 5 and any(one.startswith(word[:5]) for one in words))
