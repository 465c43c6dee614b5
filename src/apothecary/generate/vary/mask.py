"""A wording of a pack -> the text that a model sees, and the model's text back -> a pattern of the pack.

The model never sees a value. Slots stay in braces, without their format (`{mw:dp2}` is shown as `{mw}`) and without
the capital of `{Name}`; both come back from the source. Options at the end (`{options:lines}`) are not shown.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from apothecary.packs.grammar import Literal, Slot, parse

_BRACES = re.compile(r"\{[^{}]*\}")
_TAIL = re.compile(r"\s*\{options:lines\}$")
_QUOTES = (("“", "”"), ("‘", "’"), ('"', '"'), ("'", "'"))
_LABEL = re.compile(
    r"^(?:rewritten|rewrite|rephrased|paraphrase[d]?|answer|question|sentence|output)\s*:\s*", re.IGNORECASE
)
_START = re.compile(r"(^|[.?!]\s+)(\{(?:\w+\.)?)name(\})")
_ARTICLE = re.compile(r"\b[Aa]n? (\{[^{}]*:an\})")
_SIGNS = re.compile(r"[\[\]|]")


@dataclass(frozen=True)
class Masked:
    """A wording as shown, what each slot shown stands for, and what stood behind it."""

    text: str
    written: dict[str, str]
    tail: str = ""

    @property
    def slots(self) -> Counter[str]:
        """How often each slot is shown."""
        return Counter(_BRACES.findall(self.text))


def mask(wording: str) -> Masked:
    """A wording in (alternatives taken), what a model is shown out."""
    tail = _TAIL.search(wording)
    parts = parse(wording[: tail.start()] if tail else wording)
    names = {slot.name.replace("Name", "name") for slot in parts if isinstance(slot, Slot)}
    formats = {
        name: {part.fmt for part in parts if isinstance(part, Slot) and part.name.replace("Name", "name") == name}
        for name in names
    }
    shown: list[str] = []
    written: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Literal):
            shown.append(part.text)
            continue
        name = part.name.replace("Name", "name")
        slot = f"{{{name}}}" if len(formats[name]) == 1 else str(part)
        written[slot] = str(part).replace("Name", "name")
        shown.append(slot)
    return Masked("".join(shown), written, tail[0] if tail else "")


def unmask(text: str, source: Masked) -> str:
    """A model's text (tidied) in, the pattern out; a slot that the source has not stays as it is."""
    escaped = _SIGNS.sub(lambda match: "\\" + match[0], text)
    pattern = _BRACES.sub(lambda match: source.written.get(match[0], match[0]), escaped)
    pattern = _ARTICLE.sub(r"\1", pattern)
    return _START.sub(r"\1\2Name\3", pattern) + source.tail


def tidy(text: str, source: Masked) -> str:
    """What a model wrote in, the same without its wrapping out: labels, quotes, line breaks around, a missing stop."""
    said = _LABEL.sub("", text.strip().strip("*`")).strip()
    for opening, closing in _QUOTES:
        if len(said) > 2 and said[0] == opening and said[-1] == closing and opening not in said[1:-1]:
            said = said[1:-1].strip()
    said = re.sub(r"[ \t]+", " ", said)
    said = _BRACES.sub(lambda match: match[0].replace("Name", "name").replace(" ", ""), said)
    plain = source.text.rstrip()
    if said and plain.endswith((".", "?")) and said[-1] not in ".?!:;":
        said += plain[-1]
    if said and plain[:1].isupper() and said[0].islower() and not re.match(r"[a-z]+[A-Z]|[a-z]\b", said):
        said = said[0].upper() + said[1:]
    return said
