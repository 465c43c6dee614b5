"""The loop against a server on loopback that answers from a table."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import Budget, Ledger
from apothecary.generate.vary.ask import Order, Yield, merge_banks, vary
from apothecary.generate.vary.gates import Gates
from apothecary.generate.vary.prompts import Prompter
from apothecary.generate.vary.run import Corpus
from apothecary.generate.vary.targets import list_targets
from apothecary.generate.vary.vocabulary import Vocabulary
from apothecary.packs.bank import settle_wording
from apothecary.packs.model import Pack

sys.path.append(str(Path(__file__).parents[2] / "engine" / "llm"))
from server import Server

pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")

GOOD = "At what melting point, in °C, is {name}?"
ORDER = Order(pack="tiny", model="small", licence="MIT", samples=8, least_pass_rate=0.0)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def run(
    tiny_pack: Pack, corpus: Corpus, vocabulary: Vocabulary, server: Server, tmp_path: Path
) -> Callable[..., Yield]:
    def run(
        order: Order = ORDER, intents: tuple[str, ...] = ("melts",), budget: Budget | None = None, **more: Any
    ) -> Yield:
        prompter = Prompter(tiny_pack, corpus.demos)
        with Cache(tmp_path / "answers") as cache:
            ledger = Ledger(cache, "small", budget=budget)
            client = Client(Endpoint(server.url, "small"), cache, ledger)
            return vary(list_targets(tiny_pack, intents), prompter, Gates(vocabulary), order, client, **more)

    return run


def test_every_text_is_in_the_bank_with_what_became_of_it(server: Server, run: Callable[..., Yield]) -> None:
    server.reply = lambda body: "How hot is melting, {name}, in °C?"
    heard: list[int] = []
    done = run(say=heard.append)
    assert (done.samples, done.calls, heard) == (16, 2, [8, 8])
    assert {(w.side, w.state, w.by) for w in done.wordings} == {
        ("ask", "rejected", "gates"),
        ("reply", "rejected", "gates"),
    }
    assert all(w.reason and w.gate and w.model == "small" and w.licence == "MIT" for w in done.wordings)
    assert [w.sample for w in done.wordings[:8]] == list(range(8))
    assert len({w.prompt for w in done.wordings}) == 2
    assert done.wordings[0].sampling.temperature == 0.7


def test_the_same_text_is_let_in_once(server: Server, run: Callable[..., Yield]) -> None:
    server.reply = lambda body: "Give the melting point of {name} in °C."
    done = run()
    asks = [w for w in done.wordings if w.side == "ask"]
    assert [(w.state, w.gate) for w in asks] == [("new", ""), *[("rejected", "known")] * 7]


def test_the_second_run_asks_nothing_and_says_the_same(server: Server, run: Callable[..., Yield]) -> None:
    server.reply = lambda body: GOOD
    first = run()
    again = run()
    assert (first.calls, again.calls) == (2, 0)
    assert again.wordings == first.wordings


def test_a_budget_ends_the_run_with_what_there_is_and_a_later_one_goes_on(
    server: Server, run: Callable[..., Yield]
) -> None:
    server.reply = lambda body: GOOD
    order = Order(pack="tiny", model="small", licence="MIT", samples=40, least_pass_rate=0.0)
    cut = run(order, budget=Budget(calls=3))
    assert cut.stopped_by == "budget: calls"
    assert cut.samples == 24
    whole = run(order)
    assert (whole.calls, whole.stopped_by) == (7, "")
    assert whole.wordings[:24] == cut.wordings


def test_a_model_that_is_too_weak_is_asked_no_more_than_the_first_samples(
    server: Server, run: Callable[..., Yield]
) -> None:
    server.reply = lambda body: "I like turtles."
    order = Order(pack="tiny", model="small", licence="MIT", samples=400, least_pass_rate=0.1)
    done = run(order)
    assert done.stopped_by == "too weak"
    assert (done.samples, done.calls, done.pass_rate) == (200, 25, 0.0)
    assert all(w.state == "rejected" for w in done.wordings)


def test_what_gives_no_answer_is_counted(server: Server, run: Callable[..., Yield]) -> None:
    server.plan = ["refusal"] * 1000
    done = run()
    assert done.samples == 0
    assert done.unanswered == {"refusal": 2}


def test_what_a_person_decided_stays(server: Server, run: Callable[..., Yield]) -> None:
    server.reply = lambda body: GOOD
    new = run().wordings
    old = [
        settle_wording(new[1], "rejected", by="me", when="", reason="no"),
        new[0].model_copy(update={"prompt": "f" * 64}),
    ]
    merged = merge_banks(old, new)
    assert merged[:2] == [old[0], old[1]]
    assert merged[2:] == [new[0], *new[2:]]
    assert merge_banks(merged, new) == merged
    assert json.dumps(merged[0].model_dump())
