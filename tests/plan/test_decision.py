"""The decision table, row by row, and a question for every answer that is missing."""

from __future__ import annotations

import itertools

import pytest

from apothecary.errors import RecipeError
from apothecary.plan.decision import Advice, load_decision, read_parameters, settle

BAD = {"trained": "yes", "performance": "insufficient", "checked": "yes"}
TABLE = [  # situation, answers, tier, rows, words of the advice
    ("no model, 7B", {"model_size": "7B", "trained": "no"}, 1, 10_000_000, "Tier 1"),
    ("no model, 13B", {"model_size": "13B", "trained": "no"}, 1, 10_000_000, "Tier 1"),
    ("sufficient", {"trained": "yes", "performance": "sufficient"}, None, None, "ship"),
    ("insufficient", BAD | {"checked": "no"}, None, None, "training before the data"),
    ("knowledge gaps", BAD | {"symptom": "knowledge-gaps"}, 3, 100_000_000, "Real data"),
    ("too uniform", BAD | {"symptom": "uniform-answers"}, 2, 50_000_000, "Augmentation"),
    ("special topics", BAD | {"symptom": "special-topics"}, None, None, "not scale"),
    ("model too small", BAD | {"symptom": "model-too-small", "model_size": "7B"}, 1, 10_000_000, "larger model"),
    ("34B", {"model_size": "34B", "trained": "no"}, 2, 50_000_000, "augmented"),
    ("70B", {"model_size": "70B", "trained": "no"}, 2, 50_000_000, "augmented"),
    ("72B and a budget", {"model_size": "72B", "trained": "no", "budget": "yes"}, 3, 100_000_000, "Tier 3"),
    ("150B and a budget", {"model_size": "150B", "trained": "no", "budget": "yes"}, 3, 100_000_000, "Tier 3"),
    ("150B, no budget", {"model_size": "150B", "trained": "no", "budget": "no"}, 2, 50_000_000, "Tier 2"),
    ("405B", {"model_size": "405B", "trained": "no"}, 4, 1_000_000_000, "alternatives"),
]


def advise(answers: dict[str, str]) -> Advice:
    found = settle(answers)
    assert isinstance(found, Advice), f"asks {found}"
    return found


@pytest.mark.parametrize(
    ("answers", "tier", "rows", "words"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_row_of_the_table(answers: dict[str, str], tier: int | None, rows: int | None, words: str) -> None:
    advice = advise(answers)
    assert (advice.tier, advice.rows) == (tier, rows)
    assert words in advice.advice
    assert advice.command
    assert "{" not in advice.advice + advice.command + advice.why


def test_training_is_looked_into_before_data() -> None:
    steps = " ".join(advise(BAD | {"checked": "no"}).steps)
    for topic in ("training approach", "base model", "hyperparameters", "evaluation metrics"):
        assert topic in steps


def test_tier_four_names_the_alternatives() -> None:
    steps = " ".join(advise({"model_size": "405B", "trained": "no"}).steps)
    for way in ("fine-tune", "several domains", "hybrid"):
        assert way in steps


def test_the_larger_model_is_larger() -> None:
    command = advise(BAD | {"symptom": "model-too-small", "model_size": "13B"}).command
    assert "--model-size 34B" in command


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({}, "trained"),
        ({"trained": "no"}, "model_size"),
        ({"trained": "yes"}, "performance"),
        ({"trained": "yes", "performance": "insufficient"}, "checked"),
        (BAD, "symptom"),
        ({"trained": "no", "model_size": "100B"}, "budget"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_open_is_asked(answers: dict[str, str], question: str) -> None:
    assert settle(answers) == question


def test_every_way_through_the_questions_ends_in_advice() -> None:
    decision = load_decision()
    sizes = ("0.5B", "7B", "13B", "33B", "34B", "69B", "70B", "71B", "179B", "180B", "405B", "2T")
    choices = [[(name, answer) for answer in one.answers or sizes] for name, one in decision.questions.items()]
    for answers in itertools.product(*choices):
        assert isinstance(settle(dict(answers), decision), Advice)


@pytest.mark.parametrize(("text", "billions"), [("7B", 7), ("350m", 0.35), ("70", 70), ("1.5 T", 1500)])
def test_sizes_are_read(text: str, billions: float) -> None:
    assert read_parameters(text) == pytest.approx(billions)


@pytest.mark.parametrize("text", ["big", "", "-7B", "0B", "7X"])
def test_no_size_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match="no model size"):
        read_parameters(text)


def test_an_unknown_answer_names_the_known() -> None:
    with pytest.raises(RecipeError, match="knowledge-gaps"):
        settle(BAD | {"symptom": "stupid"})
