"""What was measured and `keep` to verdicts."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from apothecary.curate.judge import attach_shares, judge_attributes, judge_hits, load_rules
from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.errors import RecipeError
from apothecary.recipe import Keep

SOUND = {"response_chars": 9, "words": 30, "claims_contradict": 0, "claims_detail": None, "repeated_share": 0.0}


def judge(*rows: dict[str, Any], profile: str = "none", **bounds: str) -> list[tuple[str, str, str]]:
    """The rows that are not kept: id, reason and detail."""
    attributes = pl.DataFrame([SOUND | row for row in rows], infer_schema_length=None).with_columns(
        pl.lit(3, pl.UInt32).alias("file"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
    )
    ids = pl.Series([f"x:{number}" for number in range(len(rows))])
    verdicts = judge_attributes(attributes, Keep(profile=profile, bounds=bounds), ids)
    assert verdicts.schema == PLACED_VERDICT
    assert set(verdicts["file"]) <= {3}
    return verdicts.select("id", "reason", "detail").rows()


def test_without_a_profile_few_rules_hold() -> None:
    assert list(load_rules(Keep(profile="none"))) == [
        "empty_response",
        "personal_data",
        "unsafe_request",
        "contradicts_facts",
        "repeated_text",
        "benchmark_item",
    ]


@pytest.mark.parametrize(
    ("row", "bounds", "expected"),
    [
        pytest.param({}, {}, None, id="sound"),
        pytest.param({"response_chars": 0}, {}, ("empty_response", "response_chars 0, at least 1"), id="empty"),
        pytest.param({"response_chars": 0}, {"empty_response": "off"}, None, id="turned off"),
        pytest.param({"words": 2}, {}, None, id="not in the profile"),
        pytest.param({"words": 2}, {"few_words": "3"}, ("few_words", "words 2, at least 3"), id="a rule added"),
        pytest.param({"words": 3}, {"few_words": "3"}, None, id="at the bound"),
        pytest.param(
            {"claims_contradict": 1, "claims_detail": "response 3-9: no"},
            {},
            ("contradicts_facts", "response 3-9: no"),
            id="the proof of a claim",
        ),
        pytest.param(
            {"claims_contradict": 1, "claims_detail": "x"}, {"contradicts_facts": "1"}, None, id="one is let pass"
        ),
        pytest.param({"repeated_share": 0.6}, {}, ("repeated_text", "repeated_share 0.6, at most 0.5"), id="repeated"),
        pytest.param({"repeated_share": 0.6}, {"repeated_text": "0.8"}, None, id="a wider bound"),
        pytest.param(
            {"response_chars": 0, "words": 1},
            {"few_words": "3"},
            ("empty_response", "response_chars 0, at least 1"),
            id="the first rule",
        ),
        pytest.param({"words": None}, {"few_words": "3"}, None, id="not known"),
    ],
)
def test_bounds_decide(row: dict[str, Any], bounds: dict[str, str], expected: tuple[str, str] | None) -> None:
    assert judge({}, row, {}, **bounds) == ([("x:1", *expected)] if expected else [])


def test_rules_about_what_was_not_measured_are_left_out() -> None:
    attributes = pl.DataFrame({"file": [0], "row": [0], "response_chars": [5]}).cast(
        {"file": pl.UInt32, "row": pl.UInt32}
    )
    assert judge_attributes(attributes, Keep(profile="qa_short"), pl.Series(["x:0"])).height == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param({"bounds": {"few_wrds": "3"}}, "did you mean `few_words`", id="unknown rule"),
        pytest.param({"bounds": {"few_words": "three"}}, "a number, or `off`", id="no number"),
        pytest.param({"bounds": {"few_words": "inf"}}, "a finite number", id="infinite"),
        pytest.param({"bounds": {"few_words": ""}}, "a number, or `off`", id="nothing"),
        pytest.param({"profile": "qa_long"}, "qa_short", id="unknown profile"),
    ],
)
def test_a_wrong_setting_names_the_right_one(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_rules(Keep(**settings))
    assert told in caught.value.render()


@pytest.mark.parametrize(
    ("bounds", "rows"),
    [
        pytest.param({}, [2], id="any share"),
        pytest.param({"benchmark_item": "0.9"}, [], id="a bound"),
        pytest.param({"benchmark_item": "off"}, [], id="turned off"),
    ],
)
def test_test_items_are_judged_apart(bounds: dict[str, str], rows: list[int]) -> None:
    hits = pl.DataFrame({"id": ["x:2"], "file": [0], "row": [2], "benchmark_share": [0.8], "detail": ["mmlu 1"]}).cast(
        {"file": pl.UInt32, "row": pl.UInt32}
    )
    verdicts = judge_hits(hits, Keep(bounds=bounds))
    assert verdicts.schema == PLACED_VERDICT
    assert verdicts.select("row", "reason", "score").rows() == [(row, "benchmark_item", 0.8) for row in rows]


def test_shares_are_attached_to_their_rows(tmp_path: Any) -> None:
    shares = pl.DataFrame({"file": [0, 1], "row": [1, 0], "share": [0.7, 0.9]}).cast(
        {"file": pl.UInt32, "row": pl.UInt32}
    )
    shares.write_parquet(tmp_path / "shares.parquet")
    attributes = pl.DataFrame({"file": [0, 0], "row": [0, 1]}).cast(pl.UInt32)
    context = {"room": str(tmp_path), "repeats": ["shares.parquet"]}
    assert attach_shares(attributes, context)["repeated_share"].to_list() == [0.0, 0.7]
    assert attach_shares(attributes, context | {"repeats": []}).columns == ["file", "row"]
