from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from apothecary.generate.draw import Span
from apothecary.generate.strata import link_scaffolds, split_entities
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


@pytest.fixture
def bench(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> Workbench:
    return Workbench(tiny_recipe, tiny_pack, tiny_knowledge)


def render_split(bench: Workbench, split: str, tests: str) -> pl.DataFrame:
    spans = [
        Span(stratum, 0, stratum.capacity)
        for plan in bench.plans
        if plan.intent.tests == tests and plan.intent.intent != "heavier"
        for stratum in plan.strata()
        if stratum.part.split == split
    ]
    return bench.render_spans(spans)


def test_parent_structures_of_skill_rows_lie_in_one_split(bench: Workbench, tiny_knowledge: Path) -> None:
    keys = pl.read_parquet(tiny_knowledge / "compounds.parquet").select("entity_id", "parent_key")
    met = {}
    for split in ("train", "validation", "test"):
        rows = render_split(bench, split, "skill").filter(pl.col("entities").list.len() > 0)
        ids = rows.select(entity_id=pl.col("entities").explode(empty_as_null=True, keep_nulls=True)).unique()
        met[split] = set(ids.join(keys, on="entity_id")["parent_key"])
    assert met["train"] and met["test"] and met["validation"]
    assert not met["train"] & met["test"]
    assert not met["train"] & met["validation"]
    assert not met["validation"] & met["test"]


def test_given_numbers_without_entities_lie_in_one_split(bench: Workbench) -> None:
    plan = next(plan for plan in bench.plans if plan.intent.intent == "dilute")
    met = {}
    for split in ("train", "validation", "test"):
        rows = bench.render_spans([Span(s, 0, s.capacity) for s in plan.strata() if s.part.split == split])
        met[split] = {tuple(f["value"] for f in facts) for facts in rows["facts"].to_list()}
    assert not met["train"] & met["test"]
    assert not met["train"] & met["validation"]
    assert sum(map(len, met.values())) == plan.given_size


def test_recall_tests_ask_known_facts_in_patterns_that_training_never_uses(bench: Workbench) -> None:
    train, test = render_split(bench, "train", "recall"), render_split(bench, "test", "recall")
    facts = [set(frame["facts"].list.first().struct.field("fact_id")) for frame in (train, test)]
    assert facts[1] <= facts[0]
    for plan in bench.plans:
        if plan.intent.tests == "recall":
            asks = plan.asks[plan.intent.templates[0].id]
            used = [
                {int(w.split(".")[0]) for w in frame.filter(pl.col("intent") == plan.intent.intent)["wording"]}
                for frame in (train, test)
            ]
            assert {int(asks.pattern[w]) for w in used[1]} == {asks.held_out[1]}
            assert not {int(asks.pattern[w]) for w in used[0]} & set(asks.held_out)


def test_transfer_rows_are_those_whose_pattern_training_never_uses(bench: Workbench) -> None:
    rows = render_split(bench, "test", "skill").filter(pl.col("template") == "weigh")
    plan = next(plan for plan in bench.plans if plan.intent.intent == "mass")
    asks = plan.asks["weigh"]
    for wording, tests in rows.select("wording", "tests").iter_rows():
        is_held_out = int(asks.pattern[int(wording.split(".")[0])]) in asks.held_out
        assert tests == ("transfer" if is_held_out else "skill")
    assert set(rows["tests"]) == {"skill", "transfer"}


def test_no_row_exceeds_the_cap_of_its_combination(bench: Workbench) -> None:
    rows = render_split(bench, "train", "skill").filter(pl.col("intent") == "mass")
    assert rows.group_by("entities", "template").len()["len"].max() <= 8


def test_split_of_an_entity_depends_on_its_parent_alone(bench: Workbench) -> None:
    view = next(plan.view for plan in bench.plans if plan.view is not None)
    codes = split_entities(view, 7, {"train": 0.85, "validation": 0.05, "test": 0.1})
    parents = view.column("parent_key").to_numpy()
    for parent in np.unique(parents):
        assert len(set(codes[parents == parent])) == 1
    assert 0.02 < (codes == 2).mean() < 0.25


def test_a_question_that_shows_no_name_is_asked_once_for_the_values_it_shows(bench: Workbench) -> None:
    frames = [render_split(bench, split, "skill") for split in ("train", "validation", "test")]
    rows = pl.concat(frames).filter(pl.col("template") == "ring_rule")
    assert rows["prompt"].n_unique() == rows.height
    shown = rows.select(entity=pl.col("entities").list.first(), weight=pl.col("prompt").str.extract(r"(\d+\.\d\d)"))
    assert shown["weight"].n_unique() == shown["entity"].n_unique()
    everything = pl.concat(frames).filter(pl.col("template") == "weigh")
    assert everything["entities"].list.first().n_unique() > shown["entity"].n_unique()


def test_what_shares_a_parent_or_a_scaffold_is_one_group_through_others_too() -> None:
    parents = pl.Series(["A", "A", "B", "C", "D", "E", "E", "F"])
    scaffolds = pl.Series(["s1", "s2", "s2", "s3", None, None, "s3", None])
    groups = link_scaffolds(parents, scaffolds).to_list()
    assert groups[0] == groups[1] == groups[2]
    assert groups[3] == groups[5] == groups[6]
    assert len({groups[0], groups[3], groups[4], groups[7]}) == 4


def test_a_scaffold_lies_in_one_split(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path, tmp_path: Path
) -> None:
    for path in tiny_knowledge.iterdir():
        (tmp_path / path.name).symlink_to(path)
    rows = pl.read_parquet(tiny_knowledge / "compounds.parquet").with_row_index("n")
    shape = pl.when(pl.col("n") % 8 > 1).then(pl.format("shape {}", pl.col("n") // 2 % 41))
    rows = rows.with_columns(scaffold=shape).drop("n")
    (tmp_path / "compounds.parquet").unlink()
    rows.write_parquet(tmp_path / "compounds.parquet")
    splits = tiny_recipe.splits.model_copy(update={"by": "scaffold"})
    bench = Workbench(tiny_recipe.model_copy(update={"splits": splits}), tiny_pack, tmp_path)
    met = {}
    for split in ("train", "validation", "test"):
        told = render_split(bench, split, "skill").filter(pl.col("entities").list.len() > 0)
        ids = told.select(entity_id=pl.col("entities").explode(empty_as_null=True, keep_nulls=True)).unique()
        found = ids.join(rows, on="entity_id")
        met[split] = set(found["scaffold"].drop_nulls()) | set(found["parent_key"])
    assert met["train"] and met["test"]
    assert not met["train"] & met["test"]
    assert not met["train"] & met["validation"]
    assert not met["validation"] & met["test"]
