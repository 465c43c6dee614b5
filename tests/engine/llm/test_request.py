"""Requests: equal content has an equal key, whatever stands around it; nothing is lost on the way to JSON and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apothecary.engine.llm.request import (
    Answer,
    Outcome,
    Request,
    Usage,
    decode_outcome,
    parse_request,
    split_samples,
)

PLAIN = Request("m", (("system", "be brief"), ("user", "µ of {compound}?")))
FULL = replace(
    PLAIN,
    n=4,
    temperature=0.8,
    top_p=0.9,
    seed=3,
    stop=("\n",),
    schema={"type": "object"},
    extra={"top_k": 4},
    sample=1,
)


def test_key_is_stable_across_versions() -> None:
    assert PLAIN.key == "b065caa8415a8f9560dcd299d8137a3118ee3672f8cba90e3c15d3c5fecf21f8"
    assert PLAIN.rendered == '{"messages":[["system","be brief"],["user","µ of {compound}?"]],"model":"m"}'


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"messages": (("user", "x"),)},
        {"n": 2},
        {"max_tokens": 5},
        {"temperature": 0.0},
        {"top_p": 1.0},
        {"seed": 0},
        {"stop": ("x",)},
        {"schema": {"type": "object"}},
        {"extra": {"top_k": 1}},
        {"revision": "sha"},
        {"sample": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_changes_the_key(change: dict) -> None:
    assert replace(PLAIN, **change).key != PLAIN.key


def test_order_of_fields_in_a_schema_does_not_matter() -> None:
    one = replace(PLAIN, extra={"a": 1, "b": 2})
    assert one.key == replace(PLAIN, extra={"b": 2, "a": 1}).key


@pytest.mark.parametrize("request_", [PLAIN, FULL], ids=["plain", "full"])
def test_request_survives_json(request_: Request) -> None:
    assert parse_request(request_.rendered) == request_
    assert parse_request(request_.rendered).key == request_.key


def test_outcome_survives_json() -> None:
    answer = Answer(("a", "b"), ("stop", "length"), Usage(3, 4, is_estimate=True), "m")
    outcome = Outcome("k", answer, attempts=2)
    assert decode_outcome(outcome.encode()) == replace(outcome, from_cache=True)
    assert decode_outcome(Outcome("k", reason="echo").encode()).reason == "echo"


def test_samples_are_split_into_distinct_requests() -> None:
    parts = split_samples(replace(PLAIN, n=20), 8)
    assert [part.n for part in parts] == [8, 8, 4]
    assert len({part.key for part in parts}) == 3
    assert split_samples(PLAIN, 8) == [PLAIN]
    assert len({part.key for part in split_samples(replace(PLAIN, n=3), 1)}) == 3


def test_estimate_covers_prompt_and_answers() -> None:
    assert replace(PLAIN, n=3, max_tokens=100).estimate_tokens() == 300 + PLAIN.estimate_prompt_tokens()
