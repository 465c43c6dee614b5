"""Wordings -> the same with the values of a real row, source and wording side by side.

Both go through the renderer as one text of one trial template, so they show the same row.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.bank import BankWording
from apothecary.packs.load import dump_pack, restore_pack
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe

BETWEEN = "\n⇢ "  # stands in no wording


def render_examples(recipe: Recipe, pack: Pack, knowledge: Path, wordings: Iterable[BankWording]) -> dict[str, str]:
    """Wording id -> two lines, the source and the wording with the values of one row; none where no row can be made."""
    by_intent: dict[str, list[BankWording]] = {}
    for wording in wordings:
        by_intent.setdefault(wording.intent, []).append(wording)
    dump = copy.deepcopy(dump_pack(pack))
    names: dict[tuple[str, str], str] = {}
    intents = []
    for intent in dump["intents"]:
        if own := by_intent.get(intent["intent"], []):
            templates = {template["id"]: template for template in intent["templates"]}
            pairs = [(f"w{number}", wording) for number, wording in enumerate(own) if wording.template in templates]
            names |= {(intent["intent"], name): wording.id for name, wording in pairs}
            trial = [_pair(templates[wording.template], wording, name) for name, wording in pairs]
            intents.append({**intent, "templates": trial})
    trial_pack = restore_pack({**dump, "intents": intents})
    bench = Workbench(recipe, trial_pack, knowledge)
    found: dict[str, str] = {}
    for stratum in bench.strata.values():
        name = names.get((stratum.intent, stratum.id.split("/")[1]), "")
        if name and name not in found and stratum.capacity:
            row = bench.render_spans([Span(stratum, 0, 1)]).row(0, named=True)
            found[name] = next((text for text in (row["prompt"], row["response"]) if BETWEEN in text), "")
    return found


def _pair(template: dict[str, Any], wording: BankWording, name: str) -> dict[str, Any]:
    return {**template, "id": name, wording.side: [f"{wording.source}{BETWEEN}{wording.pattern}"]}
