"""A manner, a template, a question -> whether the manner reads well there, and whether its order can be followed.

What decides is read off the texts before any value is drawn: the answer's type and unit, the kinds of reply a template
has, how a question begins and ends, and whether it gives an order or has a scene of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from apothecary.packs.grammar import expand
from apothecary.packs.model import Intent, Template
from apothecary.packs.variation import Manner, Variation, When

_ASK = "{ask}"
_POLITE = re.compile(r"(?i)\b(?:please|thanks?)\b")  # said once
_GOES_ON = re.compile(r"(?:And|So|Then|Now|But|Next|Also)\b")
_NAMED = re.compile(r"\{(?:\w+\.)?Name\}")
_LINES = re.compile(r"\n|:lines\}")


def fits_template(when: When, intent: Intent, template: Template, unit: str | None) -> bool:
    """Whether a manner fits a template whose answer has this unit."""
    asked = [
        (when.answers, intent.answer.type),
        (when.topics, intent.topic),
        (when.perspectives, intent.perspective),
        (when.registers, template.register),
        (when.draws, intent.draw.kind),
        (when.intents, intent.intent),
        (when.safety, intent.safety),
    ]
    if any(allowed and value not in allowed for allowed, value in asked):
        return False
    if intent.intent in when.intents_not or intent.topic in when.topics_not:
        return False
    facts = [
        (when.unit, unit is not None),
        (when.steps, len(intent.reasoning) > 1),
        (when.one_step, len(intent.reasoning) == 1),
        (when.turns, template.before is not None),
    ]
    return all(wanted in (None, is_so) for wanted, is_so in facts)


def fits_question(variation: Variation, manner: Manner, pattern: str, question: str, *, follows: bool = False) -> bool:
    """Whether a pattern of a manner reads well around one question pattern of a template, in all its wordings.

    `follows` says that the question comes after an earlier turn.
    """
    when = manner.when
    rules = (
        when.orders and variation.orders,
        when.plain and variation.scenes,
        _POLITE.search(pattern) and _POLITE.pattern,
    )
    if any(rule and _finds(rule, question) for rule in rules):
        return False
    if follows and when.turns is None and not pattern.startswith(_ASK):
        return False
    return _joins(pattern, _see(question), is_talk=when.turns is True)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the wordings of a question have in common, as far as a manner is concerned."""

    has_lines: bool
    waits: bool  # some end with a colon
    ends: bool  # all end with a full stop or a question mark
    goes_on: bool  # some go on from what was said before
    starts_low: bool  # some start with a small letter, a name as written or a structure


@lru_cache(maxsize=20_000)
def _see(question: str) -> _Sight:
    wordings = expand(question)
    return _Sight(
        has_lines=_LINES.search(question) is not None,
        waits=any(text.endswith(":") for text in wordings),
        ends=all(text[-1] in ".?" for text in wordings),
        goes_on=any(_GOES_ON.match(text) for text in wordings),
        starts_low=any(text[0].islower() or (text[0] == "{" and not _NAMED.match(text)) for text in wordings),
    )


@lru_cache(maxsize=50_000)
def _finds(rule: str, question: str) -> bool:
    return any(re.search(rule, text) for text in expand(question))


def _joins(pattern: str, seen: _Sight, *, is_talk: bool) -> bool:
    """Whether a question can stand where the pattern puts it: alone on its lines, or within one."""
    before, _, after = pattern.partition(_ASK)
    if before and not before.endswith("\n") and seen.has_lines:
        return False
    if after and seen.waits:
        return False
    if after and not after.startswith("\n") and (seen.has_lines or not seen.ends):
        return False
    if re.search(r"[.?!)] $", before) and seen.starts_low:
        return False
    return is_talk or not (before and seen.goes_on)


@lru_cache(maxsize=50_000)
def count_wordings(pattern: str) -> int:
    """How many wordings a pattern has."""
    return len(expand(pattern.replace(_ASK, "").replace("{unit}", "")))


def put_question(pattern: str, question: str, unit: str | None) -> str:
    """The pattern of a manner with a question in it; after a question of several lines a line is left free."""
    filled = pattern.replace("{unit}", unit or "")
    if _LINES.search(question):
        filled = re.sub(r"\{ask\}\n(?!\n)", "{ask}\n\n", filled)
    return filled.replace(_ASK, question)
