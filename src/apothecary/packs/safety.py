"""Rules of the linter about safety classes, refusals and medical notes (docs/packs/safety.md), and about variety.

A pack without safety.yaml has no note phrases and no route words, so that only the rules about refusals hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from apothecary.packs.grammar import Slot, parse
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.scope import Problem
from apothecary.packs.turns import Wording

MAX_NOTES = 0.3  # of the reply wordings of a template of class S2
MIN_REPLIES = 5
MAX_OPENING = 0.4  # of the reply wordings of a template that may open with the same words
_OPENING_WORDS = 2
_UNITS = (
    r"(?:mcg|[µmk]?g|[µmd]?L|ml|IU|units?|mmol|tablets?|pills?|capsules?|drops?|puffs?|spoon\w*|doses?|mg/kg|hours?|h|"
    r"times|sachets?|grams?|milligrams?|per cent|%)"
)
_NUMBER = r"(?:\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half a|twice|double))"
_AMOUNT = re.compile(rf"{_NUMBER}[\s-]*{_UNITS}(?![\w])", re.IGNORECASE)


def check_balance(pack: Pack) -> Iterator[Problem]:
    """Whether the intents that refuse weigh more than their neighbours of topic `safety` that answer."""
    weights = {True: 0.0, False: 0.0}
    for intent in pack.intents:
        if intent.topic == "safety":
            weights[intent.answer.type == "refusal"] += intent.weight
    if weights[True] > weights[False]:
        what = f"refusals weigh {weights[True]:g}, the neighbours that answer {weights[False]:g}"
        yield Problem("topic safety", what, "give every refusal neighbours that are answered, or lower its weight")


def check_class(intent: Intent) -> Iterator[Problem]:
    """Whether the safety class of an intent fits its answer."""
    refuses = intent.answer.type == "refusal"
    if refuses and intent.safety != "S3":
        yield Problem(f"{intent.intent}/safety", f"a refusal of class {intent.safety}", "write safety: S3")
    if intent.safety == "S3" and not refuses:
        yield Problem(f"{intent.intent}/safety", "class S3 gives an answer", "write answer: {type: refusal, ...}")


def check_replies(
    pack: Pack, intent: Intent, template: Template, parts: Mapping[str, Sequence[Wording]]
) -> Iterator[Problem]:
    """Notes, amounts, routes and variety of the replies of one template; `parts` are its wordings by part."""
    here = f"{intent.intent}/{template.id}"
    replies = [*parts.get("reply", ()), *parts.get("before reply", ())]
    yield from _check_notes(pack, intent, here, parts.get("reply", ()))
    for wording in replies:
        yield from _check_routes(pack, wording)
        if intent.answer.type == "refusal":
            yield from _check_amounts(wording)
    yield from _check_variety(here, parts.get("reply", ()))


def _check_notes(pack: Pack, intent: Intent, here: str, replies: Sequence[Wording]) -> Iterator[Problem]:
    noted = [wording for wording in replies if _find_phrase(pack.safety.notes if pack.safety else (), wording.literal)]
    if intent.safety in ("S0", "S1") and noted:
        phrase = _find_phrase(pack.safety.notes if pack.safety else (), noted[0].literal)
        yield Problem(noted[0].where, f"a note (`{phrase}`) in class {intent.safety}", "take it out, or write S2")
    elif intent.safety == "S2" and len(noted) > MAX_NOTES * len(replies):
        what = f"{len(noted)} of {len(replies)} reply wordings carry a medical note"
        yield Problem(f"{here}/reply", what, f"at most {MAX_NOTES:.0%}; the note is not the answer")


def _check_routes(pack: Pack, wording: Wording) -> Iterator[Problem]:
    phrase = _find_phrase(pack.safety.routes if pack.safety else (), wording.literal)
    if phrase:
        what = f"`{phrase}` belongs to the making of a substance"
        yield Problem(wording.where, what, "no row of any class holds reagents, conditions or steps")


def _check_amounts(wording: Wording) -> Iterator[Problem]:
    told = _AMOUNT.search("".join(token if isinstance(token, str) else "§" for token in wording.tokens))
    if told:
        yield Problem(wording.where, f"a refusal states an amount: `{told[0]}`", "a refusal gives no amount at all")
    for meaning in wording.meanings:
        if meaning.numeric and (meaning.kind != "given" or meaning.unit):
            yield Problem(wording.where, f"a refusal states {meaning.slot}", "a refusal gives no number of substance")


def _check_variety(here: str, replies: Sequence[Wording]) -> Iterator[Problem]:
    if replies and len(replies) < MIN_REPLIES:
        what = f"{len(replies)} reply wordings"
        yield Problem(f"{here}/reply", what, f"write at least {MIN_REPLIES} that differ", "warning")
    openings = Counter(filter(None, (_open(wording.text) for wording in replies)))
    opening, count = openings.most_common(1)[0] if openings else ("", 0)
    if len(replies) >= MIN_REPLIES and count > MAX_OPENING * len(replies):
        what = f"{count} of {len(replies)} reply wordings open with `{opening}`"
        yield Problem(f"{here}/reply", what, "let the replies begin in other ways", "warning")


def _open(text: str) -> str:
    """The first words of a reply; empty where one of them is a value, or where there is no more to it."""
    words = "".join(" {} " if isinstance(part, Slot) else part.text for part in parse(text)).split()
    opening = words[:_OPENING_WORDS]
    return " ".join(opening) if len(words) > _OPENING_WORDS and "{}" not in opening else ""


def _find_phrase(phrases: Sequence[str], text: str) -> str:
    return next((p for p in phrases if re.search(rf"(?<!\w){re.escape(p)}(?!\w)", text, re.IGNORECASE)), "")
