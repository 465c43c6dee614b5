from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import make_run
from tests.export.test_room import finish

from apothecary.example import EXAMPLE
from apothecary.export.hand_out import load_judges
from apothecary.export.preference import (
    find_difference,
    make_pairs,
    name_error,
    reads_well,
    restore_examples,
    tell_preference,
)
from apothecary.export.talk import Talk
from apothecary.recipe import Recipe


@pytest.fixture
def rows(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> tuple[pl.DataFrame, Any, pl.DataFrame]:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    finish(run, tiny_recipe)
    return (pl.read_parquet(run / "export" / "data" / "*.parquet").head(120), *load_judges({"run": str(run)}))


def test_every_wrong_answer_is_refused_and_its_error_named(rows: tuple[pl.DataFrame, Any, pl.DataFrame]) -> None:
    published, checker, names = rows
    pairs = make_pairs(published, checker, names, seed=1)
    assert pairs.height > published.height / 3
    examples = restore_examples(published)
    assert checker.check(examples).height == 0
    wrong = examples.join(pairs, on="id").with_columns(response=pl.col("rejected")).select(EXAMPLE.names())
    assert checker.check(wrong).height == pairs.height
    right = dict(examples.select("id", "response").iter_rows())
    for line in pairs.iter_rows(named=True):
        told = line["wrong"]
        assert told["right"] != told["wrong"]
        assert told["right"] in right[line["id"]]
        assert told["wrong"] in line["rejected"]
    assert pairs["wrong"].struct.field("fact_id").drop_nulls().len() > 0
    assert make_pairs(published, checker, names, seed=1).equals(pairs)


def test_examples_are_restored_as_they_were_made(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    finish(run, tiny_recipe)
    restored = restore_examples(pl.read_parquet(run / "export" / "data" / "*.parquet"))
    made = pl.read_parquet(run / "generate" / "data" / "*.parquet")
    assert made.join(restored, on="id", how="semi").sort("id").equals(restored.sort("id"))


def test_the_error_is_the_words_that_differ() -> None:
    assert find_difference("It weighs 46.07 g/mol.", "It weighs 47.07 g/mol.") == ("46.07", "47.07")
    facts = [{"entity": 0, "field": "mw", "value": "46.069", "unit": "g/mol", "fact_id": "c1:mw:rdkit"}]
    row = {"response": "It weighs 46.07 g/mol.", "facts": facts}
    assert name_error(row, "It weighs 47.07 g/mol.", "number") == {
        "kind": "number",
        "right": "46.07",
        "wrong": "47.07",
        "field": "mw",
        "fact_id": "c1:mw:rdkit",
    }


@pytest.mark.parametrize(
    ("right", "wrong", "well"),
    [
        ("Yes, it is.", "No, it is.", True),
        ("I know of no drug of that name.", "I know of yes drug of that name.", False),
        ("No violation.", "Yes violation.", False),
        ("It is heavier.", "It is lighter.", True),
    ],
)
def test_an_opposite_must_leave_a_sentence(right: str, wrong: str, well: bool) -> None:
    assert reads_well(right, wrong) is well


def test_a_pair_is_told_as_messages(rows: tuple[pl.DataFrame, Any, pl.DataFrame]) -> None:
    published = rows[0].head(2)
    error = {"kind": "number", "right": "1", "wrong": "2", "field": None, "fact_id": None}
    pairs = pl.DataFrame({"id": published["id"], "rejected": ["no", "never"], "wrong": [error, error]})
    line = tell_preference(published, Talk.from_rows(published), pairs).to_dicts()[1]
    assert line["chosen"] == [published["messages"][1][-1]]
    assert line["rejected"] == [{"role": "assistant", "content": "never"}]
    assert line["prompt"][-1] == published["messages"][1][-2]
