"""Choose a row of every manner and topic over the golden knowledge, and render them: `python -m tests.golden.varied`.

Read them before you commit them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.golden.make import KNOWLEDGE
from tests.golden.make import RENDERS as PLAIN

from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench, find_span
from apothecary.packs.grammar import expand
from apothecary.packs.load import dump_pack, find_pack, load_pack, restore_pack
from apothecary.packs.model import Intent, Pack, Template
from apothecary.packs.variation import Variation, read_variation
from apothecary.packs.vary import find_unit, vary_pack
from apothecary.packs.vary_check import QUESTION, list_manners
from apothecary.recipe import Recipe

HERE = Path(__file__).parent
RENDERS = HERE / "varied.txt"
ROWS = 200  # of each derived template, to choose from


def open_bench(variation: Variation, intents: set[str]) -> Workbench:
    """The pack of these intents alone, varied, over the golden knowledge."""
    dump = dump_pack(load_pack("pharma"))
    some = restore_pack({**dump, "intents": [raw for raw in dump["intents"] if raw["intent"] in intents]})
    recipe = Recipe(name="golden", pack="pharma", rows=1000, seed=1, splits={"validation": 0.0, "test": 0.0})
    return Workbench(recipe, vary_pack(some, variation), KNOWLEDGE)


def name_manners(pack: Pack, intent: Intent, template: Template, variation: Variation) -> list[str]:
    """For each question wording of a derived template the manner it is in; `pack` is the one before it was varied."""
    assert template.derived is not None
    base = next(one for one in intent.templates if one.id == template.derived.base)
    unit = find_unit(pack, pack.by_name[intent.intent]) or ""
    known = {
        _flatten(wording.replace("{unit}", unit).replace("{ask}", QUESTION)): manner.id
        for manner in variation.by_origin[template.origin]
        for pattern in manner.ask
        for wording in expand(pattern)
    }
    return [known[_flatten(text)] for text in list_manners(template, base)]


def _flatten(text: str) -> str:
    return re.sub(r"\n+", "\n", re.sub(r"\\(.)", r"\1", text))


def choose_rows(variation: Variation) -> list[str]:
    """The ids of rows that show each manner in each topic, from few intents."""
    pack = load_pack("pharma")
    varied = vary_pack(pack, variation)
    drawn = set(re.findall(r"^\[pharma/(\w+)/", PLAIN.read_text("utf-8"), re.MULTILINE))  # those that the knowledge has
    shown: dict[str, set[tuple[str, str]]] = {}
    for intent in varied.intents:
        derived = [template for template in intent.templates if template.derived and intent.intent in drawn]
        names = {name for template in derived for name in name_manners(pack, intent, template, variation)}
        shown[intent.intent] = {(intent.topic, name) for name in names}
    chosen: set[str] = set()
    left = set().union(*shown.values())
    while left:
        best = max(shown, key=lambda name: (len(shown[name] & left), name))
        chosen.add(best)
        left -= shown[best]
    return _pick_rows(variation, chosen)


def _pick_rows(variation: Variation, intents: set[str]) -> list[str]:
    pack = load_pack("pharma")
    bench = open_bench(variation, intents)
    manners = {
        (intent.intent, template.id): name_manners(pack, intent, template, variation)
        for intent in bench.pack.intents
        for template in intent.templates
        if template.derived
    }
    spans = [Span(s, 0, min(s.capacity, ROWS)) for s in bench.strata.values() if (s.intent, s.template) in manners]
    wanted: dict[tuple[str, str], str] = {}
    for row in bench.render_spans(spans).sort("id").iter_rows(named=True):
        manner = manners[row["intent"], row["template"]][int(row["wording"].split(".")[-2])]
        wanted.setdefault((bench.pack.by_name[row["intent"]].topic, manner), row["id"])
    return [wanted[key] for key in sorted(wanted)]


def render(ids: list[str], variation: Variation) -> Iterator[str]:
    """Rows by id, as one reads them, each with its manner."""
    pack = load_pack("pharma")
    bench = open_bench(variation, {row_id.split("/")[1] for row_id in ids})
    rows = bench.render_spans([find_span(bench.strata, row_id) for row_id in ids])
    found: dict[str, dict[str, Any]] = {row["id"]: row for row in rows.iter_rows(named=True)}
    for row_id in ids:
        row = found[row_id]
        intent = bench.pack.by_name[row["intent"]]
        template = next(one for one in intent.templates if one.id == row["template"])
        manner = name_manners(pack, intent, template, variation)[int(row["wording"].split(".")[-2])]
        turns = [*(row["history"] or []), {"role": "user", "content": row["prompt"]}]
        said = [("Q: " if turn["role"] == "user" else "A: ") + turn["content"] for turn in turns]
        lines = [f"[{row_id}] {intent.topic} {manner}", *said, "A: " + row["response"], f"= {row['answer']}"]
        yield "\n".join(lines)


def read_ids(text: str) -> list[str]:
    """The rows that a golden file shows."""
    return re.findall(r"^\[(pharma/[^\]\s]+)\] ", text, re.MULTILINE)


def main() -> None:
    """Choose and render anew."""
    variation = read_variation(find_pack("pharma"))
    RENDERS.write_text("\n\n".join(render(choose_rows(variation), variation)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
