"""The writer against a server that writes well, wrongly in each way, or nothing usable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.engine.llm.server import Server
from tests.writing.conftest import KNOWLEDGE

from apothecary.engine.commit import read_json
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import Budget
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.generate.authored import take_in
from apothecary.writing.gate import Gate
from apothecary.writing.plan import plan_requests
from apothecary.writing.subjects import Subjects
from apothecary.writing.write import Books, Order, write_rows

pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")
Write = Callable[..., Books]
_FACT = re.compile(r"^(\d+)\. (.+?): (.+?)(?: \((?:computed|experimental)\))?: (.+)$", re.MULTILINE)


def reply(fault: str = "", share: float = 1.0) -> Callable[[dict[str, Any]], str]:
    """What a model says that writes one sentence a fact, every `1 / share`-th answer with a fault."""
    count = [0]

    def answer(body: dict[str, Any]) -> str:
        count[0] += 1
        said = body["messages"][-1]["content"]
        facts = [line for line in _FACT.findall(said) if line[1] != "in general"]
        sentences = [
            {"text": f"For {name} the {label} is {value}.", "facts": [int(number)]}
            for number, name, label, value in facts[:4]
        ]
        name = facts[0][1]
        if count[0] * share % 1 < share:
            sentences = spoil(fault, sentences, name)
        if fault == "broken":
            return json.dumps({"question": "What?"})[:-5]
        return json.dumps(
            {
                "question": f"What is recorded about {name}?",
                "answer": sentences,
            }
        )

    return answer


def spoil(fault: str, sentences: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """All sentences with one kind of fault."""
    edits: dict[str, Callable[[str], str]] = {
        "number": lambda text: (
            re.sub(r"is -?[\d.]+(?=[ .])", "is 7777.7", text) if re.search(r"is -?\d", text) else "It is 7777.7."
        ),
        "unit": lambda text: re.sub(r"(\d)( g/mol| Å²)?\.$", r"\1 mL.", text),
        "negation": lambda text: text.replace(" is ", " is not "),
        "foreign name": lambda text: text.replace(name, "warfarin"),
        "claim": lambda text: text.rstrip(".") + " and it is harmless.",
    }
    return [one | {"text": edits[fault](one["text"])} if fault in edits else one for one in sentences]


@pytest.fixture
def write(subjects: Subjects, gate: Gate, tmp_path: Path) -> Write:
    def run(server: Server, rows: int = 12, kind: str = "research_context", **order: Any) -> Books:
        tasks = plan_requests(subjects, [subjects.prompts.kinds[kind]], "m")
        fresh = Gate(gate.sentences, gate.claims, gate.requests, gate.gated, gate.routes)
        out = order.pop("out", tmp_path / "out")
        return write_rows(Endpoint(server.url, "m"), tasks, fresh, Order(rows, out, "pharma", "MIT", **order))

    return run


def test_good_answers_become_rows_that_a_run_takes_in(write: Write, tmp_path: Path) -> None:
    with Server() as server:
        server.reply = reply()
        books = write(server, shard_rows=5)
    assert (books.kept, books.asked, sum(books.dropped.values())) == (12, 12, 0)
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert [file["rows"] for file in manifest["files"]] == [5, 5, 2] and manifest["kept"] == 12
    frames = [pl.read_parquet(tmp_path / "out" / file["path"]) for file in manifest["files"]]
    rows = pl.concat(frames)
    assert rows.schema == EXAMPLE and set(rows["generator"]) == {"m (MIT)"}
    known = set(pl.read_parquet(KNOWLEDGE / "facts.parquet", columns=["fact_id"])["fact_id"])
    assert set(rows["facts"].explode().struct.field("fact_id")) <= known
    take_in([str(tmp_path / "out")], tmp_path / "run", "pharma")
    assert sum(line["rows"] for line in read_json(tmp_path / "run" / "authored.json")["strata"]) == 12


@pytest.mark.parametrize("fault", ["number", "unit", "negation", "foreign name", "claim"])
def test_each_fault_is_caught_with_its_reason(write: Write, fault: str) -> None:
    with Server() as server:
        server.reply = reply(fault, 0.5)
        books = write(server, rows=6)
    assert books.kept == 6 and books.asked == books.kept + sum(books.dropped.values()) + sum(books.unanswered.values())
    assert books.dropped[f"too little left: {fault}"] >= 4, books
    assert books.sentences[fault] >= 8


def test_broken_json_leaves_no_row_and_says_so(write: Write, tmp_path: Path) -> None:
    with Server() as server:
        server.reply = reply("broken")
        with pytest.raises(RecipeError, match="no row was kept of 40 answers"):
            write(server, rows=2)
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["unanswered"] == {"not the schema": 40} and manifest["files"] == []


def test_the_same_command_again_asks_nothing_and_gives_the_same(write: Write, tmp_path: Path) -> None:
    with Server() as server:
        server.reply = reply("claim", 0.25)
        first = write(server)
        calls, rows = server.calls, (tmp_path / "out" / "data" / "written-00000.parquet").read_bytes()
        again = write(server)
        assert again.tell() | {"spent": 0} == first.tell() | {"spent": 0}
        assert (tmp_path / "out" / "data" / "written-00000.parquet").read_bytes() == rows
        assert server.calls <= calls + 12  # those on their way when there were enough
        assert read_json(tmp_path / "out" / "manifest.json")["kept"] == 12


def test_the_end_of_a_budget_leaves_whole_rows(write: Write, tmp_path: Path) -> None:
    with Server() as server:
        server.reply = reply()
        books = write(server, rows=100, budget=Budget(calls=7))
    assert books.kept == 7 and books.stopped_by == "budget: calls"
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["stopped_by"] == "budget: calls" and manifest["files"][0]["rows"] == 7
    assert books.asked == books.kept + sum(books.unanswered.values())


def test_a_weak_model_ends_the_run(write: Write) -> None:
    with Server() as server:
        server.reply = reply("claim")
        with pytest.raises(RecipeError, match="no row was kept") as error:
            write(server, rows=90, kind="comparative_essay")
    assert "too weak: 0 of 200 answers kept" in str(error.value)


def test_a_second_model_has_a_say(write: Write, tmp_path: Path) -> None:
    with Server() as server, Server() as second:
        server.reply = reply()
        second.reply = lambda body: json.dumps({"supported": [True] * body["messages"][-1]["content"].count("[facts")})
        books = write(server, rows=3, judge=Endpoint(second.url, "judge"))
        assert books.kept == 3 and second.calls == 3
        second.reply = lambda body: json.dumps({"supported": [False] * body["messages"][-1]["content"].count("[facts")})
        with pytest.raises(RecipeError):
            write(server, rows=2, judge=Endpoint(second.url, "judge"), out=tmp_path / "other")
    assert read_json(tmp_path / "other" / "manifest.json")["dropped"]["second opinion"] == 40


def test_the_real_small_model_proves_the_path(
    local_llm: tuple[str, str], subjects: Subjects, gate: Gate, tmp_path: Path
) -> None:
    url, model = local_llm
    tasks = plan_requests(subjects, [subjects.prompts.kinds["tutoring"]], model, max_tokens=150)
    order = Order(1, tmp_path, "pharma", "Apache-2.0", Budget(calls=2))
    try:
        books = write_rows(Endpoint(url, model, answer_s=120), tasks, gate, order).tell()
    except RecipeError:
        books = read_json(tmp_path / "manifest.json")
    assert books["asked"] == books["kept"] + sum(books["dropped"].values()) + sum(books["unanswered"].values())
    assert books["spent"]["calls"] >= 1 and books["spent"]["completion_tokens"] > 0
