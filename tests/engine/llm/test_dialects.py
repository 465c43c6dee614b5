"""Both dialects: what is sent, what is read, and bodies that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apothecary.engine.llm.dialects import DIALECTS, read_error
from apothecary.engine.llm.judge import CallError
from apothecary.engine.llm.request import Request
from apothecary.errors import RecipeError

ASK = Request("m", (("system", "brief"), ("user", "q")), max_tokens=50, temperature=0.5, seed=1, stop=("\n",))
OPENAI, ANTHROPIC = DIALECTS["openai"], DIALECTS["anthropic"]


def test_openai_body() -> None:
    asked = replace(ASK, n=3, schema={"type": "object"}, extra={"top_k": 5})
    assert OPENAI.build_body(asked) == {
        "model": "m",
        "messages": [{"role": "system", "content": "brief"}, {"role": "user", "content": "q"}],
        "max_tokens": 50,
        "n": 3,
        "temperature": 0.5,
        "seed": 1,
        "stop": ["\n"],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
        },
        "top_k": 5,
    }
    assert "max_tokens" not in OPENAI.build_body(replace(ASK, extra={"max_completion_tokens": 9}))


def test_anthropic_body() -> None:
    assert ANTHROPIC.build_body(replace(ASK, schema={"type": "object"})) == {
        "model": "m",
        "messages": [{"role": "user", "content": "q"}],
        "system": "brief",
        "max_tokens": 50,
        "temperature": 0.5,
        "stop_sequences": ["\n"],
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    }
    with pytest.raises(RecipeError, match="one answer"):
        ANTHROPIC.build_body(replace(ASK, n=2))


def test_headers_hold_the_key_where_the_dialect_wants_it() -> None:
    assert OPENAI.build_headers("k") == {"Authorization": "Bearer k"}
    assert OPENAI.build_headers("") == {}
    assert ANTHROPIC.build_headers("k")["x-api-key"] == "k"
    assert "x-api-key" not in ANTHROPIC.build_headers("")


def test_openai_answer() -> None:
    choices = [
        {"message": {"content": "a"}, "finish_reason": "stop"},
        {"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"},
        {"message": {"content": "c"}, "finish_reason": "length"},
    ]
    answer = OPENAI.read_answer(ASK, {"choices": choices, "usage": {"prompt_tokens": 7, "completion_tokens": 9}})
    assert answer.texts == ("a", "", "c")
    assert answer.endings == ("stop", "refusal", "length")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 9)


def test_anthropic_answer() -> None:
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    usage = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 4}
    answer = ANTHROPIC.read_answer(ASK, {"content": content, "stop_reason": "max_tokens", "usage": usage})
    assert (answer.texts, answer.endings, answer.usage.prompt_tokens) == (("ab",), ("length",), 7)


def test_counts_that_cannot_be_are_estimated() -> None:
    choice = {"message": {"content": "word " * 100}, "finish_reason": "stop"}
    few = {"choices": [choice] * 4, "usage": {"prompt_tokens": 7, "completion_tokens": 12}}
    usage = OPENAI.read_answer(ASK, few).usage
    assert usage.is_estimate and usage.completion_tokens == 500 and usage.prompt_tokens == 7
    assert OPENAI.read_answer(ASK, {"choices": [choice]}).usage.is_estimate


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    "body", [None, [], {}, "x", {"choices": 3, "content": 3}, {"choices": [1], "content": [1]}], ids=str
)
def test_other_bodies_are_refused(name: str, body: object) -> None:
    with pytest.raises(CallError, match="bad body"):
        DIALECTS[name].read_answer(ASK, body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": {"message": "a\n b"}}, "a b"),
        ({"error": "a"}, "a"),
        ({"detail": "a"}, "a"),
        ("plain", "plain"),
        ({"error": {"message": "x" * 999}}, "x" * 300),
    ],
    ids=range(5),
)
def test_errors_of_many_shapes(body: object, text: str) -> None:
    assert read_error(body) == text


def test_batch_lines_carry_the_key() -> None:
    line = OPENAI.build_batch_line(ASK)
    assert (line["custom_id"], line["url"], line["method"]) == (ASK.key, "/v1/chat/completions", "POST")
    assert ANTHROPIC.build_batch_line(ASK) == {"custom_id": ASK.key, "params": ANTHROPIC.build_body(ASK)}


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("openai", {"response": {"status_code": 429, "body": {}}}, "rate limited"),
        ("openai", {"response": None, "error": {"message": "expired"}}, "batch error"),
        ("anthropic", {"result": {"type": "expired"}}, "batch expired"),
        ("anthropic", {"result": {"type": "errored", "error": {"error": {"message": "x"}}}}, "batch errored"),
    ],
)
def test_failed_batch_lines(name: str, line: dict, reason: str) -> None:
    with pytest.raises(CallError, match=reason):
        DIALECTS[name].read_batch_line(ASK, line)
