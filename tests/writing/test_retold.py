"""Rows made of documents in other words: which can be, and which changes of their sentences are cut."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from apothecary.example import EXAMPLE
from apothecary.writing.gate import Gate, make_row
from apothecary.writing.plan import Task, plan_requests
from apothecary.writing.retold import is_retold, state_sentences
from apothecary.writing.subjects import Subjects

ANSWER = (
    "Gout is a form of arthritis that comes in attacks. Caffeine does not cause it. It is 3 times more common in men."
)


def make_source(**changes: object) -> dict[str, Any]:
    return (
        dict.fromkeys(EXAMPLE.names())
        | {
            "prompt": "What is gout, and does caffeine cause it?",
            "response": ANSWER,
            "perspective": "basic facts",
            "origin": "document",
            "answer_type": "text",
            "evidence": [{"passage_id": "questions:x#1", "start": 0, "end": len(ANSWER)}],
            "sources": ["questions:x"],
            "licences": ["CC BY 4.0"],
            "split": "test",
        }
        | changes
    )


@pytest.fixture
def task(subjects: Subjects) -> Task:
    rows = pl.DataFrame([make_source()], schema=EXAMPLE)
    (one,) = plan_requests(subjects, [subjects.prompts.kinds["paraphrase"]], "m", rows=rows)
    return one


def test_sentences_are_the_facts_of_a_row_that_stands_alone() -> None:
    stated = state_sentences(make_source(), 8)
    assert [fact.value for fact in stated][1] == "Caffeine does not cause it." and is_retold(stated)
    assert state_sentences(make_source(), 2) == []
    for changes in ({"prompt": "Read this.\n\nA passage."}, {"origin": "llm"}, {"answer_type": "number"}):
        assert state_sentences(make_source(**changes), 8) == []


@pytest.mark.parametrize(
    ("text", "cited", "reason"),
    [
        ("A kind of arthritis that comes in attacks is called gout.", 1, ""),
        ("It is not caused by caffeine.", 2, ""),
        ("It is caused by caffeine.", 2, "negation"),
        ("Gout is not a form of arthritis.", 1, "negation"),
        ("Among men it is 3 times more common.", 3, ""),
        ("Among men it is 4 times more common.", 3, "number"),
        ("Among men it is 3 times less common.", 3, "direction"),
        ("Ibuprofen does not cause it.", 2, "foreign name"),
    ],
)
def test_what_may_change_and_what_not(gate: Gate, task: Task, text: str, cited: int, reason: str) -> None:
    assert gate.sentences.check(text, [cited], task).partition(":")[0] == reason


def test_a_row_in_other_words_keeps_its_evidence(gate: Gate, task: Task) -> None:
    said = [("Gout is arthritis that comes in attacks.", 1), ("It is not caused by caffeine.", 2)]
    answer = [{"text": text, "facts": [number]} for text, number in said]
    text = json.dumps({"question": "What is gout, and is caffeine a cause?", "answer": answer})
    turns, fault = gate.read(task, text)
    assert fault == "" and gate.judge(task, turns) == ""
    row = make_row(task, turns, "pharma", 0, "m (MIT)")
    assert row["origin"] == "paraphrase" and row["facts"] == [] and row["split"] == "test"
    assert row["evidence"] == make_source()["evidence"] and row["licences"] == ["CC BY 4.0"]
