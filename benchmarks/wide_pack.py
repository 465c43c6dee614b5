"""Five intents, one of each form (fact, comparison, options, calculation, two turns), with the wordings asked for."""

from __future__ import annotations

import copy
from math import ceil

from apothecary.packs.grammar import expand_all
from apothecary.packs.load import dump_pack, load_pack, restore_pack
from apothecary.packs.model import Pack

INTENTS = ("melting_point", "compare_mw", "choose_mw", "solution_mass", "weight_difference")
OPENERS = ("", "Quick check: ", "For the record: ", "Next: ", "One more: ", "Bench question: ", "Please: ", "Tell me: ")
MARKS = ("", " (short answer)", " Thanks.", " [a]", " [b]", " [c]", " [d]", " [e]", " [f]", " [g]", " [h]", " [i]")


def widen_pack(wordings: int) -> Pack:
    """The five intents of the pharma pack, their patterns multiplied until there are `wordings` in all."""
    dump = copy.deepcopy(dump_pack(load_pack("pharma")))
    dump["intents"] = [intent for intent in dump["intents"] if intent["intent"] in INTENTS]
    lists = [t[key] for intent in dump["intents"] for t in intent["templates"] for key in ("ask", "reply")]
    have = sum(len(expand_all(patterns)[0]) for patterns in lists)
    factor = ceil(wordings / have)
    openers = OPENERS[: min(len(OPENERS), factor)]
    marks = MARKS[: ceil(factor / len(openers))]
    escape = {ord(c): f"\\{c}" for c in "[]"}
    before = "[" + "|".join(openers) + "]"
    after = "[" + "|".join(mark.translate(escape) for mark in marks) + "]"
    for patterns in lists:
        patterns[:] = [before + pattern + after for pattern in patterns]
    return restore_pack(dump)


def count_wordings(pack: Pack) -> int:
    """Question and answer wordings of a pack."""
    return sum(
        len(expand_all(patterns)[0])
        for intent in pack.intents
        for t in intent.templates
        for patterns in (t.ask, t.reply)
    )
