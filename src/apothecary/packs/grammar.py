r"""The pattern grammar of docs/packs.md: a pattern -> its concrete wordings -> literals and slots.

`expand` takes the alternatives `[x|y]`; escapes (`\[ \] \{ \} \|`) stay as they are until `parse` resolves them, so a
wording can be parsed without knowing its pattern.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from apothecary.errors import PackError

MAX_WORDINGS = 100_000  # in one list of patterns
MAX_DEPTH = 20

FORMAT = re.compile(r"dp(?:[0-9]|1[0-2])|sig(?:[1-9]|1[0-2])|int|raw|an|list|lines|inline")
_SLOT = re.compile(r"(?:([A-Za-z]\w*)\.)?([A-Za-z]\w*)(?::(\w+))?", re.ASCII)
_ESCAPED = "[]{}|"
_TEXT = re.compile(r"[^\[\]{}|\\]+")  # a run of characters without a meaning
_FORMAT_WORDS = ("dp2", "sig3", "int", "raw", "an", "list", "lines", "inline")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is copied."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value: `{b.mw:dp1}` has name `b.mw`, role `b`, field `mw` and fmt `dp1`."""

    name: str
    role: str | None
    field: str
    fmt: str | None

    def __str__(self) -> str:
        return f"{{{self.name}:{self.fmt}}}" if self.fmt else f"{{{self.name}}}"


Part: TypeAlias = "Literal | Slot"
_Sequence: TypeAlias = "list[str | _Choice]"


@dataclass(slots=True)
class _Choice:
    """An alternative group while a pattern is read: its branches in order."""

    branches: list[_Sequence]


def expand(pattern: str) -> list[str]:
    """All wordings of one pattern in order: the leftmost alternative slowest, the rightmost fastest."""
    sequence = _read_pattern(pattern)
    if _count(sequence) > MAX_WORDINGS:
        raise PackError(
            f"the pattern has {_count(sequence)} wordings: {_quote(pattern)}",
            expected=f"at most {MAX_WORDINGS} wordings in a list of patterns",
            hint="take alternatives out, or split the template in two",
        )
    return _spell(sequence)


def expand_all(patterns: Sequence[str]) -> tuple[list[str], list[int]]:
    """The wordings of a list of patterns, in order, and for each the index of its pattern."""
    total = sum(_count(_read_pattern(pattern)) for pattern in patterns)
    if total > MAX_WORDINGS:
        raise PackError(
            f"a list of {len(patterns)} patterns has {total} wordings",
            expected=f"at most {MAX_WORDINGS}",
            hint="take alternatives out, or split the template in two",
        )
    wordings: list[str] = []
    pattern_index: list[int] = []
    for index, pattern in enumerate(patterns):
        new = expand(pattern)
        wordings += new
        pattern_index += [index] * len(new)
    return wordings, pattern_index


def parse(wording: str) -> list[Part]:
    """The literals and slots of one wording, escapes resolved; neighbouring literals are one, empty ones left out."""
    parts: list[Part] = []
    text: list[str] = []
    position = 0
    while position < len(wording):
        if run := _TEXT.match(wording, position):
            text.append(run[0])
            position = run.end()
            continue
        char = wording[position]
        if char == "\\" and wording[position + 1 : position + 2] in tuple(_ESCAPED):
            text.append(wording[position + 1])
            position += 2
        elif char == "{":
            end = _find_slot_end(wording, position)
            if text:
                parts.append(Literal("".join(text)))
                text = []
            parts.append(read_slot(wording[position + 1 : end], wording))
            position = end + 1
        elif char in _ESCAPED:
            raise _stray(char, wording)
        else:
            text.append(char)
            position += 1
    if text:
        parts.append(Literal("".join(text)))
    return parts


def slots(parts: Iterable[Part]) -> list[Slot]:
    """The slots among the parts, in order."""
    return [part for part in parts if isinstance(part, Slot)]


def read_slot(text: str, pattern: str = "") -> Slot:
    """The slot written as `text` between braces; `pattern` is what a message quotes."""
    match = _SLOT.fullmatch(text)
    if not match:
        raise PackError(
            f"`{{{text}}}` is no slot" + (f" in {_quote(pattern)}" if pattern else ""),
            expected="{field}, {role.field} or {role.field:format}",
            hint=r"write \{ and \} for braces that are text",
        )
    role, field, fmt = match.groups()
    if fmt and not FORMAT.fullmatch(fmt):
        near = difflib.get_close_matches(fmt, _FORMAT_WORDS, 1, 0.5)
        raise PackError(
            f"unknown format `{fmt}` in `{{{text}}}`" + (f" of {_quote(pattern)}" if pattern else ""),
            expected="dp0 to dp12, sig1 to sig12, int, raw, an, list (options: lines, inline)",
            hint=f"did you mean `{near[0]}`?" if near else "",
        )
    return Slot(text.split(":")[0], role, field, fmt)


def _read_pattern(pattern: str) -> _Sequence:
    """The pattern as a sequence of texts and choices."""
    top: _Sequence = []
    stack: list[_Choice] = []
    current = top
    position = 0
    while position < len(pattern):
        if run := _TEXT.match(pattern, position):
            current.append(run[0])
            position = run.end()
            continue
        char = pattern[position]
        end = position + 1
        if char == "\\" and pattern[end : end + 1] in tuple(_ESCAPED):
            end += 1
            current.append(pattern[position:end])
        elif char == "{":
            end = _find_slot_end(pattern, position) + 1
            read_slot(pattern[position + 1 : end - 1], pattern)
            current.append(pattern[position:end])
        elif char == "[":
            if len(stack) == MAX_DEPTH:
                raise PackError(f"alternatives nest deeper than {MAX_DEPTH} in {_quote(pattern)}")
            choice = _Choice([[]])
            current.append(choice)
            stack.append(choice)
            current = choice.branches[0]
        elif char == "|" and stack:
            current = []
            stack[-1].branches.append(current)
        elif char == "]" and stack:
            stack.pop()
            current = stack[-1].branches[-1] if stack else top
        elif char in _ESCAPED:
            raise _stray(char, pattern)
        else:
            current.append(char)
        position = end
    if stack:
        raise PackError(f"`[` is never closed in {_quote(pattern)}", hint=r"close it with ], or write \[ for the sign")
    return top


def _count(sequence: _Sequence) -> int:
    total = 1
    for part in sequence:
        if isinstance(part, _Choice):
            total *= sum(_count(branch) for branch in part.branches)
    return total


def _spell(sequence: _Sequence) -> list[str]:
    choices = [
        [text for branch in part.branches for text in _spell(branch)] if isinstance(part, _Choice) else [part]
        for part in sequence
    ]
    return ["".join(taken) for taken in product(*choices)]


def _find_slot_end(text: str, start: int) -> int:
    end = text.find("}", start)
    opened = text.find("{", start + 1)
    if end < 0 or 0 <= opened < end:
        raise PackError(f"`{{` is never closed in {_quote(text)}", hint=r"close it with }, or write \{ for the sign")
    return end


def _stray(char: str, pattern: str) -> PackError:
    what = "`|` stands outside [ ]" if char == "|" else f"`{char}` closes nothing"
    return PackError(f"{what} in {_quote(pattern)}", hint=f"write \\{char} for the sign itself")


def _quote(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 160 else pattern[:157] + "...")
