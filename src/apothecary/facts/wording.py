"""The checker's own reading of a pattern: every wording it stands for, in the order that numbers them.

A pattern is literals, slots `{role.field:format}` and alternatives `[x|y]`, which nest (docs/packs.md, Patterns).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

_SLOT = re.compile(r"(?:(\w+)\.)?(\w+)(?::(\w+))?")
_ESCAPED = "[]{}|"
_TEXT = re.compile(r"[^\[\]{}|\\]+")  # a run of characters without a meaning


@dataclass(frozen=True)
class Slot:
    """One `{role.name:form}` as written; absent parts are None."""

    role: str | None
    name: str
    form: str | None


Wording = tuple[str | Slot, ...]
_Node = str | Slot | list["_Sequence"]
_Sequence = list[_Node]


class _Reader:
    """A cursor over one pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read_sequence(self, nested: bool) -> _Sequence:
        """Nodes up to `|` or `]` when nested, else up to the end."""
        nodes: _Sequence = []
        while self.at < len(self.text):
            if run := _TEXT.match(self.text, self.at):
                nodes.append(run[0])
                self.at = run.end()
                continue
            char = self.text[self.at]
            if nested and char in "|]":
                return nodes
            if char == "[":
                nodes.append(self._read_alternatives())
            elif char == "{":
                nodes.append(self._read_slot())
            elif char in "]}":
                raise ValueError(f"{char!r} without its opening bracket in {self.text!r}")
            else:
                escaped = char == "\\" and self.text[self.at + 1 : self.at + 2] in tuple(_ESCAPED)
                nodes.append(self.text[self.at + 1] if escaped else char)
                self.at += 2 if escaped else 1
        if nested:
            raise ValueError(f"'[' is not closed in {self.text!r}")
        return nodes

    def _read_alternatives(self) -> list[_Sequence]:
        branches: list[_Sequence] = []
        while True:
            self.at += 1
            branches.append(self.read_sequence(nested=True))
            if self.text[self.at] == "]":
                self.at += 1
                return branches

    def _read_slot(self) -> Slot:
        end = self.text.find("}", self.at)
        match = _SLOT.fullmatch(self.text[self.at + 1 : end]) if end > 0 else None
        if match is None:
            raise ValueError(f"no slot can be read at {self.text[self.at :]!r}")
        self.at = end + 1
        return Slot(match[1], match[2], match[3])


def expand_pattern(pattern: str) -> list[Wording]:
    """All wordings of a pattern, the leftmost alternative slowest; ValueError when it cannot be read."""
    return [_merge(pieces) for pieces in _expand(_Reader(pattern).read_sequence(nested=False))]


def expand_patterns(patterns: list[str]) -> list[Wording]:
    """The wordings of a list of patterns, numbered through."""
    return [wording for pattern in patterns for wording in expand_pattern(pattern)]


def _expand(nodes: _Sequence) -> list[Wording]:
    choices: list[list[Wording]] = []
    literal = ""
    for node in nodes:
        if isinstance(node, str):
            literal += node
            continue
        choices.append([(literal,)])
        literal = ""
        if isinstance(node, Slot):
            choices.append([(node,)])
        else:
            choices.append([wording for branch in node for wording in _expand(branch)])
    choices.append([(literal,)])
    return [tuple(piece for part in parts for piece in part) for parts in product(*choices)]


def _merge(pieces: Wording) -> Wording:
    merged: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)
