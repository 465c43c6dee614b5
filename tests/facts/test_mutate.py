from __future__ import annotations

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
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_mutation_is_caught(
    checker: Checker, hand_frame: pl.DataFrame, tiny_names: pl.DataFrame, kind: str
) -> None:
    wrong = pl.concat([mutate(hand_frame, kind, seed, tiny_names) for seed in SEEDS])
    assert len(wrong) >= len(SEEDS)
    wrong = wrong.with_row_index("n").with_columns(id=pl.col("id") + "-" + pl.col("n").cast(pl.String)).drop("n")
    verdicts = checker.check(wrong)
    assert verdicts["id"].to_list() == wrong["id"].to_list()
    named = [reason for reason in verdicts["reason"] if reason in REASONS[kind]]
    assert len(named) >= 0.97 * len(verdicts), verdicts["reason"].value_counts()


@pytest.mark.parametrize("kind", KINDS)
def test_mutations_are_the_same_for_the_same_seed(
    hand_frame: pl.DataFrame, tiny_names: pl.DataFrame, kind: str
) -> None:
    assert mutate(hand_frame, kind, 1, tiny_names).equals(mutate(hand_frame, kind, 1, tiny_names))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutation_changes_something_and_keeps_the_schema(
    hand_frame: pl.DataFrame, tiny_names: pl.DataFrame, kind: str
) -> None:
    right = {row["id"]: row for row in hand_frame.iter_rows(named=True)}
    wrong = mutate(hand_frame, kind, 5, tiny_names)
    assert wrong.schema == hand_frame.schema
    for row in wrong.iter_rows(named=True):
        changed = {column for column, value in row.items() if value != right[row["id"]][column]}
        assert changed
        assert changed <= {"prompt", "response", "answer", "reasoning", "history"}


def test_names_are_not_touched_by_a_change_of_number(hand_frame: pl.DataFrame, tiny_names: pl.DataFrame) -> None:
    rows = hand_frame.filter(pl.col("entities").list.contains("c3"), pl.col("intent") == "melting")
    for seed in SEEDS:
        wrong = mutate(rows, "number", seed, tiny_names)
        assert wrong["prompt"].str.contains("1,2-dichloroethane", literal=True).all()
