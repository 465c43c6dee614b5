"""Duplicates of a small draw to those of a large one, against draws that are really made."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from apothecary.plan.drops import expect_drops, grow_duplicates


@pytest.mark.parametrize("pool", [20_000, 200_000, 2_000_000])
def test_growth_is_that_of_real_draws(pool: int) -> None:
    drawn = np.random.default_rng(5).integers(0, pool, 400_000)
    seen = 20_000 - len(np.unique(drawn[:20_000]))
    repeats = len(drawn) - len(np.unique(drawn))
    assert grow_duplicates(seen, 20_000, 400_000) == pytest.approx(repeats, rel=0.25)


def test_none_seen_is_none_expected_and_a_bound_told() -> None:
    assert grow_duplicates(0, 1_000, 10_000) == 0
    funnel = [{"component": "curate", "dropped": {}, "failed": {}}]
    probe = SimpleNamespace(made=1_000, manifests={"curate": {"funnel": funnel}})
    told = expect_drops(probe, 10_000)  # type: ignore[arg-type]
    assert told["expected"] == 0
    assert told["duplicates_at_most"] == pytest.approx(300, rel=0.05)  # 3 x 10 squared


def test_other_drops_grow_in_proportion() -> None:
    funnel = [{"component": "verify", "dropped": {"few_words": 3}, "failed": {"checker": 1}}]
    probe = SimpleNamespace(made=1_000, manifests={"curate": {"funnel": funnel}})
    assert expect_drops(probe, 50_000)["other_drops"] == 200  # type: ignore[arg-type]


def test_the_bound_is_above_the_expectation() -> None:
    assert grow_duplicates(5 + 2 * math.sqrt(5), 10_000, 10**6) > grow_duplicates(5, 10_000, 10**6) > 5
