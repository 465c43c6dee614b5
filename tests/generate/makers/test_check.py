"""Rows are held against their passages: all of ours pass, and every kind of fault is seen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl
import pytest
from tests.generate.makers.documents import list_records, tabulate

from apothecary.example import EXAMPLE
from apothecary.generate.makers.check import check_authored, list_faults, read_numbers
from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.registry import make_batch
from apothecary.generate.makers.room import number_rows

DECLARED = load_declarations("pharma")


@lru_cache(maxsize=1)
def make_rows() -> pl.DataFrame:
    rows, _ = make_batch(list_records(), DECLARED)
    return number_rows([row | {"split": "train"} for row in rows])


def check(frame: pl.DataFrame) -> list[str]:
    return check_authored(frame, tabulate()[1], DECLARED)["reason"].to_list()


def change(maker: str, **columns: Any) -> pl.DataFrame:
    row = make_rows().filter(pl.col("id").str.contains(f"/{maker}/")).row(0, named=True)
    return pl.DataFrame([row | columns], schema=EXAMPLE)


def test_all_our_rows_pass() -> None:
    verdicts = check_authored(make_rows(), tabulate()[1], DECLARED)
    assert make_rows().height >= 300
    assert list(list_faults(verdicts)) == []


SPAN = {"passage_id": "pubmed:90000001#4", "start": 0, "end": 34}


@pytest.mark.parametrize(
    ("maker", "columns", "reason"),
    [
        ("abstract_setting", {"evidence": []}, "no evidence"),
        ("abstract_setting", {"evidence": [SPAN | {"passage_id": "pubmed:1#0"}]}, "the evidence has no passage"),
        ("abstract_setting", {"evidence": [SPAN | {"end": 999}]}, "the evidence lies outside its passage"),
        ("abstract_setting", {"prompt": "Where?"}, "the prompt does not show the evidence"),
        ("abstract_setting", {"answer": "Three hospitals."}, "the answer is no quotation"),
        ("abstract_setting", {"response": "In 77 clinics."}, "a number comes from nowhere"),
        ("share_left", {"reasoning": ["120 - 12 = 109"]}, "a step is wrong"),
        ("share_left", {"reasoning": ["120 - 13.5 = 106.5"]}, "a step takes a number from nowhere"),
        ("share_left", {"reasoning": ["120 minus 12"]}, "a step cannot be read"),
        ("share_left", {"answer": "12.25"}, "no step gives the answer"),
        ("title_choice", {"answer": "Something else"}, "the answer is not one of the choices"),
        ("patient_eligible", {"answer": "perhaps"}, "the answer is another one"),
        ("pubmedqa_decision", {"answer": "maybe"}, "the answer is another one"),
        ("trial_json", {"answer": "{"}, "the answer is no JSON"),
        ("trial_json", {"answer": '{"phase": "Phase 9"}'}, "a value is not in the passage"),
        ("trial_not_stated", {"answer": "Double"}, "an answer where none should be"),
        ("title_question", {"answer": "Elephants recover."}, "a word is not in the passages"),
    ],
)
def test_faults_are_seen(maker: str, columns: dict[str, Any], reason: str) -> None:
    assert check(change(maker)) == []
    assert check(change(maker, **columns)) == [reason]


def test_an_unknown_maker_is_seen() -> None:
    assert check(change("trial_json", id="pharma/x/nobody/train-document/0")) == ["no such maker"]


def test_numbers_are_read_as_they_are_written() -> None:
    assert read_numbers("1,204 of P = .05, 2.50 mg and B12") == {"1204", ".05", "0.05", "2.50", "2.5"}
