"""Directions in written sentences: more or less than another value, inhibits or activates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from apothecary.writing.prompts import Opposites
from apothecary.writing.reader import Named, fold, list_words, read_value
from apothecary.writing.subjects import Stated
from apothecary.writing.words import DOWN, NUMBER, SAME, UP, WORD, YEAR_WORDS

_CLAUSE = re.compile(r",\s+(?:while|whereas|but|and)\s+|;\s+|\s+(?:while|whereas|but)\s+")
_BRACKETS = re.compile(r"\s*\(.*?\)")
_IMPLIED = {"heavier": "mw", "lighter": "mw", "older": "first_approval", "newer": "first_approval"}
_LIMIT_UP = frozenset(["exceeds", "exceed", "above", "over", "violates", "breaks"])
_LIMIT_DOWN = frozenset(["below", "under", "within", "meets", "satisfies", "passes"])


def check_comparisons(
    text: str, named: Sequence[Named], facts: Sequence[Stated], phrases: Mapping[str, Sequence[str]], entities: int
) -> Iterator[str]:
    """Whether each comparative of a sentence holds between the cited values of its two entities."""
    start = 0
    for clause in [*_CLAUSE.finditer(text), None]:
        end = clause.start() if clause else len(text)
        yield from _check_clause(text, start, end, named, facts, phrases, entities)
        start = clause.end() if clause else end


def _check_clause(
    text: str,
    start: int,
    end: int,
    named: Sequence[Named],
    facts: Sequence[Stated],
    phrases: Mapping[str, Sequence[str]],
    entities: int,
) -> Iterator[str]:
    for match in WORD.finditer(text, start, end):
        word = match[0].lower()
        limits = [fact for fact in facts if fact.entity < 0]
        if limits and word in (_LIMIT_UP | _LIMIT_DOWN | UP | DOWN):
            yield from _check_limit(word, limits, facts)
        elif word in UP or word in DOWN or (word in SAME and entities > 1):
            yield from _check_word(text, match, word, named, facts, phrases)


def _check_limit(word: str, limits: Sequence[Stated], facts: Sequence[Stated]) -> Iterator[str]:
    """A value against a limit that the list states, where the sentence cites one of each."""
    bounds = [read_value(one) for fact in limits for one in NUMBER.findall(fact.value)]
    values = [value for fact in facts if fact.entity >= 0 and (value := read_value(fact.value)) is not None]
    if len(bounds) != 1 or len(values) != 1 or bounds[0] is None:
        yield f"comparison without facts: {word}"
        return
    is_up = word in _LIMIT_UP or word in UP
    if (values[0] > bounds[0]) != is_up:
        yield f"direction: {word}"


def _check_word(
    text: str,
    match: re.Match[str],
    word: str,
    named: Sequence[Named],
    facts: Sequence[Stated],
    phrases: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    places = [one for one in named if one.entity >= 0]
    pairs = _list_pairs(facts)
    if word in SAME:
        if not any(a == b for a, b in pairs.values()):
            yield f"direction: {word}"
        return
    spoken = [name for name in pairs if _is_spoken(text, name, facts, phrases)]
    chosen = [_IMPLIED[word]] if word in _IMPLIED else spoken
    if word in YEAR_WORDS:
        chosen = [name for name in chosen if "approval" in name]
    if len(chosen) != 1 or chosen[0] not in pairs or not places:
        yield f"comparison without facts: {word}"
        return
    before = [one for one in places if one.end <= match.start()]
    subject = (before[-1] if before else places[0]).entity
    first, second = (read_value(value) for value in pairs[chosen[0]])
    if first is None or second is None:
        yield f"comparison without facts: {word}"
        return
    own, other = (first, second) if subject == 0 else (second, first)
    if own == other or (own > other) != (word in UP):
        yield f"direction: {word}"


def _list_pairs(facts: Sequence[Stated]) -> dict[str, tuple[str, str]]:
    """Fields that are cited of both entities, with both values."""
    by_field: dict[str, dict[int, str]] = {}
    for fact in facts:
        by_field.setdefault(fact.field, {})[fact.entity] = fact.value
    return {name: (values[0], values[1]) for name, values in by_field.items() if {0, 1} <= set(values)}


def _is_spoken(text: str, name: str, facts: Sequence[Stated], phrases: Mapping[str, Sequence[str]]) -> bool:
    label = next(fact.label for fact in facts if fact.field == name)
    low = fold(text)
    return any(
        re.search(rf"(?<!\w){re.escape(fold(one))}", low) for one in (_BRACKETS.sub("", label), *phrases.get(name, ()))
    )


def check_opposites(
    text: str, backed: set[str], opposites: Sequence[Opposites], facts: Sequence[Stated]
) -> Iterator[str]:
    """Whether words of a direction stand in the cited facts, and not their opposites."""
    spoken = {word.lower() for word in WORD.findall(text)}
    known = backed | list_words(facts)
    for pair in opposites:
        for side, opposite in ((pair.one, pair.other), (pair.other, pair.one)):
            said = spoken & side
            if said and not known & side:
                yield f"{'direction' if known & opposite else 'claim'}: {min(said)}"
