"""A pack -> what the gates know of its language: words of an intent, names of properties, phrases, wordings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from apothecary.errors import PackError
from apothecary.generate.vary.mask import mask
from apothecary.generate.vary.measures import Units
from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.targets import Target
from apothecary.generate.vary.words import WordLists, list_stems, load_words, stem
from apothecary.packs.check import check_intent
from apothecary.packs.grammar import Slot, expand, parse, read_slot
from apothecary.packs.load import find_pack
from apothecary.packs.model import Intent, Pack
from apothecary.packs.scope import Problem, Scope
from apothecary.packs.skeleton import skeleton
from apothecary.packs.units import SPELLED_UNITS
from apothecary.packs.yaml import load_yaml

Triple = tuple[str, str, str]
COMMON = 10  # places of a word, from which on it counts as known
MOST_EXPANDED = 48  # wordings of one pattern that are read for phrases
_TOKEN = re.compile(r"§\w+|[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\s\w]")
_BRACES = re.compile(r"\{[^{}]*\}")


class Vocabulary:
    """A pack's language. `phrases` are names of fields beside their labels (claims.yaml), by field.

    `triples` are words that go together beside those of its own wordings: a small pack shows too few.
    """

    def __init__(
        self,
        pack: Pack,
        phrases: Mapping[str, Sequence[str]] | None = None,
        *,
        triples: frozenset[Triple] = frozenset(),
        lists: WordLists | None = None,
    ) -> None:
        self.pack, self.lists, self._more = pack, lists or load_words(), triples
        self.units = Units.of(pack)
        self._names = {
            name: _list_names(spec.label, (phrases or {}).get(name, ())) for name, spec in pack.fields.items()
        }
        self._allowed: dict[str, frozenset[str]] = {}
        self._known: dict[str, frozenset[str]] = {}

    def list_allowed(self, target: Target) -> frozenset[str]:
        """The stems that the intent's wordings, title and fields use."""
        intent = target.intent
        if intent.intent not in self._allowed:
            texts = [intent.title, *(text for _, text in _list_wordings(intent))]
            stems = {found for text in texts for found in list_stems(text)}
            for name in self._list_fields(intent):
                stems |= {found for phrase in self._names[name] for found in phrase.split()}
            self._allowed[intent.intent] = frozenset(stems)
        return self._allowed[intent.intent]

    def is_written(self, word: str, target: Target) -> bool:
        """Whether a wording of the intent writes the word with its capital."""
        return any(re.search(rf"\b{re.escape(word)}\b", text) for _, text in _list_wordings(target.intent))

    def list_known(self, target: Target) -> frozenset[str]:
        """The skeletons of what is there: the questions of the intent, or the answers of the template."""
        key = f"{target.intent.intent}/{'ask' if target.side == 'ask' else target.template.id}"
        if key not in self._known:
            templates = target.intent.templates if target.side == "ask" else (target.template,)
            patterns = [p for t in templates for p in (t.ask if target.side == "ask" else t.reply)]
            self._known[key] = frozenset(skeleton(mask(text).text) for p in patterns for text in expand(p))
        return self._known[key]

    def list_answer_units(self, target: Target) -> set[str]:
        """The units of the fields that an intent is about: a question may name them."""
        units = {self.pack.fields[name].unit for name in self._list_fields(target.intent)}
        return {form for unit in units if unit for form in (unit, *SPELLED_UNITS.get(unit, ()))}

    def compare_properties(self, before: str, after: str, target: Target) -> tuple[list[str], list[str]]:
        """What the source names and the wording does not, and what it names that the source and the intent do not."""
        old, new = _pad(before), _pad(after)
        own = self._list_fields(target.intent)
        lost = []
        named: set[str] = set()
        for name in own:
            in_new = [phrase for phrase in self._names[name] if f" {phrase} " in new]
            if any(f" {phrase} " in old for phrase in self._names[name]) and not in_new:
                lost.append(self.pack.fields[name].label)
            if in_new:
                named |= {found for phrase in self._names[name] for found in phrase.split()}
        keys = self._list_keys(target) - named
        lost += [key for key in dict.fromkeys(old.split()) if key in keys and key not in new.split()]
        for name in own:
            for phrase in self._names[name]:
                new = new.replace(f" {phrase} ", " · ")
        foreign = [
            self.pack.fields[name].label
            for name in self._names
            if name not in own
            for phrase in self._names[name]
            if f" {phrase} " in new and f" {phrase} " not in old
        ]
        return lost, foreign

    def find_unseen(self, said: str, asked: Asked) -> list[Triple]:
        """Three words in a row that no wording of the corpus, nor its source, has so."""
        scope = Scope(self.pack, asked.target.intent)
        kinds = {
            slot: _name_kind(scope, read_slot(written.strip("{}"))) for slot, written in asked.shown.written.items()
        }
        own = set(_list_triples(asked.shown.text, kinds))
        found = _list_triples(said, kinds)
        new = [row for row in found if row not in self._triples and row not in own]
        return [row for row in new if all(word in self._common for word in row)]

    def lint(self, pattern: str, target: Target) -> list[Problem]:
        """What the pack's own linter says of a pattern in its template, beside the other side's patterns."""
        template = target.template.model_copy(update={target.side: (pattern,)})
        trial = target.intent.model_copy(update={"templates": (template,)})
        here = f"{target.intent.intent}/{template.id}/{target.side} "
        return [problem for problem in check_intent(self.pack, trial) if problem.where.startswith(here)]

    @cached_property
    def _triples(self) -> frozenset[Triple]:
        return list_triples(self.pack) | self._more

    @cached_property
    def _common(self) -> frozenset[str]:
        """Words met in so many places that a place where they never stand says something."""
        counted = Counter(word for triple in self._triples for word in triple)
        return frozenset(word for word, count in counted.items() if count >= COMMON)

    def _list_fields(self, intent: Intent) -> list[str]:
        """The fields that an intent is about."""
        names = [*intent.draw.needs, *([intent.draw.field] if intent.draw.field else [])]
        return [name for name in dict.fromkeys(names) if name in self._names]

    def _list_keys(self, target: Target) -> set[str]:
        """Stems that a wording keeps where its source has them: of the title and labels, and those of all wordings."""
        labels = [self.pack.fields[name].label for name in self._list_fields(target.intent)]
        keys = set(self.lists.list_content(" ".join([target.intent.title, *labels])))
        stems = [set(self.lists.list_content(mask(text).text)) for text in target.known]
        ways = {stem(word) for word in self.lists.up | self.lists.down}  # the gate of directions looks at these
        return (keys | set.intersection(*stems)) - self.units.stems - ways


def list_triples(pack: Pack) -> frozenset[Triple]:
    """All three words in a row of a pack's wordings: in lower case, slots as kinds, numbers as #."""
    found: set[Triple] = set()
    for intent in pack.intents:
        scope = Scope(pack, intent)
        kinds: dict[str, str] = {}
        for _, text in _list_wordings(intent):
            for part in parse(text):
                if isinstance(part, Slot) and str(part) not in kinds:
                    kinds[str(part)] = _name_kind(scope, part)
            found.update(_list_triples(text, kinds))
    return frozenset(found)


def read_phrases(name_or_path: str | Path) -> dict[str, list[str]]:
    """Field -> how it is called in free text, from the pack's claims.yaml; nothing where there is none."""
    path = find_pack(name_or_path) / "claims.yaml"
    raw: Any = load_yaml(path) if path.is_file() else {}
    return {name: list(rules.get("phrases", [])) for name, rules in raw.get("fields", {}).items()}


def _list_names(label: str, phrases: Iterable[str]) -> list[str]:
    """The names of a field as stems, longest first."""
    names = {" ".join(list_stems(text)) for text in (re.sub(r"\s*\(.*\)", "", label), *phrases)}
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)


def _pad(text: str) -> str:
    return f" {' '.join(list_stems(text))} "


@lru_cache(maxsize=1024)
def _list_wordings_of(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for pattern in patterns for text in expand(pattern)[:MOST_EXPANDED])


def _list_wordings(intent: Intent) -> Iterator[tuple[str, str]]:
    """All wordings of an intent, with the side they are of."""
    for template in intent.templates:
        for side, patterns in (("ask", template.ask), ("reply", template.reply)):
            for text in _list_wordings_of(tuple(patterns)):
                yield side, text
        if template.before:
            for text in _list_wordings_of((*template.before.ask, *template.before.reply)):
                yield "before", text


def _name_kind(scope: Scope, slot: Slot) -> str:
    """What kind of thing a slot stands for, as a word."""
    try:
        meaning = scope.read(slot)
    except PackError:
        return "§text"
    return "§name" if meaning.kind == "name" else "§num" if meaning.numeric else "§text"


def _list_triples(text: str, kinds: Mapping[str, str]) -> list[Triple]:
    """The words of a text, three at a time: in lower case, slots as their kind, numbers as #, with its two ends."""
    marked = _BRACES.sub(lambda match: f" {kinds.get(match[0], '§text')} ", text.replace("\\", ""))
    tokens = ["#" if token[0].isdigit() else token.lower() for token in _TOKEN.findall(marked)]
    line = ["^", *tokens, "$"]
    return list(zip(line, line[1:], line[2:], strict=False))
