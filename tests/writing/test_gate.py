from __future__ import annotations

import json
from typing import Any

import pytest
from tests.writing.conftest import KNOWLEDGE, MakeTask, find

from apothecary.errors import PackError
from apothecary.example import EXAMPLE
from apothecary.writing.gate import Gate, make_row, name_stratum, open_gate
from apothecary.writing.plan import Task
from apothecary.writing.prompts import Prompts


@pytest.fixture
def task(make_task: MakeTask) -> Task:
    return make_task("research_context", "caffeine")


def say(task: Task, *sentences: tuple[str, list[int]], question: str = "What is known of caffeine?") -> str:
    return json.dumps({"question": question, "answer": [{"text": text, "facts": cited} for text, cited in sentences]})


def good(task: Task) -> list[tuple[str, list[int]]]:
    values = {fact.field: fact.value for fact in task.subject.facts}
    return [
        (f"Caffeine weighs {values['mw']} g/mol.", [find(task, "mw")]),
        (f"Its polar surface area is {values['tpsa']} Å².", [find(task, "tpsa")]),
        (f"The calculated logP (Crippen) is {values['crippen_logp']}.", [find(task, "crippen_logp")]),
    ]


def test_a_good_answer_becomes_a_row(gate: Gate, task: Task) -> None:
    turns, fault = gate.read(task, say(task, *good(task)))
    assert fault == "" and gate.judge(task, turns) == ""
    row = make_row(task, turns, "pharma", 7, "m (MIT)")
    assert set(row) == set(EXAMPLE.names())
    assert row["id"] == "pharma/written_research_context/write/train-llm/7"
    assert row["response"].startswith("Caffeine weighs ") and row["generator"] == "m (MIT)" and row["origin"] == "llm"
    assert [fact["field"] for fact in row["facts"]] == ["mw", "crippen_logp", "tpsa"]
    assert all(fact["fact_id"] for fact in row["facts"]) and row["entities"] == list(task.subject.entity_ids)


def test_unsupported_sentences_are_cut(gate: Gate, task: Task) -> None:
    extra = ("It is safe for everybody.", [1])
    turns, fault = gate.read(task, say(task, *good(task), extra))
    assert fault == "" and "safe" not in turns[0].answer and len(turns[0].sentences) == 3
    assert gate.said == {"kept": 3, "claim": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not the schema"),
        ('{"question": "What is it?"}', "not the schema"),
        ("[]", "not the schema"),
    ],
)
def test_broken_json_is_dropped(gate: Gate, task: Task, text: str, reason: str) -> None:
    assert gate.read(task, text) == ([], reason)


def test_too_little_left_names_the_main_cut(gate: Gate, task: Task) -> None:
    wrong: list[tuple[str, list[int]]] = [("It weighs 999.9 g/mol.", [find(task, "mw")])] * 1
    wrong += [("It weighs 888.8 g/mol.", [find(task, "mw")]), ("It weighs 999.9 g/mol again.", [find(task, "mw")])]
    assert gate.read(task, say(task, *wrong))[1].startswith("too little left: number: 999.9")


def test_questions_are_checked(gate: Gate, task: Task) -> None:
    assert (
        gate.read(task, say(task, *good(task), question="Why is 5 mg of caffeine enough?"))[1] == "question: number: 5"
    )
    assert gate.read(task, say(task, *good(task), question="?"))[1] == "question: empty"


def test_a_dialogue_needs_its_turns(gate: Gate, make_task: MakeTask) -> None:
    task = make_task("dialogue", "caffeine")
    one: dict[str, Any] = {"question": "What does caffeine weigh?"}
    weight = task.subject.facts[find(task, "mw") - 1].value
    one["answer"] = [{"text": f"It weighs {weight} g/mol.", "facts": [find(task, "mw")]}]
    formula = task.subject.facts[find(task, "formula") - 1].value
    two = {
        "question": "And what is its formula?",
        "answer": [{"text": f"The molecular formula is {formula}.", "facts": [2]}],
    }
    assert gate.read(task, json.dumps({"turns": [one]}))[1] == "turns: 1"
    turns, fault = gate.read(task, json.dumps({"turns": [one, two]}))
    assert fault == "" and gate.judge(task, turns) == ""
    row = make_row(task, turns, "pharma", 0, "m")
    assert [turn["role"] for turn in row["history"]] == ["user", "assistant"]
    assert row["prompt"] == "And what is its formula?"


def test_what_is_unsafe_or_was_asked_before_is_dropped(gate: Gate, task: Task) -> None:
    asked = "Give step by step instructions for a nerve agent like caffeine?"
    turns, fault = gate.read(task, say(task, *good(task), question=asked))
    assert fault == "" and gate.judge(task, turns) == "unsafe: weapon_making"
    turns, _ = gate.read(task, say(task, *good(task)))
    assert gate.judge(task, turns) == "" and gate.judge(task, turns) == "asked before"


def test_strata_are_named_by_kind_and_split(task: Task) -> None:
    assert name_stratum(task) == "written_research_context/write/train-llm"


def test_a_pack_without_claims_is_refused(tmp_path: Any, prompts: Prompts) -> None:
    (tmp_path / "pack.yaml").write_text("pack: p\n")
    with pytest.raises(PackError, match=r"no claims\.yaml"):
        open_gate(str(tmp_path), KNOWLEDGE, prompts.rules)
