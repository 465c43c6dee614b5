"""The replies of a template -> those that are a bare answer, one full sentence, one line, short, or show the working.

An order about the form of an answer ("in one sentence") goes only with replies that follow it. What a reply is, is read
off its wordings before any value is drawn; what cannot be told for sure counts as not so. Replies that fit every
question of their template are what an order may choose from, so a bare answer is offered only where the template has
one of its own: some questions ask for two things, and the canonical answer is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from apothecary.packs.grammar import Literal, Slot, expand_all, parse
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.units import COMMON_UNITS, SPELLED_UNITS, states_unit

MAX_SHORT_WORDS = 12  # of the kind `short`; a name counts as NAME_WORDS, any other value as one
NAME_WORDS = 4

_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|can't|cannot|does|do|did|will|would|should|must|may|it's|isn't|aren't|"
    r"doesn't|don't|needs?|gives?|makes?|comes?|weighs?|melts?|boils?|belongs?|contains?|holds?|carr(?:y|ies)|leaves?|"
    r"remains?|takes?|shows?|means?|stands?|marks?|works? out|adds? up|sums?|counts?|lies?|reads?|points?|follows?|"
    r"corresponds?|falls?|rises?|equals?|acts?|blocks?|meets?|keeps?|obeys?|becomes?|appears?|reach(?:es)?|covers?|"
    r"differs?|loses?|exceeds?|describes?|ranks?|amounts?|lacks?|stays?|names?|fits?)\b|\{(?:\w\.)?mechanism\}"
)
_ASIDE = re.compile(r" \([^()]*\)")
_HEAD_END = re.compile(r"[,;:=]|\b(?:if|since|because|which|that|as|so|when|while|where)\b")
_ANSWERED = re.compile(r"^(?:Yes|No),? ")
_SEVERAL = re.compile(r"[.;?!] +\S")
_TEXT_SLOTS = ("name", "Name", "formula", "letter")
_WORKED = re.compile(
    r"(?: [×/+−*] |[√^]).*(?: = | gives | makes | comes to |, that is )$", re.DOTALL
)  # before the answer
_NUMBERED = re.compile(r"(?:^|\n)2\. ")


def sort_replies(pack: Pack, intent: Intent, template: Template, unit: str | None) -> dict[str, list[str]]:
    """The wordings of the template's replies by kind; a kind that none is of is left out.

    `bare` is the answer, its unit, and nothing else; `sentence` one full sentence; `line` a single line; `short` at
    most MAX_SHORT_WORDS words; `unit` the answer followed by its `unit`; `shown` a calculation that can be followed.
    """
    if intent.answer.type == "refusal":  # a refusal has a form of its own
        return {}
    wordings = list(dict.fromkeys(expand_all(template.reply)[0]))
    units = _list_units(pack, intent)
    kinds: Mapping[str, Callable[[str], bool]] = {
        "bare": lambda text: is_bare(text, intent.answer.value, units),
        "sentence": is_sentence,
        "line": lambda text: "\n" not in text and "```" not in text,
        "short": lambda text: is_short(text, pack, intent),
        "unit": lambda text: unit is not None and _gives_unit(text, intent.answer.value, unit),
        "shown": lambda text: shows_working(text, intent.answer.value),
    }
    found = {kind: [text for text in wordings if fits(text)] for kind, fits in kinds.items()}
    found["bare"] = list(dict.fromkeys(text.removesuffix(".") for text in found["bare"]))
    return {kind: texts for kind, texts in found.items() if texts}


def find_bare_unit(pack: Pack, intent: Intent) -> str | None:
    """The unit that bare replies of an intent give, None where they give none or several."""
    units = _list_units(pack, intent)
    found = set()
    for template in intent.templates:
        for text in expand_all(template.reply)[0]:
            if is_bare(text, intent.answer.value, units):
                found.add(_flatten(text).removeprefix(_flatten(intent.answer.value)).removesuffix(".").strip())
    found.discard("")
    return found.pop() if len(found) == 1 else None


def is_bare(text: str, answer: str, units: frozenset[str]) -> bool:
    """Whether a reply is the answer, with or without its unit, and nothing else but a full stop."""
    said, wanted = (_flatten(part) for part in (text, answer))
    if wanted not in said:
        return False
    before, _, after = said.partition(wanted)
    return not before and after.removesuffix(".").strip() in {"", *units}


def is_sentence(text: str) -> bool:
    """Whether a reply is one full sentence: it starts and ends like one and has a verb in its main clause."""
    if "\n" in text or not text.endswith(".") or not re.match(r"[A-Z]|\{(?:\w+\.)?Name\}", text):
        return False
    if _SEVERAL.search(text):
        return False
    main = _ANSWERED.sub("", _ASIDE.sub("", text))
    main = re.sub(r"\{(?!(?:\w\.)?mechanism\})[^{}]*\}", "§", main)
    return _VERB.search(_HEAD_END.split(main)[0]) is not None


def shows_working(text: str, answer: str) -> bool:
    """Whether a reply shows the calculation whose result the answer is: in numbered steps, or as `a / b = answer`."""
    before, found, _ = _flatten(text).rpartition(_flatten(answer))
    return bool(found) and (_NUMBERED.search(text) is not None or _WORKED.search(before) is not None)


def is_short(text: str, pack: Pack, intent: Intent) -> bool:
    """Whether a reply has at most MAX_SHORT_WORDS words, whatever is drawn."""
    if "\n" in text:
        return False
    words = 0
    for part in parse(text):
        if isinstance(part, Literal):
            words += len(part.text.split())
        elif part.field in ("name", "Name"):
            words += NAME_WORDS
        elif _is_one_word(part, pack, intent):
            words += 1
        else:
            return False
    return words <= MAX_SHORT_WORDS


def _is_one_word(slot: Slot, pack: Pack, intent: Intent) -> bool:
    if slot.field in _TEXT_SLOTS or slot.field in intent.draw.given:
        return True
    if slot.field in intent.let:
        return slot.fmt is not None and slot.fmt[:2] != "an"
    return slot.field in pack.fields and pack.fields[slot.field].is_numeric


@lru_cache(maxsize=50_000)
def _flatten(text: str) -> str:
    """A text with its slots written alike: `{mw:dp2}` and `{mw}` are one value, `{Name}` and `{name}` one name."""
    return "".join(
        part.text if isinstance(part, Literal) else f"⟨{part.name.replace('Name', 'name')}⟩" for part in parse(text)
    )


def _list_units(pack: Pack, intent: Intent) -> frozenset[str]:
    units = {field.unit for field in pack.fields.values() if field.unit} | set(COMMON_UNITS)
    units |= {given.unit for given in intent.draw.given.values() if given.unit}
    return frozenset(units.union(*(SPELLED_UNITS.get(unit, ()) for unit in units)))


def _gives_unit(text: str, answer: str, unit: str) -> bool:
    said = _flatten(text)
    _, found, after = said.partition(_flatten(answer))
    return bool(found) and states_unit(after[: len(unit) + 2], unit)


def ends_in_answer(intent: Intent) -> bool:
    """Whether the reasoning ends in the number that is the answer, so that the steps alone are a reply."""
    steps = intent.reasoning
    return bool(steps) and intent.answer.type == "number" and intent.answer.value in steps[-1]  # as it is rounded there
