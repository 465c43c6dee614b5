from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.generate.allocate import Quota, allocate_rows
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench, find_span
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


@pytest.fixture
def bench(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> Workbench:
    return Workbench(tiny_recipe, tiny_pack, tiny_knowledge)


def render_all(bench: Workbench, quotas: list[Quota]) -> pl.DataFrame:
    return bench.render_spans(Span(quota.stratum, 0, quota.made) for quota in quotas)


def test_rows_have_the_columns_of_example_and_never_repeat(bench: Workbench, tiny_recipe: Recipe) -> None:
    frame = render_all(bench, allocate_rows(bench.plans, tiny_recipe))
    assert frame.schema == EXAMPLE
    assert frame.height > 3000
    assert frame["id"].n_unique() == frame.height
    assert frame.select(pl.struct("history", "prompt")).to_series().n_unique() == frame.height


def test_any_cut_into_spans_gives_the_same_rows(bench: Workbench) -> None:
    stratum = bench.strata["mass/weigh/train-compound"]
    whole = bench.render_spans([Span(stratum, 0, 300)])
    parts = pl.concat([bench.render_spans([Span(stratum, a, b)]) for a, b in ((0, 1), (1, 170), (170, 300))])
    assert whole.equals(parts)


def test_another_template_s_wording_does_not_redraw_a_template(
    bench: Workbench, tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path
) -> None:
    changed = tiny_pack.model_copy(deep=True)
    heavier = changed.by_name["heavier"]
    plain = heavier.templates[1].model_copy(update={"reply": ("{hi.Name} wins by {diff:dp2} g/mol.",)})
    altered = heavier.model_copy(update={"templates": (heavier.templates[0], plain)})
    intents = [altered if one.intent == "heavier" else one for one in changed.intents]
    other = Workbench(tiny_recipe, changed.model_copy(update={"intents": intents}), tiny_knowledge)
    name = "heavier/then/train-compound"
    before = bench.render_spans([Span(bench.strata[name], 0, 50)])
    after = other.render_spans([Span(other.strata[name], 0, 50)])
    assert before.equals(after)


def test_shuffle_keeps_the_rows_and_depends_on_the_shard(bench: Workbench) -> None:
    span = Span(bench.strata["dilute/stock/train-any"], 0, 200)
    one, two = bench.render_shuffled([span], "train-00000"), bench.render_shuffled([span], "train-00001")
    assert one["id"].to_list() != two["id"].to_list()
    assert one.sort("id").equals(two.sort("id"))


def test_a_row_is_found_by_its_id(bench: Workbench) -> None:
    row = bench.render_spans([Span(bench.strata["choose/weight/test-drug"], 3, 4)])
    again = bench.render_spans([find_span(bench.strata, row["id"][0])])
    assert again.equals(row)


@pytest.mark.parametrize("row_id", ["x", "tiny/choose/weight/test-drug/99999999", "tiny/choose/weight/no-drug/1"])
def test_an_id_that_is_none_is_refused(bench: Workbench, row_id: str) -> None:
    with pytest.raises(RecipeError, match="no row has the id"):
        find_span(bench.strata, row_id)
