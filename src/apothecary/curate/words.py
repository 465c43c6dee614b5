"""The word lists of the near-duplicate stage: words that assert nothing, and words that say the same.

The files are our own. A benign word must be equal to nothing and to every other benign word; a line of equal words
is one word in several spellings. Common and kindred words are their counterparts for long texts. A pack's closed values
win over all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def read_benign_words() -> frozenset[str]:
    """The words, in lower case, that two texts may differ in and still state the same facts."""
    return frozenset(word for line in _read_lines("benign_words.txt") for word in line)


@cache
def read_equal_words() -> dict[str, str]:
    """A word, in lower case, to the first word of its line: the one it stands for."""
    return {word: line[0] for line in _read_lines("equal_words.txt") for word in line}


@cache
def read_common_words() -> frozenset[str]:
    """The words, in lower case, that two long texts may differ in and still make one statement."""
    return frozenset(word for line in _read_lines("common_words.txt") for word in line)


@cache
def read_kindred_words() -> dict[str, str]:
    """A word, in lower case, to the first word of its line: the one it stands for in a long text."""
    return {word: line[0] for line in _read_lines("kindred_words.txt") for word in line}


def _read_lines(name: str) -> Iterator[list[str]]:
    for line in (DATA / name).read_text("utf-8").splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words
