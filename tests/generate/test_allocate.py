from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.errors import CapacityError, RecipeError
from apothecary.generate.allocate import allocate_rows, share_out, split_rows
from apothecary.generate.pack import load_recipe_pack
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import MaxShare, Recipe, Variation

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


def count_by(bench: Workbench, recipe: Recipe, key: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    topics = {intent.intent: intent.topic for intent in bench.pack.intents}
    for quota in allocate_rows(bench.plans, recipe):
        names = {"topic": topics[quota.stratum.intent], "intent": quota.stratum.intent}
        name = names.get(key, f"{quota.stratum.intent}/{quota.stratum.template}")
        counts[name] = counts.get(name, 0) + quota.wanted
    return counts


def test_topics_have_their_shares(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    recipe = tiny_recipe.model_copy(update={"rows": 600, "topics": {"comparison": 3.0, "facts": 1.0}})
    counts = count_by(bench, recipe, "topic")
    assert sum(counts.values()) == recipe.rows
    assert counts["comparison"] == pytest.approx(0.75 * recipe.rows, abs=3)


def test_a_topic_left_out_gets_no_rows(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    counts = count_by(bench, tiny_recipe.model_copy(update={"rows": 600, "topics": {"comparison": 1.0}}), "topic")
    assert {topic for topic, rows in counts.items() if rows} == {"comparison"}


def test_no_intent_and_no_template_is_above_its_share(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path
) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    recipe = tiny_recipe.model_copy(update={"rows": 400, "max_share": MaxShare(intent=0.25, template=0.2)})
    splits = sum(rows > 0 for rows in split_rows(recipe).values())
    assert max(count_by(bench, recipe, "intent").values()) <= 0.25 * recipe.rows + splits
    assert max(count_by(bench, recipe, "template").values()) <= 0.2 * recipe.rows + splits
    with pytest.raises(CapacityError, match="max_share"):
        allocate_rows(bench.plans, tiny_recipe.model_copy(update={"max_share": MaxShare(intent=0.05)}))


@pytest.mark.parametrize("drugs", [0.0, 1.0])
def test_a_group_that_is_left_out_is_not_counted_on(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path, drugs: float
) -> None:
    bench = Workbench(tiny_recipe, tiny_pack, tiny_knowledge)
    quotas = allocate_rows(bench.plans, tiny_recipe.model_copy(update={"rows": 600, "drugs": drugs}))
    assert sum(quota.wanted for quota in quotas) == 600


def test_origins_share_the_rows_as_asked(tiny_recipe: Recipe, tiny_knowledge: Path) -> None:
    recipe = tiny_recipe.model_copy(
        update={
            "rows": 4000,
            "variation": Variation(grammar=True, phrasings=3),
            "origins": {"template": 60.0, "augmented": 30.0, "context": 10.0},
        }
    )
    bench = Workbench(recipe, load_recipe_pack(recipe), tiny_knowledge)
    quotas = allocate_rows(bench.plans, recipe)
    got = {"template": 0, "variation": 0, "context": 0}
    origins = {
        (plan.intent.intent, template.id): template.origin for plan in bench.plans for template in plan.intent.templates
    }
    for quota in quotas:
        got[origins[quota.stratum.intent, quota.stratum.template]] += quota.wanted
    assert sum(got.values()) == 4000
    assert abs(got["variation"] - 1200) <= 4
    assert abs(got["context"] - 400) <= 4


def test_derived_templates_hold_out_the_questions_of_their_base(tiny_recipe: Recipe, tiny_knowledge: Path) -> None:
    recipe = tiny_recipe.model_copy(update={"variation": Variation(grammar=True)})
    bench = Workbench(recipe, load_recipe_pack(recipe), tiny_knowledge)
    met = 0
    for plan in bench.plans:
        held_out = plan.list_held_out()
        for template in plan.intent.templates:
            if template.derived and (base := held_out.get(f"{plan.intent.intent}/{template.derived.base}")):
                own = {at for at, number in enumerate(template.derived.asks) if number in base}
                assert set(held_out[f"{plan.intent.intent}/{template.id}"]) == own
                met += 1
    assert met > 3


def test_perspectives_share_the_rows_as_asked_inside_the_topics(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path
) -> None:
    shares = {"basic facts": 30.0, "comparative analysis": 20.0, "problem solving": 50.0}
    recipe = tiny_recipe.model_copy(update={"rows": 1000, "perspectives": shares})
    bench = Workbench(recipe, tiny_pack, tiny_knowledge)
    perspectives = {plan.intent.intent: plan.intent.perspective for plan in bench.plans}
    got = dict.fromkeys(perspectives.values(), 0)
    for quota in allocate_rows(bench.plans, recipe):
        got[perspectives[quota.stratum.intent]] += quota.wanted
    assert {name: abs(got[name] - 10 * share) <= 3 for name, share in shares.items()} == dict.fromkeys(shares, True)


def test_a_held_out_intent_has_rows_in_test_alone(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    held = tiny_recipe.splits.model_copy(update={"hold_out": ("mass",)})
    recipe = tiny_recipe.model_copy(update={"splits": held})
    quotas = allocate_rows(Workbench(recipe, tiny_pack, tiny_knowledge).plans, recipe)
    rows = {(q.stratum.intent == "mass", q.stratum.part.split) for q in quotas if q.wanted}
    assert (True, "test") in rows
    assert {split for is_held, split in rows if is_held} == {"test"}
    assert sum(q.wanted for q in quotas) == recipe.rows


def test_an_unknown_held_out_intent_is_named(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    held = tiny_recipe.splits.model_copy(update={"hold_out": ("maas",)})
    recipe = tiny_recipe.model_copy(update={"splits": held})
    with pytest.raises(RecipeError, match="'maas'"):
        allocate_rows(Workbench(recipe, tiny_pack, tiny_knowledge).plans, recipe)
