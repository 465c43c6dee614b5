"""A pack and its manners -> the pack with two more templates for each of its own: varied, and set into scenes.

A derived template asks what its base asks, in other forms: an order about the answer's form, another voice, a scene.
The questions a base keeps for testing are kept in its derived templates too. All is text before any value is drawn, so
the linter, the capacity, the renderer and the checker see templates like any other.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from apothecary.packs.fitting import count_wordings, fits_question, fits_template, put_question
from apothecary.packs.grammar import expand, parse, slots
from apothecary.packs.load import dump_pack, restore_pack
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.reply_kinds import ends_in_answer, find_bare_unit, sort_replies
from apothecary.packs.units import COMMON_UNITS
from apothecary.packs.variation import Manner, Variation

MAX_ASKS = 48  # patterns of a derived template
MAX_ASK_WORDINGS = 320
SUFFIXES = {"variation": "varied", "context": "context"}

_ASK, _ANSWER, _UNIT = "{ask}", "{answer}", "{unit}"
_STEPS = re.compile(r"\{steps:(numbered|bulleted|inline|lines)\}")
_SAFE_TOPIC = "safety"  # refusals and their neighbours stay as they were written


def vary_pack(pack: Pack, variation: Variation) -> Pack:
    """The pack with the derived templates of all its intents; those of `safety` stay as they are."""
    dump = dump_pack(pack)
    intents = []
    for intent, raw in zip(pack.intents, dump["intents"], strict=True):
        derived = [] if intent.topic == _SAFE_TOPIC else list(derive_templates(pack, intent, variation))
        intents.append({**raw, "templates": [*raw["templates"], *derived]})
    return restore_pack({**dump, "intents": intents})


def allow_phrasings(pack: Pack, factor: float) -> Pack:
    """The pack with so many times the rows of a combination (or of a fact, where several entities come together)."""
    dump = dump_pack(pack)
    intents = []
    for intent, raw in zip(pack.intents, dump["intents"], strict=True):
        draw, more = intent.draw, {}
        if draw.kind in ("pair", "group"):
            more = {"fact_rows": str(math.ceil(draw.fact_rows * factor))}
        elif draw.kind != "none":
            more = {"cap": str(math.ceil(draw.cap * factor))}
        intents.append({**raw, "draw": {**raw["draw"], **more}})
    return restore_pack({**dump, "intents": intents})


def derive_templates(pack: Pack, intent: Intent, variation: Variation) -> Iterator[dict[str, Any]]:
    """The derived templates of an intent as they would be written, those with variations first."""
    unit = find_unit(pack, intent)
    known = {template.id: sort_replies(pack, intent, template, unit) for template in intent.templates}
    for origin, manners in variation.by_origin.items():
        for template in intent.templates:
            replies = _list_replies(intent, template, known[template.id], manners, unit)
            fitting = [m for m in manners if m.group in replies and fits_template(m.when, intent, template, unit)]
            asks = _choose_asks(intent, template, fitting, variation, unit)
            if asks:
                yield _derive(template, origin, asks, replies)


def find_unit(pack: Pack, intent: Intent) -> str | None:
    """The unit of a number that an intent answers with, None where it has none or the replies do not agree on one."""
    if intent.answer.type != "number":
        return None
    shown = slots(parse(intent.answer.value))
    if len(shown) == 1 and str(shown[0]) == intent.answer.value:
        name = shown[0].field
        if name in intent.draw.given and shown[0].role is None:
            return intent.draw.given[name].unit
        if name in pack.fields and name not in intent.let:
            return pack.fields[name].unit
    known = {field.unit for field in pack.fields.values() if field.unit} | set(COMMON_UNITS)
    known |= {given.unit for given in intent.draw.given.values() if given.unit}
    found = set()
    for template in intent.templates:
        for pattern in template.reply:
            for wording in expand(pattern):
                found |= _units_after(wording, intent.answer.value, known)
    return (found.pop() or None) if len(found) == 1 else find_bare_unit(pack, intent)


def _units_after(text: str, value: str, known: set[str]) -> set[str]:
    """The units that follow a value, or the empty text where none does."""
    found = set()
    for match in re.finditer(re.escape(value), text):
        after = re.match(r" ?([^\s,;:()\[\]|]+?)[.!?]?(?=[\s,;:()\[\]|]|$)", text[match.end() :])
        found.add(after[1] if after and after[1] in known else "")
    return found


def _list_replies(
    intent: Intent, template: Template, kinds: Mapping[str, list[str]], manners: Sequence[Manner], unit: str | None
) -> dict[str, list[str]]:
    """The replies of each group that this template can give; a manner's own replies go by its name.

    A manner's own replies give the answer alone, so they go where the template has such a reply itself: some questions
    ask for more than the answer.
    """
    groups = {"all": list(template.reply), **kinds}
    for manner in manners:
        if "bare" in kinds and manner.reply and _can_fill(manner.reply, intent, unit):
            groups[manner.id] = [_fill(pattern, intent, unit) for pattern in manner.reply]
    return groups


def _can_fill(patterns: Sequence[str], intent: Intent, unit: str | None) -> bool:
    """Whether there is a unit where one is to be given, and steps that end in the answer where these are."""
    if unit is None and any(_UNIT in pattern for pattern in patterns):
        return False
    return ends_in_answer(intent) or not any(_STEPS.search(pattern) for pattern in patterns)


def _fill(pattern: str, intent: Intent, unit: str | None) -> str:
    steps = intent.reasoning
    layouts = {
        "numbered": "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)),
        "bulleted": "\n".join(f"- {step}" for step in steps),
        "lines": "\n".join(steps),
        "inline": "; ".join(steps),
    }
    filled = _STEPS.sub(lambda match: layouts[match[1]], pattern)
    return filled.replace(_ANSWER, intent.answer.value).replace(_UNIT, unit or "")


def _choose_asks(
    intent: Intent, template: Template, manners: Sequence[Manner], variation: Variation, unit: str | None
) -> list[tuple[str, int, str]]:
    """Up to MAX_ASKS of (pattern, number of the base question, group), all base questions about equally often.

    Which manners a template takes is decided by a hash of its name, so that all are used over a pack.
    """
    candidates = [(manner, pattern) for manner in manners for pattern in manner.ask]
    candidates.sort(key=lambda pair: _hash(intent.intent, template.id, pair[0].id, pair[1]))
    chosen: list[tuple[str, int, str]] = []
    texts: set[str] = set()
    left = MAX_ASK_WORDINGS
    for place, (manner, pattern) in enumerate(candidates):
        bases = [(place + step) % len(template.ask) for step in range(len(template.ask))]
        suits = partial(fits_question, variation, manner, pattern, follows=template.before is not None)
        base = next((number for number in bases if suits(template.ask[number])), None)
        if base is None:
            continue
        text = put_question(pattern, template.ask[base], unit)
        wordings = count_wordings(pattern) * count_wordings(template.ask[base])
        if text in texts or wordings > left:
            continue
        texts.add(text)
        left -= wordings
        chosen.append((text, base, manner.group))
        if len(chosen) == MAX_ASKS:
            break
    return chosen


def _derive(
    template: Template, origin: str, asks: Sequence[tuple[str, int, str]], replies: Mapping[str, list[str]]
) -> dict[str, Any]:
    used = list(dict.fromkeys(group for _, _, group in asks))
    made: dict[str, Any] = {"id": f"{template.id}_{SUFFIXES[origin]}", "register": template.register}
    if template.asks:
        made["asks"] = template.asks
    if template.before:
        made["before"] = {"ask": list(template.before.ask), "reply": list(template.before.reply)}
    pairs = [(pattern, group) for group in used for pattern in replies[group]]
    return made | {
        "ask": [text for text, _, _ in asks],
        "reply": [pattern for pattern, _ in pairs],
        "origin": origin,
        "derived": {
            "base": template.id,
            "asks": [str(base) for _, base, _ in asks],
            "ask_groups": [group for _, _, group in asks],
            "reply_groups": [group for _, group in pairs],
        },
    }


def _hash(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()
