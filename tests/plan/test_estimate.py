"""A whole plan of a small recipe, measured by real runs."""

from __future__ import annotations

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import CapacityError
from apothecary.plan.estimate import Order, describe_tier, plan_recipe, read_llm_share
from apothecary.recipe import Recipe


def test_a_plan_is_measured_and_adds_up(starter_recipe: Recipe) -> None:
    plan = plan_recipe(starter_recipe, Order(), workers=1, progress=SilentProgress())
    assert plan["rows"] == starter_recipe.rows == plan["after_curation"]["published"]
    assert plan["time"]["seconds"] > 0
    assert plan["disk"]["bytes"] > plan["disk"]["dataset_bytes"] > 0
    assert plan["memory"]["bytes"] > 10_000_000
    assert plan["llm"]["calls"] == 0
    assert plan["tokens"]["total"] > starter_recipe.rows
    assert plan["bottleneck"]["name"]
    assert len(plan["cloud"]) > 1


def test_without_a_probe_nothing_is_measured(starter_recipe: Recipe) -> None:
    plan = plan_recipe(starter_recipe, Order(probe=False, llm_share=0.5), workers=1, progress=SilentProgress())
    assert "time" not in plan
    assert plan["llm"]["rows"] == starter_recipe.rows / 2


def test_what_cannot_be_is_refused_before_anything_runs(starter_recipe: Recipe) -> None:
    greedy = starter_recipe.model_copy(update={"rows": 10**9})
    with pytest.raises(CapacityError, match="cannot be honest"):
        plan_recipe(greedy, Order(), workers=1, progress=SilentProgress())


def test_a_tier_is_scaled_by_its_shares() -> None:
    told = describe_tier(4, Order(model_size="405B"), tokens_per_row=50)
    assert told["llm"]["rows"] == pytest.approx(0.3 * 1.5e9)
    assert told["training"]["operations"] == pytest.approx(6 * 405e9 * 50e9)


def test_rows_that_a_model_must_write_are_those_of_context(starter_recipe: Recipe) -> None:
    assert read_llm_share(starter_recipe) == 0
    mixed = starter_recipe.model_copy(update={"origins": {"template": 6.0, "augmented": 3.0, "context": 1.0}})
    assert read_llm_share(mixed) == pytest.approx(0.1)
