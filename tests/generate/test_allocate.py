from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.errors import CapacityError, RecipeError
from apothecary.generate.allocate import allocate_rows, share_out, split_rows
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe

PARTS = st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 10_000)), min_size=1, max_size=30)


@given(parts=PARTS, share=st.floats(0, 1))
def test_parts_sum_to_the_total_within_their_limits(parts: list[tuple[float, int]], share: float) -> None:
    weights, limits = zip(*parts, strict=True)
    total = int(sum(limits) * share)
    counts = share_out(total, weights, limits)
    assert counts.sum() == total
    assert all(0 <= count <= limit for count, limit in zip(counts, limits, strict=True))


def test_parts_follow_the_weights_where_no_limit_cuts() -> None:
    assert share_out(100, [1, 3], [1000, 1000]).tolist() == [25, 75]
    assert share_out(100, [1, 1, 2], [5, 1000, 1000]).tolist() == [5, 32, 63]


def test_too_little_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(CapacityError, match="11 rows asked, 10 can be given"):
        share_out(11, [1, 1], [4, 6])


def test_quotas_sum_to_the_rows_of_each_split(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    quotas = allocate_rows(bench.plans, tiny_recipe)
    for split, rows in split_rows(tiny_recipe).items():
        assert sum(q.wanted for q in quotas if q.stratum.part.split == split) == rows
    assert all(q.wanted < q.made <= q.stratum.capacity for q in quotas if q.wanted)


def test_more_rows_than_the_facts_give_are_refused(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    greedy = tiny_recipe.model_copy(update={"rows": 10_000_000})
    with pytest.raises(CapacityError, match="rows asked, but the facts give") as caught:
        allocate_rows(bench.plans, greedy)
    assert "hint:" in str(caught.value)


def test_a_weight_of_an_unknown_intent_is_refused(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    with pytest.raises(RecipeError, match="unknown intent 'melting'"):
        allocate_rows(bench.plans, tiny_recipe.model_copy(update={"weights": {"melting": 1.0}}))
