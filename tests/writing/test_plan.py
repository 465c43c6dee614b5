from __future__ import annotations

from itertools import islice

import polars as pl

from apothecary.example import EXAMPLE
from apothecary.writing.plan import TURN, TURNS, plan_requests
from apothecary.writing.prompts import choose_kinds
from apothecary.writing.subjects import Subjects


def test_requests_are_the_same_again_and_mixed(subjects: Subjects) -> None:
    kinds = choose_kinds(subjects.prompts, ())
    tasks = list(islice(plan_requests(subjects, kinds, "m"), 130))
    again = list(islice(plan_requests(subjects, kinds, "m"), 130))
    assert [task.request.key for task in tasks] == [task.request.key for task in again]
    assert len({task.request.key for task in tasks}) == 130
    counts = pl.Series([task.prompt.kind for task in tasks]).value_counts()
    assert counts.height == 5 and counts["count"].min() >= 15
    assert {task.subject.split for task in tasks} == {"train", "validation", "test"}


def test_a_request_holds_the_task_and_the_facts(subjects: Subjects) -> None:
    task = next(plan_requests(subjects, [subjects.prompts.kinds["clinical_case"]], "m"))
    said = task.request.messages[1][1]
    assert task.person in said and f"{task.age} years old" in said and "{" not in said
    assert all(fact.tell(number) in said for number, fact in enumerate(task.subject.facts, 1))
    assert task.request.schema == TURN and task.request.seed is not None
    dialogue = next(plan_requests(subjects, [subjects.prompts.kinds["dialogue"]], "m"))
    assert dialogue.request.schema == TURNS


def test_rows_are_put_into_other_words(subjects: Subjects) -> None:
    entity = subjects.view.column("entity_id")[0]
    fact = {"entity": 0, "field": "mw", "value": "100.1", "unit": "g/mol", "fact_id": f"{entity}:mw:rdkit"}
    row = dict.fromkeys(EXAMPLE.names()) | {
        "prompt": "How heavy?",
        "response": "100.1 g/mol.",
        "entities": [entity],
        "facts": [fact],
        "sources": ["rdkit"],
        "licences": ["x"],
        "split": "train",
    }
    rows = pl.DataFrame([row], schema=EXAMPLE)
    tasks = list(plan_requests(subjects, [subjects.prompts.kinds["paraphrase"]], "m", rows=rows))
    assert len(tasks) == 1 and "Question: How heavy?\nAnswer: 100.1 g/mol." in tasks[0].request.messages[1][1]
    assert tasks[0].source is not None and tasks[0].subject.facts[0].fact_id == fact["fact_id"]
    assert list(plan_requests(subjects, [subjects.prompts.kinds["paraphrase"]], "m")) == []
