"""Names in text: where a sentence mentions an entity, by hash look-ups of whole words, longest name first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from apothecary.facts.claim_words import CLASS_OF, FORM_WORDS

MAX_WORDS = 8
MIN_CHARS = 4  # shorter names are words of English or abbreviations of several things
_WORD = re.compile(r"\S+")
_OPEN = "([{\"'“‘*"
_CLOSE = ".,;:?!)]}\"'”’*"
_SIGNS = _OPEN + _CLOSE
_LETTERS = re.compile(r"[^\W\d_]{3}")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "−": "-", "’": "'", "′": "'"})
_NOTATION = re.compile(r"[=#@\\]|^(?:[a-z]{1,2}\d+)+[a-z]?$")
_SMILES = re.compile(r"(?=.*[A-Z].*[A-Z])[BCNOPSFIHclnosri\d()\[\]+\-/.%]+")  # the name of a compound without one


class Mention(NamedTuple):
    """Characters start to end of a text name one of these entities (their numbers)."""

    start: int
    end: int
    entities: tuple[int, ...]


def normalise_name(name: str) -> str:
    """A name as it is looked up: lower case, plain dashes and primes, single spaces."""
    return " ".join(name.lower().translate(_DASHES).split())


class NameFinder:
    """Finds the names of a knowledge base; names that several entities share stand for all of them."""

    def __init__(self, names: pl.DataFrame, not_names: Iterable[str] = ()) -> None:
        """`names`: columns entity (a number), name, display (bool); a display name keeps its words of salts."""
        refused = {normalise_name(name) for name in not_names}
        self._keys: dict[str, tuple[int, ...]] = {}
        self._words: dict[str, int] = {}  # first word: the most words of a name that begins with it
        self._pairs: set[tuple[str, str]] = set()  # first and second words
        for entity, name, display in names.select("entity", "name", "display").iter_rows():
            key = normalise_name(name)
            words = key.split(" ")
            if key in refused or not _is_name(name, key, words) or (not display and not FORM_WORDS.isdisjoint(words)):
                continue
            known = self._keys.get(key, ())
            if entity not in known:
                self._keys[key] = (*known, entity)
            self._words[words[0]] = max(self._words.get(words[0], 0), len(words))
            if len(words) > 1:
                self._pairs.add((words[0], words[1]))

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, in order, none inside another. Most words cost two look-ups."""
        lower = text.lower().translate(_DASHES)
        if len(lower) != len(text):  # a few capitals grow
            lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text).translate(_DASHES)
        words = [match.span() for match in _WORD.finditer(lower)]
        found, at, known = [], 0, self._words
        while at < len(words):
            word = lower[slice(*words[at])]
            core = word.strip(_SIGNS)
            count = known.get(core, 0)
            if not count and core != word:
                inner = word.lstrip(_OPEN)
                count = known.get(word) or known.get(inner) or known.get(word.rstrip(_CLOSE)) or 0
                count = count or known.get(inner[:-1]) or known.get(inner[:-2]) or 0  # `bis(aniline):` keeps a bracket
            if not count and core.endswith("'s"):
                count = known.get(core[:-2], 0)
            if not count:
                at += 1
                continue
            most = min(count, len(words) - at) if self._goes_on(lower, words, at, core) else 1
            taken = 1
            for length in range(most, 0, -1):
                mention = self._look_up(lower, words[at][0], words[at + length - 1][1])
                if mention:
                    found.append(mention)
                    taken = length
                    break
            at += taken
        return found

    def _goes_on(self, text: str, words: list[tuple[int, int]], at: int, core: str) -> bool:
        """Whether the word at `at` and the next begin some name."""
        if at + 1 == len(words):
            return False
        word, after = text[slice(*words[at])], text[slice(*words[at + 1])]
        firsts, seconds = {core, word, word.lstrip(_OPEN)}, {after, after.rstrip(_CLOSE)}
        seconds |= {second.removesuffix("'s") for second in seconds}
        return any((first, second) in self._pairs for first in firsts for second in seconds)

    def _look_up(self, text: str, start: int, end: int) -> Mention | None:
        """The name that text[start:end] is, with or without signs around it."""
        whole = text[start:end]
        if "  " in whole or "\n" in whole or "\t" in whole:
            return self._match(whole, start)
        known = self._keys.get(whole)
        return Mention(start, end, known) if known else self._match(whole, start)

    def _match(self, whole: str, start: int) -> Mention | None:
        inner = whole.lstrip(_OPEN)
        for candidate in (whole, inner) if inner != whole else (whole,):
            begin = start + len(whole) - len(inner) if candidate == inner else start
            for _ in range(4):
                key = " ".join(candidate.split())
                known = self._keys.get(key)
                if known:
                    return Mention(begin, begin + len(candidate), known)
                if key.endswith("'s"):
                    candidate = candidate[:-2]
                elif candidate and candidate[-1] in _CLOSE:
                    candidate = candidate[:-1]
                else:
                    break
        return None


def _is_name(name: str, key: str, words: list[str]) -> bool:
    return (
        len(key) >= MIN_CHARS
        and len(words) <= MAX_WORDS
        # `compound B` and `factor II` are names in some list, and more often something else.
        and any(len(word) >= MIN_CHARS and word not in CLASS_OF and _LETTERS.search(word) for word in words)
        and _NOTATION.search(key) is None
        and _SMILES.fullmatch(name) is None
    )
