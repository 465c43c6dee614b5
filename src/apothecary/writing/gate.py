"""A model's answer to an EXAMPLE row, or the reason why there is none. Unsupported sentences are cut on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.filters.unsafe import UnsafeRequests, flag_unsafe, load_requests
from apothecary.curate.ground import find_ground, list_gated
from apothecary.engine.llm.judge import fits_schema
from apothecary.errors import PackError
from apothecary.example import EXAMPLE
from apothecary.facts.claim_facts import CLAIM_FACTS, Knowledge
from apothecary.facts.claim_rules import read_rules
from apothecary.facts.claims import ClaimChecker, summarise_claims
from apothecary.packs.load import load_pack
from apothecary.writing.check import SentenceChecker
from apothecary.writing.plan import Task
from apothecary.writing.prompts import Rules
from apothecary.writing.retold import SENTENCE

MIN_SHARE = 0.5  # of the sentences said; a text that lost more is no text any more
DROPS = (
    "not the schema", "turns", "question", "too little left", "unsafe", "contradicts facts", "echo", "asked before"
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """A question and the sentences of its answer that are covered, each with the facts it rests on."""

    question: str
    sentences: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def answer(self) -> str:
        """The sentences as one text."""
        return " ".join(text for text, _ in self.sentences)


@dataclass
class Gate:
    """What judges answers; make it once for many."""

    sentences: SentenceChecker
    claims: ClaimChecker
    requests: UnsafeRequests | None
    gated: pl.DataFrame  # name, gate
    routes: Sequence[str] = ()
    said: Counter[str] = field(default_factory=Counter)  # sentences by fate
    _asked: set[tuple[str, ...]] = field(default_factory=set)

    def read(self, task: Task, text: str) -> tuple[list[Turn], str]:
        """An answer to its turns as far as they are covered, and the reason to drop it (with a detail) if any."""
        schema = task.request.schema
        if schema is None or not fits_schema(text, schema):
            return [], "not the schema"
        content = json.loads(text)
        raw = content.get("turns", [content])
        fewest, most = task.prompt.turns
        if not fewest <= len(raw) <= most:
            return [], f"turns: {len(raw)}"
        turns: list[Turn] = []
        for one in raw:
            question = " ".join(str(one["question"]).split())
            fault = "empty" if len(question) < 8 else self.sentences.check_question(question, task)
            if fault:
                return [], f"question: {fault}"
            turn, cuts = self._read_answer(task, question, one["answer"])
            if len(turn.sentences) < max(task.prompt.sentences[0], MIN_SHARE * len(one["answer"])):
                return [], f"too little left: {cuts.most_common(1)[0][0] if cuts else 'too short'}"
            turns.append(turn)
        return turns, ""

    def _read_answer(self, task: Task, question: str, answer: Sequence[dict[str, Any]]) -> tuple[Turn, Counter[str]]:
        kept: list[tuple[str, tuple[int, ...]]] = []
        cuts: Counter[str] = Counter()
        for one in answer[: task.prompt.sentences[1]]:
            text = " ".join(str(one["text"]).split())
            numbers = tuple(int(number) for number in one["facts"])
            fault = "said before" if any(text == said for said, _ in kept) else ""
            fault = fault or ("no fact cited" if not text else self.sentences.check(text, numbers, task))
            self.said[fault.partition(":")[0] or "kept"] += 1
            if fault:
                cuts[fault] += 1
            else:
                kept.append((text if text[-1] in ".!?" else text + ".", numbers))
        return Turn(question, tuple(kept)), cuts

    def judge(self, task: Task, turns: Sequence[Turn]) -> str:
        """The reason to drop a row as a whole: unsafe, against the knowledge base, a copy, or asked before."""
        response = turns[-1].answer
        if task.source and response.strip() == str(task.source["response"]).strip():
            return "echo"
        texts = tuple(text for turn in turns for text in (turn.question, turn.answer))
        if texts[::2] in self._asked:
            return "asked before"
        if self.requests is not None:
            asked, told = pl.Series("p", texts[::2]), pl.Series("r", texts[1::2])
            flags = flag_unsafe(asked, self.requests, self.gated, responses=told, routes=self.routes)
            if flags.height:
                return f"unsafe: {flags['topic'][0]}"
        rows = pl.DataFrame({"prompt": texts[::2], "response": texts[1::2]})
        claims = summarise_claims(self.claims.check(rows), rows.height)
        wrong = claims.filter(pl.col("claims_contradict") > 0)
        if wrong.height:
            return f"contradicts facts: {wrong['claims_detail'][0]}"
        self._asked.add(texts[::2])
        return ""


def make_row(task: Task, turns: Sequence[Turn], pack: str, number: int, generator: str) -> dict[str, Any]:
    """A task and its covered turns to an EXAMPLE row; `number` counts the rows of its stratum."""
    prompt, subject = task.prompt, task.subject
    used = sorted({cited for turn in turns for _, numbers in turn.sentences for cited in numbers})
    history = [
        part
        for turn in turns[:-1]
        for part in ({"role": "user", "content": turn.question}, {"role": "assistant", "content": turn.answer})
    ]
    facts = [subject.facts[cited - 1] for cited in used if subject.facts[cited - 1].field != SENTENCE]
    origin = "paraphrase" if task.source else "llm"
    row: dict[str, Any] = dict.fromkeys(EXAMPLE.names())
    row |= {
        "id": f"{pack}/{name_stratum(task)}/{number}",
        "prompt": turns[-1].question,
        "response": turns[-1].answer,
        "history": history or None,
        "pack": pack,
        "perspective": str(task.source["perspective"]) if task.source else prompt.perspective,
        "intent": f"written_{prompt.kind}",
        "entities": list(subject.entity_ids),
        "facts": [
            {"entity": one.entity, "field": one.field, "value": one.value, "unit": one.unit, "fact_id": one.fact_id}
            for one in facts
        ],
        "evidence": list(task.source["evidence"] or []) if task.source else [],
        "sources": list(subject.sources),
        "licences": list(subject.licences),
        "origin": origin,
        "generator": generator,
        "answer": turns[-1].answer,
        "answer_type": "text",
        "reasoning": [text for text, _ in turns[-1].sentences] if prompt.kind == "tutoring" else None,
        "difficulty": prompt.difficulty,
        "register": prompt.voice,
        "safety_class": prompt.safety,
        "tests": "skill",
        "split": subject.split,
    }
    return row


def name_stratum(task: Task) -> str:
    """`written_<kind>/write/<split>-<origin>`, the middle of a row's id."""
    origin = "paraphrase" if task.source else "llm"
    return f"written_{task.prompt.kind}/write/{task.subject.split}-{origin}"


def open_gate(pack: str, knowledge: Path, rules: Rules) -> Gate:
    """The gate over a pack (a name or a folder) and its views; PackError for a pack without claims.yaml."""
    ground = find_ground(pack, knowledge)
    if not ground.claims:
        raise PackError("the pack has no claims.yaml, which tells its names and units", where=ground.pack)
    facts = pl.read_parquet(knowledge / "facts.parquet", columns=list(CLAIM_FACTS))
    tables = [pl.read_parquet(knowledge / name, columns=["entity_id", "name"]) for name in ground.name_tables]
    known = Knowledge(facts, pl.concat(tables), read_rules(ground.claims))
    safety = load_pack(pack).safety
    routes = safety.routes if safety else ()
    gated = list_gated(knowledge, Path(ground.pack))
    return Gate(SentenceChecker(known, rules), ClaimChecker(known), load_requests(pack), gated, routes)
