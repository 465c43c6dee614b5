"""Register names in; what tells a trade name or a foreign spelling from a chemist's name, out.

Sources mix names that chemists write with trade names and other languages' spellings. A name that a register has as
more than a brand is trusted; any other is compared with how the registers' brands and names end and are spelt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

ENDINGS = (5, 4, 3)
# An ending is judged by at least this many register names, else by a shorter ending.
MIN_SEEN = 10
# Of unlisted words this share of whose ending's register names are brands, most are trade names.
MAX_BRAND_SHARE = 0.2
# So many letters in common with the IUPAC name show that a word was made from the structure.
SHARED_LETTERS = 5
MIN_LAST_WORD = 3

_FOLDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"[ao]e"), "e"),
    (re.compile(r"ts|[kzs]|ch(?=[lr])"), "c"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=[a-z]{3})[aeo]$"), ""),
)


@dataclass(frozen=True)
class Style:
    """What the registers' names look like; all in lower case."""

    listed: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()
    last_words: frozenset[str] = frozenset()
    brand_endings: Counter[str] = field(default_factory=Counter)
    name_endings: Counter[str] = field(default_factory=Counter)

    def judge(self, name: str, iupac: str | None) -> str | None:
        """None for a lower-case name that reads like a chemist's, else why it is refused; `iupac` is the compound's."""
        if not self.listed or name in self.listed or re.search(r"[\d()\[\]]", name):
            return None
        if fold_spelling(name) in self.folded:
            return "another spelling of a listed name"
        words = re.split(r"[ -]", name)
        if _share_letters(name, iupac or ""):
            return None
        if " " in name and words[-1] in self.last_words:
            return None
        return "reads like a trade name" if self.share_of_brands(words[-1]) >= MAX_BRAND_SHARE else None

    def share_of_brands(self, word: str) -> float:
        """Of the register's one-word names with this word's ending, the share that are brands (one of each added)."""
        brands = names = 0
        for letters in ENDINGS:
            brands, names = self.brand_endings[word[-letters:]], self.name_endings[word[-letters:]]
            if brands + names >= MIN_SEEN:
                break
        return (brands + 1) / (brands + names + 2)


def learn_style(names: Iterable[str], brands: Iterable[str]) -> Style:
    """Lower-case register names, and names that are nothing but brands, in; their style out."""
    listed = frozenset(names)
    last = Counter(name.rsplit(" ", 1)[-1] for name in listed if " " in name)
    return Style(
        listed,
        frozenset(fold_spelling(name) for name in listed if name.isalpha()),
        frozenset(word for word, count in last.items() if count >= MIN_LAST_WORD and word.isalpha()),
        _count_endings(brands),
        _count_endings(listed),
    )


def fold_spelling(name: str) -> str:
    """A lower-case name in a spelling that languages share: `nikotin` and `nicotine` both give `nicotin`."""
    for pattern, replacement in _FOLDS:
        name = pattern.sub(replacement, name)
    return name


def _count_endings(names: Iterable[str]) -> Counter[str]:
    words = [name for name in names if name.isalpha()]
    return Counter(word[-letters:] for word in words for letters in ENDINGS if len(word) > letters)


def _share_letters(name: str, iupac: str) -> bool:
    iupac = iupac.lower()
    pieces = (name[i : i + SHARED_LETTERS] for i in range(len(name) - SHARED_LETTERS + 1))
    return any(piece.isalpha() and piece in iupac for piece in pieces)
