"""What counts as a fault, and which faults are worth another call."""

from __future__ import annotations

import pytest

from apothecary.engine.llm.judge import CONTENT, CallError, fits_schema, judge_answer, judge_status
from apothecary.engine.llm.request import Answer, Request

ASK = Request("m", (("user", "Say it."),))
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("status", "retry"),
    [(429, True), (500, True), (503, True), (529, True), (408, True), (400, False), (401, False), (404, False)],
)
def test_status_decides_about_another_call(status: int, retry: bool) -> None:
    error = judge_status(status, "detail", 2.0)
    assert (error.retry, error.status, error.wait_s) == (retry, status, 2.0)


@pytest.mark.parametrize(
    ("text", "ending", "reason", "retry"),
    [
        ("  ", "stop", "empty", True),
        ("Say it. ", "stop", "echo", False),
        ("Sorry", "refusal", "refusal", False),
    ],
)
def test_faults_of_a_text(text: str, ending: str, reason: str, retry: bool) -> None:
    with pytest.raises(CallError) as caught:
        judge_answer(ASK, Answer((text,), (ending,)))
    assert (caught.value.reason, caught.value.retry) == (reason, retry)
    assert reason in CONTENT


def test_good_samples_survive_bad_ones() -> None:
    answer = judge_answer(ASK, Answer(("", "good", "Say it."), ("stop", "length", "stop")))
    assert (answer.texts, answer.endings) == (("good",), ("length",))


def test_no_choice_at_all_is_empty() -> None:
    with pytest.raises(CallError, match="empty"):
        judge_answer(ASK, Answer((), ()))


@pytest.mark.parametrize(
    ("ending", "reason", "retry"), [("stop", "not the schema", True), ("length", "cut off", False)]
)
def test_broken_json(ending: str, reason: str, retry: bool) -> None:
    asked = Request("m", (("user", "x"),), schema=SCHEMA)
    with pytest.raises(CallError) as caught:
        judge_answer(asked, Answer(('{"a": "x',), (ending,)))
    assert (caught.value.reason, caught.value.retry) == (reason, retry)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('{"a": "x"}', True),
        ('{"a": "x", "b": [1, 2]}', True),
        ('{"a": 1}', False),
        ('{"b": []}', False),
        ('{"a": "x", "b": [true]}', False),
        ('{"a": "x", "c": 1}', False),
        ("[]", False),
        ("not json", False),
        ("[" * 100_000, False),
    ],
)
def test_schema(text: str, fits: bool) -> None:
    assert fits_schema(text, SCHEMA) is fits


def test_choices_and_several_types() -> None:
    assert fits_schema("null", {"type": ["string", "null"]})
    assert not fits_schema('"c"', {"enum": ["a", "b"]})
