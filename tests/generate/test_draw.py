from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apothecary.generate.draw import Span, draw_rows, find_rows_about
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


@pytest.fixture
def bench(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> Workbench:
    return Workbench(tiny_recipe, tiny_pack, tiny_knowledge)


def test_every_lap_meets_each_combination_once_and_laps_differ(bench: Workbench) -> None:
    stratum = bench.strata["mass/weigh/train-drug"]
    plan = next(plan for plan in bench.plans if plan.intent.intent == "mass")
    drawn = draw_rows(plan, [Span(stratum, 0, stratum.capacity)], [(1, 1)])
    size = stratum.part.domain.size
    laps = drawn.roles["a"].reshape(-1, size)
    assert all(len(set(lap)) == size for lap in laps.tolist())
    variants = np.stack([drawn.ask, drawn.given["conc"], drawn.given["vol"], drawn.roles["a"]], axis=1)
    assert len(np.unique(variants, axis=0)) == stratum.capacity
    assert laps[0].tolist() != laps[1].tolist()


def test_given_numbers_and_wordings_are_used_evenly(bench: Workbench) -> None:
    stratum = bench.strata["dilute/stock/train-any"]
    plan = next(plan for plan in bench.plans if plan.intent.intent == "dilute")
    drawn = draw_rows(plan, [Span(stratum, 0, 1600)], [(1, 1)])
    for values, kinds in ((drawn.given["stock"], 17), (drawn.given["share"], 6), (drawn.reply, 2)):
        counts = np.bincount(values, minlength=kinds)
        assert counts.min() > 0.5 * 1600 / kinds


@pytest.mark.parametrize("name", ["mass/weigh/train-drug", "choose/weight/train-drug", "heavier/plain/train-drug"])
def test_rows_about_an_entity_are_found_by_inversion(bench: Workbench, name: str) -> None:
    stratum = bench.strata[name]
    plan = next(plan for plan in bench.plans if plan.intent.intent == stratum.intent)
    entity = int(draw_rows(plan, [Span(stratum, 5, 6)], [(1, 1), (1, 1)]).roles["a"][0])
    spans = find_rows_about(plan, stratum, entity, 3)
    for span in spans:
        assert draw_rows(plan, [span], [(1, 1), (1, 1)]).roles["a"].tolist() == [entity]
    assert spans or stratum.intent == "heavier"
