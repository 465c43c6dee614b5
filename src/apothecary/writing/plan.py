"""Requests for written rows, in a fixed order: the same pack, seed and knowledge ask the same again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from apothecary.engine.llm.request import Request
from apothecary.engine.seed import derive_key
from apothecary.example import SPLITS
from apothecary.writing.prompts import Prompt
from apothecary.writing.retold import state_sentences
from apothecary.writing.subjects import Stated, Subject, Subjects, invent_person

MAX_TOKENS = 900
TEMPERATURE = 0.7
_ANSWER = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "facts": {"type": "array", "items": {"type": "integer"}}},
        "required": ["text", "facts"],
        "additionalProperties": False,
    },
}
TURN = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "answer": _ANSWER},
    "required": ["question", "answer"],
    "additionalProperties": False,
}
TURNS = {
    "type": "object",
    "properties": {"turns": {"type": "array", "items": TURN}},
    "required": ["turns"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Task:
    """One row to write: what about, what was asked for, and the request."""

    prompt: Prompt
    subject: Subject
    request: Request
    context: str = ""  # the setting, or the text that is put into other words
    person: str = ""
    age: int = 0
    source: Mapping[str, Any] | None = None  # the row that is put into other words


def plan_requests(
    subjects: Subjects,
    kinds: Sequence[Prompt],
    model: str,
    *,
    rows: pl.DataFrame | None = None,
    max_tokens: int = MAX_TOKENS,
) -> Iterator[Task]:
    """All tasks of some kinds, kinds and splits mixed by their weights and shares, until nothing is left.

    `rows` (EXAMPLE) are what kinds with `mode: row` put into other words; `max_tokens` is the longest answer.
    """
    streams = []
    for prompt in kinds:
        if prompt.mode == "row":
            streams.append((max(prompt.weight, 1.0), _plan_rows(subjects, prompt, model, rows)))
            continue
        for split in SPLITS:
            if subjects.shares[split]:
                tasks = _plan_kind(subjects, prompt, split, model)
                streams.append((prompt.weight * subjects.shares[split], tasks))
    for task in _mix(streams):
        short = task.request if max_tokens == MAX_TOKENS else replace(task.request, max_tokens=max_tokens)
        yield replace(task, request=short)


def _mix(streams: Sequence[tuple[float, Iterator[Task]]]) -> Iterator[Task]:
    """Streams by weight: next is always the one that is most behind."""
    given = [0] * len(streams)
    open_streams = set(range(len(streams)))
    while open_streams:
        at = min(open_streams, key=lambda number: ((given[number] + 1) / max(streams[number][0], 1e-9), number))
        task = next(streams[at][1], None)
        if task is None:
            open_streams.remove(at)
            continue
        given[at] += 1
        yield task


def _plan_kind(subjects: Subjects, prompt: Prompt, split: str, model: str) -> Iterator[Task]:
    for number, subject in enumerate(subjects.draw(prompt, split)):
        setting = prompt.settings[number % len(prompt.settings)]
        person, age = ("", 0)
        if prompt.persons:
            person, age = invent_person(subjects.prompts.rules, subjects.seed, prompt.kind, split, number)
        request = _ask(subjects, prompt, subject, model, setting, person, age)
        yield Task(prompt, subject, request, setting, person, age)


def _plan_rows(subjects: Subjects, prompt: Prompt, model: str, rows: pl.DataFrame | None) -> Iterator[Task]:
    names = dict(zip(subjects.view.column("entity_id"), subjects.view.column("name"), strict=True))
    for row in (rows if rows is not None else pl.DataFrame()).iter_rows(named=True):
        entities = [str(one) for one in row["entities"] or []]
        facts: list[Stated] = []
        facts += state_sentences(row, prompt.sentences[1])
        for fact in row["facts"] or []:
            known = subjects.pack.fields.get(fact["field"])
            name = str(names.get(entities[fact["entity"]], "")) if fact["entity"] >= 0 else "given"
            label = known.label if known else fact["field"]
            told = (fact["value"], fact["unit"], fact["fact_id"])
            facts.append(Stated(fact["entity"], name, fact["field"], label, *told))
        told_names = tuple(str(names.get(one, "")) for one in entities)
        subject = Subject(
            row["split"], (), told_names, tuple(entities), tuple(facts), tuple(row["sources"]), tuple(row["licences"])
        )
        text = f"Question: {row['prompt']}\nAnswer: {row['response']}"
        if facts and not row["history"]:
            yield Task(prompt, subject, _ask(subjects, prompt, subject, model, text, "", 0), text, source=row)


def _ask(
    subjects: Subjects, prompt: Prompt, subject: Subject, model: str, setting: str, person: str, age: int
) -> Request:
    """The request: the pack's rules, the task, the setting (or the row to paraphrase), and the numbered facts."""
    slots = {"{a}": subject.names[0] if subject.names else "", "{person}": f"{person}, {age} years old"}
    slots["{b}"] = subject.names[1] if len(subject.names) > 1 else ""
    task = prompt.task
    for slot, text in slots.items():
        task = task.replace(slot, text)
    facts = "\n".join(fact.tell(number) for number, fact in enumerate(subject.facts, 1))
    fewest, most = prompt.sentences
    shape = f"Each answer has {fewest} to {most} sentences."
    lead = "" if prompt.mode == "row" else "Setting: "
    said = f"{task}\n{lead}{setting}\n{shape}\n\nFacts:\n{facts}"
    schema = TURNS if prompt.turns != (1, 1) else TURN
    seed = derive_key(subjects.seed, "sample", prompt.kind, said) % 2**31
    messages = (("system", subjects.prompts.rules.system), ("user", said))
    return Request(model, messages, max_tokens=MAX_TOKENS, temperature=TEMPERATURE, seed=seed, schema=schema)
