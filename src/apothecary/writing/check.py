"""Whether a written sentence is covered by the facts it cites, slot by slot; the first fault is its reason.

Numbers, units, names, which value is whose, negation, direction, and words that assert more than the facts do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apothecary.facts.claim_facts import Knowledge
from apothecary.writing.directions import check_comparisons, check_opposites
from apothecary.writing.plan import Task
from apothecary.writing.prompts import Rules
from apothecary.writing.reader import (
    FOREIGN,
    Named,
    Quantity,
    Reader,
    blank,
    drop_person,
    fold,
    is_backed,
    list_words,
    read_value,
)
from apothecary.writing.retold import check_retold, is_retold
from apothecary.writing.subjects import Stated
from apothecary.writing.words import GENERAL, NEGATION, NOTHING, NUMBER, WORD

MAX_OTHER_WORDS = 4
MAX_OTHER_SHARE = 0.25  # of all words; two are always allowed
_FOR = re.compile(r"[^\d,;.]{0,24}\b(?:for|of|in)\s+")
MAX_CHARS = 600
REASONS = (
    "no fact cited", "no such fact", "another person", "foreign name", "name not covered", "subject missing", "number",
    "unit", "property missing", "swapped", "negation", "direction", "comparison without facts", "claim", "other words",
    "too long", "said before",
)  # fmt: skip


@dataclass
class Parsed:
    """A sentence with what was found in it."""

    text: str
    plain: str  # without names, recorded texts and the person
    facts: list[Stated]
    named: list[Named]
    numbers: list[Quantity] = field(default_factory=list)
    matched: list[tuple[Quantity, list[Stated]]] = field(default_factory=list)


class SentenceChecker:
    """Checks sentences against one knowledge base's names and units, and a pack's rules."""

    def __init__(self, knowledge: Knowledge, rules: Rules) -> None:
        self.reader = Reader(knowledge)
        self.rules = rules
        self.implied = {name: (*claim.implied, "Å²") for name, claim in knowledge.rules.fields.items()}
        self.phrases = {name: [one.lower() for one in claim.phrases] for name, claim in knowledge.rules.fields.items()}

    def check(self, text: str, cited: Sequence[int], task: Task) -> str:
        """The reason to cut a sentence, and what it is about (`number: 412`); empty for one that is covered."""
        return next(self._find_faults(text, cited, task), "")

    def check_question(self, text: str, task: Task) -> str:
        """The same of a question, which may rest on any fact of the list and may deny."""
        plain, has_other = drop_person(text, task.person)
        if has_other:
            return "another person"
        named = self.reader.find_named(plain, task.subject.names, task.subject.entity_ids)
        if any(one.entity == FOREIGN and not _is_of_source(plain[one.start : one.end], task) for one in named):
            return "foreign name"
        sentence = Parsed(text, blank(plain, task.subject.facts, named), list(task.subject.facts), named)
        faults = (fault for fault in self._check_numbers(sentence, task) if fault.startswith(("number", "unit")))
        return next(faults, "")

    def _find_faults(self, text: str, cited: Sequence[int], task: Task) -> Iterator[str]:
        facts = task.subject.facts
        if len(text) > MAX_CHARS:
            yield "too long"
        if not cited:
            yield "no fact cited"
        if any(not 1 <= number <= len(facts) for number in cited):
            yield "no such fact"
            return
        own = [facts[number - 1] for number in dict.fromkeys(cited)]
        plain, has_other = drop_person(text, task.person)
        if has_other:
            yield "another person"
        named = self.reader.find_named(plain, task.subject.names, task.subject.entity_ids)
        sentence = Parsed(text, blank(plain, own, named), own, named)
        yield from self._check_names(sentence, task)
        yield from self._check_numbers(sentence, task)
        yield from _check_owners(sentence)
        if is_retold(own):
            yield from check_retold(text, own)
        else:
            if NEGATION.search(sentence.plain) and not self._is_denied(sentence, task):
                yield "negation"
            yield from check_comparisons(sentence.plain, sentence.named, own, self.phrases, len(task.subject.names))
        yield from check_opposites(sentence.plain, list_words(own) | _words_of(task), self.rules.opposites, own)
        yield from self._check_words(sentence, task)

    def _check_names(self, sentence: Parsed, task: Task) -> Iterator[str]:
        cited = {fact.entity for fact in sentence.facts if fact.entity >= 0}
        for one in sentence.named:
            if one.entity == FOREIGN and _is_of_source(sentence.text[one.start : one.end], task):
                continue
            if one.entity == FOREIGN:
                yield f"foreign name: {sentence.text[one.start : one.end]}"
            elif one.entity not in cited:
                yield f"name not covered: {sentence.text[one.start : one.end]}"
        if len(task.subject.names) > 1 and cited - {one.entity for one in sentence.named}:
            yield "subject missing"

    def _check_numbers(self, sentence: Parsed, task: Task) -> Iterator[str]:
        """Each number must be a cited value, rounded at most, with that value's unit and a word for its property."""
        sentence.numbers = self.reader.read_numbers(sentence.plain)
        for quantity in sentence.numbers:
            told = sentence.plain[quantity.start : quantity.end]
            if task.age and quantity.value == task.age and re.match(r"[\s-]*(?:years?|y)\b|[,)]|$", quantity.after):
                continue
            if told.isalpha() and quantity.value <= max(2, len(task.subject.names)):
                continue  # `two compounds`
            fits = [fact for fact in sentence.facts if _states(fact, quantity)]
            if not fits:
                yield f"number: {told}"
                continue
            with_unit = [fact for fact in fits if self._has_its_unit(quantity, fact)]
            if not with_unit:
                yield f"unit: {told}{quantity.after[:8]}"
                continue
            named = [fact for fact in with_unit if fact.entity < 0 or self._tells_property(sentence.plain, fact)]
            if not named:
                yield f"property missing: {told}"
                continue
            sentence.matched.append((quantity, named))

    def _has_its_unit(self, quantity: Quantity, fact: Stated) -> bool:
        if fact.unit:
            return self.reader.has_unit(quantity, fact.unit)
        unit = self.reader.find_unit(quantity)
        return not unit or (read_value(fact.value) is None and unit in fact.value)

    def _tells_property(self, text: str, fact: Stated) -> bool:
        low = fold(text)
        phrases = [fold(phrase) for phrase in self.phrases.get(fact.field, ())]
        if any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", low) for phrase in phrases):
            return True
        others = (phrase for name, some in self.phrases.items() if name != fact.field for phrase in some)
        is_implied = fact.unit and fact.unit in self.implied.get(fact.field, ())  # `caffeine (194.19 g/mol)`
        if is_implied and not any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", low) for phrase in others):
            return True
        words = {word for word in WORD.findall(fold(fact.label)) if len(word) > 2} - {"the", "and", "year"}
        spoken = {word.lower() for word in WORD.findall(low)}
        return any(is_backed(word, spoken) for word in words)

    def _is_denied(self, sentence: Parsed, task: Task) -> bool:
        facts = " ".join(f"{fact.label} {fact.value}" for fact in sentence.facts)
        if any(read_value(fact.value) == 0 for fact in sentence.facts):
            return not NEGATION.search(NOTHING.sub(" ", sentence.plain))
        return NEGATION.search(f"{facts} {task.context if task.source else ''}") is not None

    def _check_words(self, sentence: Parsed, task: Task) -> Iterator[str]:
        backed = list_words(sentence.facts)
        backed |= _words_of(task)
        spoken = [word.lower() for word in WORD.findall(sentence.plain)]
        for word in spoken:
            if word in self.rules.claims and not is_backed(word, backed):
                yield f"claim: {word}"
        setting = {word.lower() for word in WORD.findall(task.context)}
        content = [word for word in spoken if len(word) > 3 and word not in GENERAL]
        other = [word for word in content if not is_backed(word, backed) and not is_backed(word, setting)]
        if len(other) > MAX_OTHER_WORDS or len(other) > max(2, MAX_OTHER_SHARE * len(spoken)):
            yield f"other words: {', '.join(other[:4])}"


def _words_of(task: Task) -> set[str]:
    """The words of the row that is put into other words."""
    return {word.lower() for word in WORD.findall(task.context)} if task.source else set()


def _is_of_source(name: str, task: Task) -> bool:
    """Whether a name stands in the row made of a document that is put into other words."""
    return is_retold(task.subject.facts) and name.lower() in task.context.lower()


def _states(fact: Stated, quantity: Quantity) -> bool:
    """Whether a fact holds a number, rounded to the digits stated."""
    value = read_value(fact.value)
    known = [value] if value is not None else [read_value(one) for one in NUMBER.findall(fact.value)]
    return any(one is not None and abs(one - quantity.value) <= 0.5 * quantity.step + 1e-9 for one in known)


def _check_owners(sentence: Parsed) -> Iterator[str]:
    """Whether each value stands with the entity that it belongs to, where a sentence names several."""
    places = [one for one in sentence.named if one.entity >= 0]
    if len({one.entity for one in places}) < 2:
        return
    for quantity, facts in sentence.matched:
        owners = {fact.entity for fact in facts}
        if min(owners) < 0:
            continue
        before = [one for one in places if one.end <= quantity.start]
        subject = before[-1] if before else places[0]
        run = [other for other, _ in sentence.matched if not _stands_between(places, other, quantity)]
        if len(run) > 1 and len(before) >= len(run):  # `A and B: 1 and 2`
            subject = before[len(before) - len(run) + [one.start for one in run].index(quantity.start)]
        after = next((one for one in places if one.start >= quantity.end), None)
        if after and _FOR.fullmatch(sentence.plain[quantity.end : after.start]):  # `200 g/mol for B`
            subject = after
        if subject.entity not in owners:
            yield f"swapped: {sentence.plain[quantity.start : quantity.end]}"
            return


def _stands_between(places: Sequence[Named], one: Quantity, other: Quantity) -> bool:
    """Whether an entity is named between two quantities."""
    low, high = sorted((one.start, other.start))
    return any(low < place.start < high for place in places)
