from __future__ import annotations

import json

import polars as pl
import pytest

from apothecary.facts.checker import Checker
from apothecary.facts.mutate import KINDS, mutate

SEEDS = range(40)
# What a kind of mistake may be called: a wrong number is a wrong answer where it stands in the answer alone.
REASONS = {
    "number": {"number", "answer", "option"},
    "unit": {"unit", "option"},
    "name": {"name", "option"},
    "direction": {"direction", "option"},
    "option": {"option"},
    "step": {"step"},
    "order": {"name", "answer", "option"},
    "json": {"answer", "text", "name", "fact"},
    "refusal": {"text", "name"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_mutation_is_caught(
    checker: Checker,
    hand_frame: pl.DataFrame,
    tiny_names: pl.DataFrame,
    kin_checker: Checker,
    kin_frame: pl.DataFrame,
    kin_names: pl.DataFrame,
    kind: str,
) -> None:
    made = 0
    for judge, rows, names in ((checker, hand_frame, tiny_names), (kin_checker, kin_frame, kin_names)):
        wrong = pl.concat([mutate(rows, kind, seed, names) for seed in SEEDS])
        made += len(wrong)
        expect_caught(judge, wrong, kind)
    assert made >= len(SEEDS)


def expect_caught(checker: Checker, wrong: pl.DataFrame, kind: str) -> None:
    wrong = wrong.with_row_index("n").with_columns(id=pl.col("id") + "-" + pl.col("n").cast(pl.String)).drop("n")
    verdicts = checker.check(wrong)
    assert verdicts["id"].to_list() == wrong["id"].to_list()
    named = [reason for reason in verdicts["reason"] if reason in REASONS[kind]]
    assert len(named) >= 0.97 * len(verdicts), verdicts["reason"].value_counts()


def test_two_names_of_a_ranking_are_swapped(kin_frame: pl.DataFrame, kin_names: pl.DataFrame) -> None:
    rows = kin_frame.filter(pl.col("intent") == "ranked", pl.col("wording") == "0.0")
    found = [mutate(rows, "order", seed, kin_names).row(0, named=True) for seed in SEEDS]
    assert {row["answer"] for row in found} > {"caffeine, benzocaine, aspirin"}
    assert {row["response"] for row in found} > {"Aspirin, caffeine, benzocaine."}


def test_json_keeps_its_keys(kin_frame: pl.DataFrame, kin_names: pl.DataFrame) -> None:
    for seed in SEEDS:
        row = mutate(kin_frame, "json", seed, kin_names).row(0, named=True)
        assert list(json.loads(row["answer"])) == ["ibuprofen", "benzocaine"]
        assert json.loads(row["answer"]) != {"ibuprofen": "analgesic", "benzocaine": "local anaesthetic"}


def test_a_refusal_is_swapped_or_given_a_dose(kin_frame: pl.DataFrame, kin_names: pl.DataFrame) -> None:
    replies = [text for seed in SEEDS for text in mutate(kin_frame, "refusal", seed, kin_names)["response"]]
    assert any("Take" in text for text in replies)
    assert "Your pharmacist can tell you." in replies
    assert not any(row["answer_type"] != "refusal" for row in mutate(kin_frame, "refusal", 1, kin_names).to_dicts())


@pytest.mark.parametrize("kind", KINDS)
def test_mutations_are_the_same_for_the_same_seed(
    hand_frame: pl.DataFrame, tiny_names: pl.DataFrame, kin_frame: pl.DataFrame, kin_names: pl.DataFrame, kind: str
) -> None:
    for rows, names in ((hand_frame, tiny_names), (kin_frame, kin_names)):
        assert mutate(rows, kind, 1, names).equals(mutate(rows, kind, 1, names))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutation_changes_something_and_keeps_the_schema(
    hand_frame: pl.DataFrame, tiny_names: pl.DataFrame, kin_frame: pl.DataFrame, kin_names: pl.DataFrame, kind: str
) -> None:
    for rows, names in ((hand_frame, tiny_names), (kin_frame, kin_names)):
        right = {row["id"]: row for row in rows.iter_rows(named=True)}
        wrong = mutate(rows, kind, 5, names)
        assert wrong.schema == rows.schema
        for row in wrong.iter_rows(named=True):
            changed = {column for column, value in row.items() if value != right[row["id"]][column]}
            assert changed
            assert changed <= {"prompt", "response", "answer", "reasoning", "history", "choices"}


def test_names_are_not_touched_by_a_change_of_number(hand_frame: pl.DataFrame, tiny_names: pl.DataFrame) -> None:
    rows = hand_frame.filter(pl.col("entities").list.contains("c3"), pl.col("intent") == "melting")
    for seed in SEEDS:
        wrong = mutate(rows, "number", seed, tiny_names)
        assert wrong["prompt"].str.contains("1,2-dichloroethane", literal=True).all()
