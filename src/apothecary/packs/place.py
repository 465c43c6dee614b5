"""A wording as the linter sees it: tokens (texts and `Meaning`s in turn), the place it stands at, and findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal as Lit
from typing import TypeAlias

from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.scope import Key, Meaning

Token: TypeAlias = "str | Meaning"
Severity: TypeAlias = Lit["error", "warning"]
Part: TypeAlias = Lit["ask", "reply", "before ask", "before reply", "answer", "reasoning", "option"]
Finding: TypeAlias = tuple[str, str, Severity]  # what, hint, severity

SENTENCE_END = re.compile(r"[.?!;](?=\s|$)|\n")


@dataclass(frozen=True)
class Place:
    """Where a wording stands."""

    pack: Pack
    intent: Intent
    template: Template | None  # None for the answer, reasoning and options
    part: Part
    units_asked: frozenset[str] = frozenset()  # units that every ask of the template states
    answers: frozenset[Key] = frozenset()  # keys of the values the answer consists of
    may_be_one: frozenset[str] = frozenset()  # integer fields and numbers that can be 1


def text_at(tokens: Sequence[Token], index: int) -> str:
    """The text at a position; "" where there is a slot or nothing."""
    token = tokens[index] if 0 <= index < len(tokens) else ""
    return token if isinstance(token, str) else ""
