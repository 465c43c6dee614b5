from __future__ import annotations

from pathlib import Path

from apothecary.generate.capacity import count_capacity
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


def test_capacity_counts_rows_that_can_be_made(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    table = count_capacity(bench.plans)
    for line in table.filter(table["intent"] != "heavier").to_dicts():
        strata = [
            s
            for plan in bench.plans
            for s in plan.strata()
            if (s.intent, s.part.group, s.part.split) == (line["intent"], line["group"], "train")
        ]
        rows = bench.render_spans([Span(s, 0, s.capacity) for s in strata])
        assert rows.height == line["train"] == rows["prompt"].n_unique()
