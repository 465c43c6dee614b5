from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apothecary.packs.load import load_pack
from apothecary.writing.gate import Gate, open_gate
from apothecary.writing.plan import Task, _ask
from apothecary.writing.prompts import Prompts, load_prompts
from apothecary.writing.subjects import Subjects

KNOWLEDGE = Path(__file__).parents[1] / "golden" / "knowledge"
MakeTask = Callable[..., Task]


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    return load_prompts("pharma")


@pytest.fixture(scope="session")
def subjects(prompts: Prompts) -> Subjects:
    return Subjects(load_pack("pharma"), prompts, KNOWLEDGE, 1, {"train": 0.9, "validation": 0.05, "test": 0.05})


@pytest.fixture(scope="session")
def shared_gate(prompts: Prompts) -> Gate:
    return open_gate("pharma", KNOWLEDGE, prompts.rules)


@pytest.fixture
def gate(shared_gate: Gate) -> Gate:
    return Gate(shared_gate.sentences, shared_gate.claims, shared_gate.requests, shared_gate.gated, shared_gate.routes)


@pytest.fixture(scope="session")
def make_task(subjects: Subjects) -> MakeTask:
    """A task of a kind about compounds by name."""

    def make(kind: str, *names: str, person: str = "", age: int = 0) -> Task:
        prompt = subjects.prompts.kinds[kind]
        known = subjects.view.column("name").to_list()
        subject = subjects._describe(prompt, "train", tuple(known.index(name) for name in names))
        request = _ask(subjects, prompt, subject, "m", prompt.settings[0], person, age)
        return Task(prompt, subject, request, prompt.settings[0], person, age)

    return make


def find(task: Task, field: str, entity: int = 0) -> int:
    """The number of a fact in a task's list."""
    return next(
        number
        for number, fact in enumerate(task.subject.facts, 1)
        if (fact.field, fact.entity) == (field, entity) or (fact.entity < 0 and fact.label == field)
    )
