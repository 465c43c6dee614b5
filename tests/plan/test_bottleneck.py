"""What binds is named; three at once are everything."""

from __future__ import annotations

from typing import Any

import pytest

from apothecary.plan.bottleneck import find_bottleneck
from apothecary.plan.tables import load_tiers

LIMITS = load_tiers().limits


def make_plan(**changes: float) -> dict[str, Any]:
    told = {
        "share": 0.1,
        "form": 100,
        "quality": 0.98,
        "seconds": 60,
        "memory": 1e9,
        "disk": 1e9,
        "left": 1000,
    } | changes
    return {
        "rows": 1000,
        "supply": {"share_of_distinct_rows": told["share"], "rows_per_form": told["form"]},
        "quality_by_rule_of_thumb": told["quality"],
        "time": {"seconds": told["seconds"]},
        "memory": {"bytes": told["memory"], "free_bytes": 16e9},
        "disk": {"bytes": told["disk"], "free_bytes": 100e9},
        "after_curation": {"left": told["left"]},
    }


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"share": 0.99}, "facts"),
        ({"form": 9_000}, "template diversity"),
        ({"quality": 0.7}, "quality"),
        ({"seconds": 90_000}, "CPU"),
        ({"memory": 20e9}, "memory"),
        ({"disk": 99e9}, "disk"),
        ({"left": 900}, "surplus"),
        ({"share": 0.99, "form": 50_000, "quality": 0.3}, "everything"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_binds_has_a_name(changes: dict[str, float], name: str) -> None:
    found = find_bottleneck(make_plan(**changes), LIMITS)
    assert found["name"] == name
    assert found["binds"]


def test_nothing_binds_and_the_nearest_is_told() -> None:
    found = find_bottleneck(make_plan(), LIMITS)
    assert not found["binds"]
    assert found["load"] < 1


def test_a_plan_without_a_probe_knows_no_machine() -> None:
    plan = make_plan()
    for name in ("time", "memory", "disk", "after_curation"):
        del plan[name]
    assert set(find_bottleneck(plan, LIMITS)["loads"]) == {"facts", "template diversity", "quality"}
