"""Sentences to links: which number speaks of which property of which entity, by the classes of the words between.

A sentence becomes one letter a word (`claim_words`), with E for an entity, P for a property, N for a value and F for a
formula; a link is a pattern over these letters. A word of no known class between the parts means no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from apothecary.facts.claim_names import Mention, NameFinder
from apothecary.facts.claim_rules import ClaimField, ClaimRules
from apothecary.facts.claim_values import FORMULA, Value, ValueReader, parse_formula
from apothecary.facts.claim_words import CLASS_OF, NUMBER_WORDS, SIGN_OF

_MASK = "\ue000"
_TOKEN = re.compile(rf"({_MASK}+(?:['’]s)?)|([^\W\d_][\w'’]*(?:-[^\W_]\w*)*)|([-−–]?\d)|(\S)")
_PLAIN = str.maketrans({_MASK: " ", "_": " ", '"': " ", "`": " ", "“": " ", "”": " "})
_DIGIT = re.compile(r"[\d₀-₉]")
_DOTTED = frozenset(("ca", "approx", "c", "e.g", "i.e", "resp", "temp", "no", "wt"))
_PLAIN_WORDS = {word: letter for word, letter in CLASS_OF.items() if len(word) > 1 and word not in _DOTTED}
_JUNK = re.compile(r"\S+")


class Token(NamedTuple):
    """A word, sign or value of a sentence by its class."""

    letter: str
    start: int
    end: int
    at: int = -1  # E: its mention, P: its phrase
    value: Value | None = None
    unit: str = ""  # P: a unit given in its heading


@dataclass
class Sentence:
    """A sentence taken apart; `letters` has one letter a token."""

    start: int
    text: str
    tokens: list[Token]
    mentions: list[Mention]
    letters: str = field(init=False)
    words: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.letters = "".join(token.letter for token in self.tokens)

    @property
    def entities(self) -> set[tuple[int, ...]]:
        """The distinct entities that it names."""
        return {mention.entities for mention in self.mentions}


class SentenceReader:
    """Takes sentences apart."""

    def __init__(self, rules: ClaimRules, names: NameFinder) -> None:
        self.names = names
        self.values = ValueReader([unit for family in rules.units.values() for unit in family])
        self.phrases: list[str] = []  # by number: the field
        self._first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for name, claim in rules.fields.items():
            for phrase in claim.phrases:
                words = tuple(_split(phrase))
                self._first.setdefault(words[0], []).append((words, len(self.phrases)))
                self.phrases.append(name)
        for known in self._first.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def find_names(self, text: str) -> list[Mention]:
        """The entities that a sentence names."""
        return self.names.find(_blank(text))

    def read(self, text: str, mentions: list[Mention], start: int = 0) -> Sentence:
        """A sentence that begins at character `start` of its text."""
        plain = _blank(text)
        for mention in mentions:
            plain = plain[: mention.start] + _MASK * (mention.end - mention.start) + plain[mention.end :]
        tokens, words = self._split(plain, mentions)
        return Sentence(start, text, tokens, mentions, words)

    def _split(self, text: str, mentions: list[Mention]) -> tuple[list[Token], frozenset[str]]:
        tokens: list[Token] = []
        words: list[str] = []
        at, seen, between = 0, 0, False
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            if start < at:  # inside a value or phrase
                continue
            at = end
            word = match[0].lower()
            letter = _PLAIN_WORDS.get(word)
            if letter and word not in self._first:
                tokens.append(Token(letter, start, end))
                words.append(word)
                between = word == "between"
                continue
            if match[1]:
                tokens.append(Token("E", start, at, seen))
                seen += 1
                continue
            if match[0] == ")" and _is_same_again(tokens, mentions):
                del tokens[-2:]
                continue
            phrase = self._find_phrase(text, start, word) if word in self._first else None
            if phrase is not None:
                end, number = phrase
                unit, at = self.values.read_unit(text, end) or ("", end)
                tokens.append(Token("P", start, end, number, unit=unit))
                words.append(text[start:end].lower())
            elif match[2]:
                token = self._read_word(text, match, word)
                at = token.end
                between = False
                words.append(word)
                tokens.append(token)
            elif match[3]:
                token, at = self._read_value(text, start, between=between)
                between = False
                tokens.append(token)
            else:
                tokens.append(Token(SIGN_OF.get(match[0], "x"), start, at))
        return tokens, frozenset(words)

    def _read_word(self, text: str, match: re.Match[str], lower: str) -> Token:
        word, (start, end) = match[0], match.span()
        if word[0] == "C" and FORMULA.fullmatch(word) and _DIGIT.search(word) and parse_formula(word):
            bound = text[end : end + 1] in ("·", "•", "(", "[", "+", "*") or text[end : end + 2] in (" ·", " •", " +")
            return Token("o" if bound else "F", start, end)
        if lower in NUMBER_WORDS:
            number = float(NUMBER_WORDS[lower])
            return Token("N", start, end, value=Value(start, end, number, number, "", 1.0, 1.0))
        if len(word) == 1 and word.isupper() and text[end : end + 1] == ")" and text[start - 1 : start] != "(":
            return Token("b", start, end)  # the letter of an option
        if len(word) == 1 and word.isupper() and word != "I" and (start or not text[end : end + 2].strip().isalpha()):
            return Token("x", start, end)  # a label, not the article
        if lower in _DOTTED and text[end : end + 1] == ".":
            end += 1
        return Token(CLASS_OF.get(lower, "x"), start, end)

    def _read_value(self, text: str, start: int, *, between: bool) -> tuple[Token, int]:
        before = text[start - 1 : start]
        value = None
        if not before or not (before.isalnum() or before in "./'-−–"):
            value = self.values.read(text, start, between=between)
        if value is not None:
            return Token("N", value.start, value.end, value=value), value.end
        junk = _JUNK.match(text, start)
        end = junk.end() if junk else start + 1
        return Token("x", start, end), end

    def _find_phrase(self, text: str, start: int, first: str) -> tuple[int, int] | None:
        """The longest phrase of a property that begins here: where it ends, and its number."""
        for words, number in self._first.get(first, ()):
            at = start
            for word in words:
                match = _TOKEN.match(text, at) if at == start else _TOKEN.search(text, at)
                if match is None or match[0].lower() != word or text[at : match.start()].strip(" \xa0"):
                    break
                at = match.end()
            else:
                return at, number
        return None


def _is_same_again(tokens: list[Token], mentions: list[Mention]) -> bool:
    """Whether the tokens end in `paracetamol (acetaminophen`, one thing by two names."""
    if len(tokens) < 3 or "".join(token.letter for token in tokens[-3:]) != "E(E":
        return False
    return mentions[tokens[-3].at].entities == mentions[tokens[-1].at].entities


def _blank(text: str) -> str:
    """The text with the signs of markup as blanks, as long as before."""
    return text.translate(_PLAIN).replace("**", "  ")


def _split(phrase: str) -> Iterable[str]:
    return [match[0].lower() for match in _TOKEN.finditer(phrase)]


class Link(NamedTuple):
    """One value with its property, and the entities that it may be about; `reason` tells why not to judge it."""

    field: str
    value: Token
    entities: tuple[int, ...] | None  # None: carried from before
    unit: str
    reason: str = ""


_GAP = r"[ckpqrd:,()\-]"
_ASIDE_TEXT = r"(?:\([^EPNFb.]{1,6}\))?"
_FORWARD = re.compile(rf"{_GAP}{{0,8}}(E{_ASIDE_TEXT}{_GAP}{{0,8}})?([NF])")
_BACKWARD = re.compile(r"([NF])[:,)\-]?k[cq]{0,3}$")
_COUNT_BEFORE = re.compile(r"N$")
_AFTER = re.compile(r"[cp]{0,4},?[cp]{0,3}E")
# The entity that a property belongs to, left of it: an aside in brackets and one between commas may stand between.
_LEFT = re.compile(r"E(\([^EPNFb.]{1,6}\))?(,c[^EPNFb.,]{1,9},|,[cd]{0,2}d,|kc[xdc]{1,5})?[ckd:;,()\-s]*p?[cd]*$")
_CLAUSE = re.compile(r"(?:^|[,;:(.\-])(?:p?[cd]*)$")
_FOR = re.compile(r"p[cd]{0,3}E(?![xb])")
_WITH = re.compile(r"p[cd]{0,2}P[ckp]{0,2}q?(N),c?E[ckx]")
_ASIDE = re.compile(r"E[(:]([NF])(?:[,;]([NF]))?[,;)]")
_CARRIED = re.compile(r"[.,]?[cdspk:;,()\-]*$")


class Linker:
    """Finds the links of a sentence."""

    def __init__(self, reader: SentenceReader, fields: Mapping[str, ClaimField]) -> None:
        self.reader = reader
        self.kinds = {name: claim.kind for name, claim in fields.items()}
        self._formula = next((name for name, kind in self.kinds.items() if kind == "formula"), "")
        self._implied = {unit: name for name, claim in fields.items() for unit in claim.implied}

    def link(self, sentence: Sentence) -> list[Link]:
        """All links of a sentence, left to right."""
        tokens, letters = sentence.tokens, sentence.letters
        done = list(letters)  # what is read already is a comma to what follows
        links = self._link_asides(sentence, done)
        for at, token in enumerate(tokens):
            if token.letter != "P":
                continue
            name = self.reader.phrases[token.at]
            found = self._find_value(sentence, done, at, name)
            if found is None:
                continue
            places, named, span = found
            if named < 0:
                named = self._find_right(sentence, places[-1])
            entities = sentence.mentions[tokens[named].at].entities if named >= 0 else None
            reason = ""
            if entities is None:
                entities, reason = self._find_left(sentence, done, span[0])
            if "r" in letters[span[0] : span[1]]:
                reason = reason or "bound"
            if self.kinds[name] == "count" and letters[span[1] : span[1] + 1] in ("x", "p", "d", "E"):
                reason = reason or "part of it"
            links += [Link(name, tokens[place], entities, token.unit, reason) for place in places]
            done[span[0] : span[1]] = ("E" if letter == "E" else "," for letter in letters[span[0] : span[1]])
        return links

    def _find_value(
        self, sentence: Sentence, done: list[str], at: int, name: str
    ) -> tuple[list[int], int, tuple[int, int]] | None:
        """Places of the values of the property at `at`, the place of its entity (or -1), and the span of all."""
        letters, kind = "".join(done), self.kinds[name]
        want = "F" if kind == "formula" else "N"
        forward = _FORWARD.match(letters, at + 1)
        if kind == "count" and _COUNT_BEFORE.search(letters[:at]):
            return [at - 1], -1, (at - 1, at + 1)
        if forward and forward[2] == want:
            places = self._list_values(sentence, forward.end() - 1)
            return places, forward.start(1) + forward[1].index("E") if forward[1] else -1, (at, places[-1] + 1)
        backward = _BACKWARD.search(letters[:at])
        if backward and backward[1] == want:
            after = _AFTER.match(letters, at + 1)
            return [backward.start()], after.end() - 1 if after else -1, (backward.start(), at + 1)
        return None

    def _list_values(self, sentence: Sentence, first: int) -> list[int]:
        """A value and the same in other units: `135 °C (275 °F)`."""
        tokens, letters = sentence.tokens, sentence.letters
        places = [first]
        value = tokens[first].value
        while value and value.unit:
            after = re.compile(r"(?:[(,;:]|k|[(,]?c)q?N").match(letters, places[-1] + 1)
            other = tokens[after.end() - 1].value if after else None
            if after is None or other is None or not other.unit or other.unit == value.unit:
                break
            places.append(after.end() - 1)
        return places

    def _find_left(self, sentence: Sentence, done: list[str], at: int) -> tuple[tuple[int, ...] | None, str]:
        """The entities that the clause left of `at` is about; None for one carried from before."""
        prefix = "".join(done[:at])
        match = _LEFT.search(prefix)
        if match and _CLAUSE.search(prefix[: match.start()]):
            return sentence.mentions[sentence.tokens[match.start()].at].entities, ""
        if "E" not in prefix and _CARRIED.match(prefix):
            return None, ""
        return (), "no clear subject"

    def _find_right(self, sentence: Sentence, at: int) -> int:
        """The place of the entity in `a melting point of 135 °C for aspirin`, -1 for none.

        Also in `With a melting point of 135 °C, aspirin is`.
        """
        aside = _WITH.match(sentence.letters)
        if aside and aside.start(1) == at:
            return aside.end() - 2
        match = _FOR.match(sentence.letters, at + 1)
        if match is None:
            return -1
        token = sentence.tokens[at + 1]
        return match.end() - 1 if sentence.text[token.start : token.end].lower() == "for" else -1

    def _link_asides(self, sentence: Sentence, done: list[str]) -> list[Link]:
        """What stands right behind a name: `aspirin (C9H8O4, 180.16 g/mol)`."""
        links = []
        for match in _ASIDE.finditer("".join(done)):
            entities = sentence.mentions[sentence.tokens[match.start()].at].entities
            reason = "" if _CLAUSE.search(sentence.letters[: match.start()]) else "no clear subject"
            for group in (1, 2):
                place = match.start(group)
                name = self._imply(sentence, place) if place >= 0 else ""
                if name:
                    links.append(Link(name, sentence.tokens[place], entities, "", reason))
                    done[place] = ","
        return links

    def _imply(self, sentence: Sentence, place: int) -> str:
        """The field that a formula or a unit tells on its own, or nothing."""
        token = sentence.tokens[place]
        if token.letter == "F":
            atoms = parse_formula(sentence.text[token.start : token.end]) or {}
            return self._formula if atoms.get("C") and atoms.get("H") else ""
        return self._implied.get(token.value.unit, "") if token.value else ""
