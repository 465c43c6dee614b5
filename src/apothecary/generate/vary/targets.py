"""A pack -> what wordings are asked for: a side of a template in a register, and the wordings it has already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from apothecary.errors import RecipeError
from apothecary.generate.vary.mask import mask
from apothecary.packs.grammar import expand
from apothecary.packs.model import Intent, Pack, Template

Side = Literal["ask", "reply"]
Register = Literal["clinician", "chemist", "student", "patient", "terse", "report"]
SIDES: tuple[Side, ...] = ("ask", "reply")
LEAST_WORDS, MOST_WORDS = 2, 40  # a bare value has no other wording; a paragraph is no pattern
SAFE = ("S0", "S1")  # how a refusal is worded is left to people
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Target:
    """One side of one template, to be worded in a register."""

    intent: Intent
    template: Template
    side: Side
    register: Register
    sources: tuple[str, ...]  # one wording of each pattern that can be rewritten
    known: tuple[str, ...]  # all wordings of this side

    @property
    def id(self) -> str:
        """`intent/template/side/register`."""
        return f"{self.intent.intent}/{self.template.id}/{self.side}/{self.register}"


def list_targets(pack: Pack, intents: Sequence[str] = (), registers: Sequence[Register] = ()) -> list[Target]:
    """What can be asked for, in the pack's order; no registers: each template in its own.

    Intents that are left out unless named: refusals and those above S1.
    """
    found = []
    for intent in pack.intents:
        if intents and intent.intent not in intents:
            continue
        if not intents and (intent.safety not in SAFE or intent.answer.type == "refusal"):
            continue
        for template in intent.templates:
            for register in registers or (template.voice,):
                found += list(_list_sides(intent, template, register))
    return found


def _list_sides(intent: Intent, template: Template, register: Register) -> Iterator[Target]:
    for side in SIDES:
        patterns = template.ask if side == "ask" else template.reply
        spelled = [expand(pattern) for pattern in patterns]
        sources = tuple(texts[0] for texts in spelled if is_rewritable(texts[0]))
        if sources:
            yield Target(intent, template, side, register, sources, tuple(text for texts in spelled for text in texts))


def is_rewritable(wording: str) -> bool:
    """Whether a wording is one line of prose, neither a bare value nor a paragraph."""
    prose = re.sub(r"\{[^{}]*\}", " ", mask(wording).text)
    is_formula = re.search(r"[\n\t=|×÷_]| / ", prose)
    return LEAST_WORDS <= len(_WORD.findall(prose)) <= MOST_WORDS and not is_formula


def read_registers(names: Sequence[str]) -> tuple[Register, ...]:
    """Names of registers, each checked; RecipeError for one that there is not."""
    known: tuple[Register, ...] = get_args(Register)
    if wrong := [name for name in names if name not in known]:
        raise RecipeError(f"there is no register {wrong[0]!r}", expected=", ".join(known))
    return tuple(name for name in known if name in names)
