"""Texts -> words, stems and groups of words: what the gates look at. The lists are data (words.yaml).

A stem is a word without the endings of plural, tense and adverb (`melts`, `melting` -> `melt`): crude, but the same for
both texts that are compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

THING = "§thing"
WORDS = Path(__file__).parent / "words.yaml"
_SLOT = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DIGITS = re.compile(r"(?<![\w])[-−+]?\d+(?:[.,]\d+)*%?")
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ies", "ied", "ed", "es", "ly", "s", "e")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word in, its stem in lower case out."""
    low = re.sub(r"['’]s$", "", word.lower()).replace("’", "'")
    for ending in _ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= 3 and not low.endswith("ss"):
            low = low[: -len(ending)]
            break
    return low[:-1] if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "aeiouls" else low.rstrip("y") or low


def list_words(text: str) -> list[str]:
    """The words of a text in lower case, without slots, digits and signs."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(_SLOT.sub(" ", text))]


def list_stems(text: str) -> list[str]:
    """The stems of a text, in order."""
    return [stem(word) for word in list_words(text)]


def list_digits(text: str) -> list[str]:
    """The numbers that a text writes in digits, slots left out."""
    return _DIGITS.findall(_SLOT.sub(" ", text))


@dataclass(frozen=True)
class WordLists:
    """The groups of words.yaml, as words and as stems."""

    function: frozenset[str]
    reporting: frozenset[str]
    things: frozenset[str]
    guarded: dict[str, frozenset[str]]
    kept: tuple[str, ...]
    up: frozenset[str]
    down: frozenset[str]
    numbers: frozenset[str]
    imperatives: frozenset[str]

    def list_content(self, text: str) -> list[str]:
        """The stems of a text that carry its meaning: no function and no reporting words, one word for all things."""
        return [THING if word in self.things else stem(word) for word in self.keep_content(list_words(text))]

    def keep_content(self, words: Iterable[str]) -> list[str]:
        """Words in, those that are neither function nor reporting words out."""
        return [word for word in words if word not in self.function and stem(word) not in self.light]

    @cached_property
    def function_stems(self) -> frozenset[str]:
        """The stems of the function words."""
        return frozenset(map(stem, self.function))

    @cached_property
    def light(self) -> frozenset[str]:
        """The stems of the reporting words."""
        return frozenset(map(stem, self.reporting))

    def find_groups(self, text: str) -> dict[str, set[str]]:
        """Guarded group -> its words in the text, for groups that the text touches."""
        words = set(list_words(text)) | {"n't" for word in list_words(text) if word.endswith("n't")}
        return {group: words & listed for group, listed in self.guarded.items() if words & listed}

    def count_directions(self, text: str, up: Iterable[str] = (), down: Iterable[str] = ()) -> Counter[str]:
        """How often a text points up and down; a pack's own words of a field count too."""
        words = Counter(list_words(text))
        rising = self.up | {word.lower() for word in up}
        falling = self.down | {word.lower() for word in down}
        return Counter(
            {
                "up": sum(count for word, count in words.items() if word in rising),
                "down": sum(count for word, count in words.items() if word in falling),
            }
        )


@lru_cache(maxsize=4)
def load_words(path: Path = WORDS) -> WordLists:
    """The lists of a file of words."""
    data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    names = ("function", "reporting", "things", "up", "down", "numbers", "imperatives")
    sets = {name: frozenset(str(data[name]).split()) for name in names}
    guarded = {group: frozenset(str(words).split()) for group, words in data["guarded"].items()}
    return WordLists(**sets, guarded=guarded, kept=tuple(data["kept"]))
