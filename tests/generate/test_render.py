from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import PackError
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


@pytest.fixture
def bench(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> Workbench:
    return Workbench(tiny_recipe, tiny_pack, tiny_knowledge)


def first_rows(bench: Workbench, stratum: str, rows: int = 40) -> list[dict[str, object]]:
    return bench.render_spans([Span(bench.strata[stratum], 0, rows)]).to_dicts()


def test_a_calculation_closes(bench: Workbench) -> None:
    for row in first_rows(bench, "mass/weigh/train-drug"):
        facts = {fact["field"]: fact["value"] for fact in row["facts"]}
        mass = float(facts["conc"]) * float(facts["vol"]) / 1000 * float(facts["mw"])
        assert float(row["answer"]) == pytest.approx(mass, abs=row["tolerance"] * 1.000001)
        assert row["answer"] in row["response"]
        assert facts["conc"] in row["prompt"] and facts["vol"] in row["prompt"]
        assert len(row["reasoning"]) == 2


def test_the_right_option_stands_at_its_letter(bench: Workbench) -> None:
    letters = set()
    for row in first_rows(bench, "choose/weight/train-compound", 200):
        place = "ABCD".index(row["answer"])
        letters.add(place)
        facts = [float(fact["value"]) for fact in row["facts"]]
        assert row["choices"][place] == f"{facts[place]:.1f} g/mol"
        assert len(set(row["choices"])) == 4
        assert min(abs(f - facts[place]) for n, f in enumerate(facts) if n != place) >= 1
        assert row["prompt"].count(" g/mol") == 4
    assert letters == {0, 1, 2, 3}


def test_both_orders_of_a_pair_come_and_the_heavier_is_named(bench: Workbench) -> None:
    orders = set()
    names = dict(bench.plans[0].view.frame.select("entity_id", "Name").iter_rows())
    for row in first_rows(bench, "heavier/plain/train-compound", 100):
        one, two = (float(fact["value"]) for fact in row["facts"])
        orders.add(one > two)
        heavier = row["entities"][0 if one > two else 1]
        assert row["response"].startswith(names[heavier])
        assert 2 <= abs(one - two) <= 60
    assert orders == {True, False}


def test_two_turns_carry_the_first_as_history(bench: Workbench) -> None:
    row = first_rows(bench, "heavier/then/train-drug", 1)[0]
    assert [turn["role"] for turn in row["history"]] == ["user", "assistant"]
    assert row["wording"].count(".") == 3


def test_each_value_carries_its_own_fact(bench: Workbench) -> None:
    for row in first_rows(bench, "brands/inside/train-compound"):
        assert row["facts"][0]["value"] in row["prompt"]
        assert "#" in row["facts"][0]["fact_id"]


def test_sources_and_licences_follow_the_facts(bench: Workbench) -> None:
    row = first_rows(bench, "melts/plain/train-compound", 1)[0]
    assert row["sources"] == ["names", "lab"]
    assert row["licences"] == ["CC-BY-SA-3.0", "CC0-1.0"]


def test_a_slot_without_a_value_names_its_template(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    melts = tiny_pack.by_name["melts"]
    draw = melts.draw.model_copy(update={"needs": ("mw",), "where": "mp_c > 0 or mw > 0"})
    fields = tiny_pack.fields | {"mp_c": tiny_pack.fields["mp_c"].model_copy(update={"format": "dp1"})}
    broken = tiny_pack.model_copy(update={"intents": [melts.model_copy(update={"draw": draw})], "fields": fields})
    bench = Workbench(tiny_recipe, broken, tiny_knowledge)
    strata = [s for s in bench.strata.values() if s.part.split == "train"]
    with pytest.raises(PackError, match="slot without a value"):
        bench.render_spans([Span(s, 0, s.capacity) for s in strata])


def test_tolerance_of_half_a_digit(bench: Workbench) -> None:
    frame = bench.render_spans([Span(bench.strata["dilute/stock/train-any"], 0, 500)])
    for answer, tolerance in frame.select("answer", "tolerance").iter_rows():
        whole, _, fraction = answer.partition(".")
        digits = len(fraction) if fraction else min(3 - len(whole), 0)
        assert tolerance == pytest.approx(0.5 * 10.0**-digits)
    assert frame.filter(pl.col("answer").str.contains(r"\.")).height
