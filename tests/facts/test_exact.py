from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from apothecary.facts.checker import Checker
from apothecary.facts.evidence import Rejected, read_evidence, read_wording
from apothecary.facts.exact import Deriver, join_segments


@pytest.mark.parametrize("kind", ["fact", "comparison", "calculation", "two turns", "each", "no entity"])
def test_a_row_is_derived_from_its_facts_alone(checker: Checker, hand_rows: dict[str, Any], kind: str) -> None:
    row = hand_rows[kind]
    plan = checker.plans[row["intent"]]
    template, numbers = read_wording(plan, row)
    expected = Deriver(plan, read_evidence(plan, checker.ledger, row)).derive(template, numbers)
    assert join_segments(expected.prompt) == row["prompt"]
    assert join_segments(expected.response) == row["response"]
    assert join_segments(expected.answer) == row["answer"]
    assert expected.tolerance == row["tolerance"]
    assert [join_segments(step) for step in expected.reasoning] == (row["reasoning"] or [])
    assert [join_segments(turn) for turn in expected.history] == [turn["content"] for turn in row["history"] or []]


@pytest.mark.parametrize(("right", "letter"), list(enumerate("ABCD")))
def test_the_right_option_decides_the_question(
    checker: Checker, hand_rows: dict[str, Any], right: int, letter: str
) -> None:
    row = hand_rows["options"]
    plan = checker.plans["choose"]
    deriver = Deriver(plan, read_evidence(plan, checker.ledger, row), right)
    names = ["aspirin", "1,2-dichloroethane", "n-butane", "caffeine"]
    assert deriver.derive_answer() == letter
    assert names[right] in join_segments(deriver.derive(*read_wording(plan, row)).prompt)


def test_a_division_by_zero_is_a_verdict(
    hand_rows: dict[str, Any], tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    tiny_dump["intents"][-1]["let"]["tenth"] = "factor / (1.5 - factor)"
    checker = Checker(tiny_dump, tiny_facts, tiny_names)
    with pytest.raises(Rejected, match="no value here") as verdict:
        checker.judge(hand_rows["no entity"])
    assert verdict.value.reason == "number"


def test_equal_values_have_no_direction(
    hand_rows: dict[str, Any], tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    same = tiny_facts.with_columns(
        text=pl.when(pl.col("field") == "mw").then(pl.lit("180.1590")).otherwise(pl.col("text"))
    )
    row = hand_rows["comparison"]
    for fact in row["facts"]:
        fact["value"] = "180.1590"
    with pytest.raises(Rejected, match=r"180\.1590 for both") as verdict:
        Checker(tiny_dump, same, tiny_names).judge(row)
    assert verdict.value.reason == "direction"
