"""A pack's `makers/*.yaml` to declarations: what each maker asks, in which words, and what its rows are.

Every file but `shared.yaml` is a list of makers. `shared.yaml` holds what all of them use: `layouts` of a prompt that
shows passages, `kinds` of documents by source, and `licences`, the first of whose patterns that is found in the
licence of a document says how much of it a prompt and an answer may quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from apothecary.errors import PackError
from apothecary.example import ANSWER_TYPES, PERSPECTIVES, TESTS
from apothecary.packs.load import find_pack
from apothecary.packs.yaml import load_yaml

CHECKS = ("quote", "words", "steps", "list", "choice", "decide", "absent", "label", "json")
BOOKS = ("open", "closed")
SLOT = re.compile(r"\{([a-z_]+)\}")
_REQUIRED = (
    "intent",
    "title",
    "perspective",
    "topic",
    "safety",
    "tests",
    "difficulty",
    "check",
    "book",
    "ask",
    "reply",
)


@dataclass(frozen=True)
class Declaration:
    """One maker as data; `ask` and `reply` hold wordings by register and by form."""

    maker: str
    intent: str
    title: str
    perspective: str
    topic: str
    safety: str
    tests: str
    difficulty: int
    check: str  # how the answer is held against the text, one of CHECKS
    book: str
    answer_type: str
    about: str  # "how the trial was masked": for the questions that a passage cannot answer; "" where there are none
    header: bool  # whether a prompt names the document above its text
    cues: str  # a pattern of words that a passage must not have when it is said to be silent about it
    ask: dict[str, tuple[tuple[str, str], ...]]  # form -> (register, wording)
    reply: dict[str, tuple[str, ...]]  # form -> wordings


@dataclass(frozen=True)
class Terms:
    """How many characters of a document a prompt may show and an answer may quote; 0 for no limit of the licence."""

    pattern: str
    prompt_chars: int
    answer_chars: int
    owned_prompt_chars: int  # where the record says that its text is somebody's
    owned_answer_chars: int


@dataclass(frozen=True)
class Declarations:
    """All that a pack says about makers."""

    pack: str
    makers: dict[str, Declaration]
    layouts: tuple[str, ...]
    many: tuple[str, ...]  # layouts for several passages
    kinds: dict[str, str]
    terms: tuple[Terms, ...]
    absent: dict[str, tuple[str, ...]]
    among: dict[str, tuple[str, ...]]

    def find_terms(self, licence: str) -> Terms:
        """The terms of a licence; those of the last pattern, which fits all, where none else does."""
        return next(terms for terms in self.terms if re.search(terms.pattern, licence))


@lru_cache(maxsize=4)
def load_declarations(pack: str) -> Declarations:
    """A pack (a name or a folder) to what it says about makers; PackError names the file and what is wrong."""
    folder = find_pack(pack)
    paths = sorted((folder / "makers").glob("*.yaml"))
    if not paths:
        raise PackError("the pack has no makers", where=str(folder), expected="makers/shared.yaml and others")
    makers: dict[str, Declaration] = {}
    shared: Any = {}
    for path in paths:
        content: Any = load_yaml(path, PackError)
        if path.stem == "shared":
            shared = content
            continue
        for raw in content:
            made = _read_maker(raw, path)
            if made.maker in makers:
                raise PackError(f"the maker {made.maker} stands twice", where=str(path))
            makers[made.maker] = made
    try:
        return Declarations(
            folder.name,
            makers,
            tuple(shared["layouts"]),
            tuple(shared["many"]),
            dict(shared["kinds"]),
            tuple(_read_terms(raw) for raw in shared["licences"]),
            {name: tuple(texts) for name, texts in shared["absent"].items()},
            {name: tuple(texts) for name, texts in shared["among"].items()},
        )
    except KeyError as missing:
        raise PackError(f"shared.yaml has no {missing}", where=str(folder / "makers")) from None


def _read_terms(raw: dict[str, str]) -> Terms:
    prompt, answer = int(raw["prompt_chars"]), int(raw["answer_chars"])
    owned = int(raw.get("owned_prompt_chars", prompt)), int(raw.get("owned_answer_chars", answer))
    return Terms(raw["pattern"], prompt, answer, *owned)


def _read_maker(raw: dict[str, Any], path: Path) -> Declaration:
    name = str(raw.get("maker", "?"))
    where = f"{path}: {name}"
    missing = [key for key in _REQUIRED if key not in raw]
    if missing:
        raise PackError(f"a maker without {', '.join(missing)}", where=where, expected=", ".join(_REQUIRED))
    known = {
        "perspective": PERSPECTIVES,
        "tests": TESTS,
        "check": CHECKS,
        "book": BOOKS,
        "answer_type": ANSWER_TYPES,
        "safety": ("S0", "S1", "S2", "S3", "S4"),
        "difficulty": tuple("12345"),
    }
    for key, values in known.items():
        if raw.get(key, values[0]) not in values:
            raise PackError(f"{key}: {raw[key]}", where=where, expected=", ".join(values))
    ask = raw["ask"] if all(isinstance(part, dict) for part in raw["ask"].values()) else {"": raw["ask"]}
    reply = raw["reply"] if isinstance(raw["reply"], dict) else {"": raw["reply"]}
    return Declaration(
        maker=name,
        intent=raw["intent"],
        title=raw["title"],
        perspective=raw["perspective"],
        topic=raw["topic"],
        safety=raw["safety"],
        tests=raw["tests"],
        difficulty=int(raw["difficulty"]),
        check=raw["check"],
        book=raw["book"],
        answer_type=raw.get("answer_type", "text"),
        about=raw.get("about", ""),
        header=raw.get("header", "yes") == "yes",
        cues=raw.get("cues", ""),
        ask={
            form: tuple((register, text) for register, texts in registers.items() for text in texts)
            for form, registers in ask.items()
        },
        reply={form: tuple(texts) for form, texts in reply.items()},
    )
