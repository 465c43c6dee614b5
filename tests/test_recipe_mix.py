"""What is handed out: one order of formats, several values as text, and when a mix asks for anything."""

import pytest
from pydantic import ValidationError

from apothecary.recipe_mix import Mix, settle_formats, split_texts


def test_formats_have_one_order_and_come_once() -> None:
    assert settle_formats(("reward", "chat", "reward")) == ("chat", "reward")
    assert settle_formats(("hf", "parquet")) == ("parquet", "hf")


def test_formats_that_clash_are_refused() -> None:
    with pytest.raises(ValueError, match="folder of its own"):
        settle_formats(("hf", "chat"))


def test_several_values_may_be_one_text() -> None:
    assert split_texts("a, b,") == ["a", "b"]
    assert split_texts(["a, b"]) == ["a, b"]


@pytest.mark.parametrize(
    ("settings", "is_asked"),
    [
        ({}, False),
        ({"external": {"share": 0.3}}, False),
        ({"rows": 5}, True),
        ({"temperature": 2}, True),
        ({"caps": {"fact": 2}}, True),
        ({"weights": {"intent": {"a": 1}}}, True),
        ({"external": {"files": "chat.jsonl"}}, True),
    ],
)
def test_a_mix_that_changes_nothing_is_none(settings: dict[str, object], is_asked: bool) -> None:
    assert Mix.model_validate(settings).is_asked is is_asked


@pytest.mark.parametrize(
    "wrong",
    [{"weights": {"colour": {"red": 1}}}, {"caps": {"row": 1}}, {"caps": {"fact": 0}}, {"external": {"share": 0}}],
)
def test_what_no_mix_can_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Mix.model_validate(wrong)
