"""The client against a real server on loopback that misbehaves: every request ends, few calls, nothing paid twice."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killing import ASKER, IN_FLIGHT, kill_at_random
from server import FINAL, FOREIGN, RETRYABLE, Server

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import Budget, Ledger
from apothecary.engine.llm.request import Outcome, Request

pytestmark = pytest.mark.usefixtures("needs_aiohttp")
QUICK = Manners(base_wait_s=0.01, longest_wait_s=0.2)
KEY = "canary-4711-abcdefgh"


def make_asks(count: int, **fields) -> list[Request]:
    return [Request("m", (("user", f"question {number}"),), max_tokens=100, **fields) for number in range(count)]


def ask_all(
    path: Path, url: str, asks: list[Request], *, budget=None, manners=QUICK, **fields
) -> tuple[list[Outcome], Client]:
    async def run() -> tuple[list[Outcome], Client]:
        with Cache(path) as cache:
            ledger = Ledger(cache, "m", run="r", budget=budget)
            async with Client(Endpoint(url, "m", **fields), cache, ledger, manners) as client:
                return [outcome async for outcome in client.ask_all(asks)], client

    return asyncio.run(run())


def test_thirty_percent_faults(tmp_path: Path) -> None:
    asks = make_asks(500)
    with Server(0.3, (*RETRYABLE, *FINAL, "foreign"), stall_s=2) as server:
        outcomes, client = ask_all(tmp_path / "c", server.url, asks, answer_s=0.5)
        calls = server.calls
        assert len(server.faults) == 14  # every fault really happened
        assert max(server.paid.values()) == 1
    assert [outcome.key for outcome in outcomes] == [ask.key for ask in asks]
    assert all(bool(outcome.answer) != bool(outcome.reason) for outcome in outcomes)
    assert calls <= 1.6 * 500
    assert client.books["calls"] == calls == client.ledger.spent.calls
    answered = sum(outcome.answer is not None for outcome in outcomes)
    reasons = {outcome.reason for outcome in outcomes} - {""}
    assert answered >= 440
    assert {"refusal", "echo", "too long"} <= reasons
    said = [(n, outcome.answer.texts[0]) for n, outcome in enumerate(outcomes) if outcome.answer]
    assert all(text in (f"answer to question {n}", FOREIGN) for n, text in said)
    assert 5 < sum(text == FOREIGN for _, text in said) < 30  # of what it means the client knows nothing
    books = client.books
    assert books["asked"] == books["cached"] + books["answered"] + sum(books[reason] for reason in reasons)


def test_second_run_pays_nothing(tmp_path: Path) -> None:
    asks = make_asks(50)
    with Server() as server:
        first, _ = ask_all(tmp_path / "c", server.url, asks)
        second, client = ask_all(tmp_path / "c", server.url, asks)
        assert server.calls == 50
    assert [outcome.answer for outcome in second] == [outcome.answer for outcome in first]
    assert client.books["cached"] == 50


def test_content_faults_are_paid_once_and_network_faults_are_asked_again(tmp_path: Path) -> None:
    with Server(1.0, ["echo"]) as server:
        ask_all(tmp_path / "c", server.url, make_asks(5))
        again, _ = ask_all(tmp_path / "c", server.url, make_asks(5))
        assert server.calls == 5
    assert all(outcome.from_cache and outcome.reason == "echo" for outcome in again)
    with Server(1.0, ["500"]) as server:
        first, _ = ask_all(tmp_path / "d", server.url, make_asks(2))
        assert {outcome.reason for outcome in first} == {"server error"}
        server.plan = [""] * 1000
        second, _ = ask_all(tmp_path / "d", server.url, make_asks(2))
    assert all(outcome.answer for outcome in second)


def test_equal_requests_are_asked_once(tmp_path: Path) -> None:
    with Server(delay_s=0.05) as server:
        outcomes, client = ask_all(tmp_path / "c", server.url, make_asks(1) * 20)
        assert server.calls == 1
    assert all(outcome.answer for outcome in outcomes)
    assert (client.books["answered"], client.books["cached"]) == (1, 19)


def test_kills_at_random_moments_pay_twice_only_what_was_in_flight(tmp_path: Path) -> None:
    toll = kill_at_random(tmp_path / "c", kills=5, asks=400)
    assert toll.kills >= 4
    assert toll.again_after_answer == 0
    assert toll.again_in_flight > 0  # the kills came while calls were on their way
    assert toll.again_in_flight <= IN_FLIGHT * toll.kills


def test_two_processes_share_the_work(tmp_path: Path) -> None:
    with Server(delay_s=0.02) as server:
        command = [sys.executable, "-c", ASKER, str(tmp_path / "c"), server.url, "30"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        outputs = [process.communicate(timeout=30)[0] for process in running]
        assert outputs == ["done\n", "done\n"]
        assert server.calls == 30


@pytest.mark.parametrize(
    ("budget", "name"),
    [(Budget(calls=20), "calls"), (Budget(tokens=2000), "tokens"), (Budget(hours=0.75 / 3600), "hours")],
    ids=["calls", "tokens", "hours"],
)
def test_budgets_end_a_run_cleanly(tmp_path: Path, budget: Budget, name: str) -> None:
    slow = Manners(start_in_flight=4, most_in_flight=4, base_wait_s=0.01)  # 300 calls take 1.5 s or more
    with Server(0.1, ["500"], delay_s=0.02) as server:
        outcomes, client = ask_all(tmp_path / "c", server.url, make_asks(300), budget=budget, manners=slow)
        calls = server.calls
    assert len(outcomes) == 300
    assert client.stopped_by == f"budget: {name}"
    reasons = {outcome.reason for outcome in outcomes if not outcome.answer}
    assert reasons <= {f"budget: {name}", "server error"}
    answered = sum(outcome.answer is not None for outcome in outcomes)
    assert 0 < answered < 300
    if budget.calls:
        assert calls == client.ledger.spent.calls == 20
    if budget.tokens:
        assert client.ledger.spent.tokens <= 2000
    with Server() as server:  # the result is usable: more budget goes on where it ended
        outcomes, _ = ask_all(tmp_path / "c", server.url, make_asks(300))
        assert server.calls == 300 - answered
    assert all(outcome.answer for outcome in outcomes)


def test_server_that_limits_itself_is_not_hammered(tmp_path: Path) -> None:
    with Server(per_second=100, retry_after="0.1") as server:
        outcomes, _ = ask_all(tmp_path / "c", server.url, make_asks(50))
        wasted = server.faults["429"]
    assert all(outcome.answer for outcome in outcomes)
    assert wasted <= 50  # a client that does not pace itself wastes more calls than it is answered


def test_named_limits_are_kept_from_the_first_answer(tmp_path: Path) -> None:
    with Server() as server:
        server.extra_headers = {"x-ratelimit-limit-requests": "1200", "x-ratelimit-remaining-requests": "0"}
        start = time.monotonic()
        outcomes, _ = ask_all(tmp_path / "c", server.url, make_asks(30))
        assert time.monotonic() - start > 0.9  # 20 a second after those already on their way
    assert all(outcome.answer for outcome in outcomes)


def test_wrong_key_stops_at_once_and_is_never_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ZZ_NAME", KEY)
    caplog.set_level(logging.DEBUG)
    with Server() as server:
        send = server._send
        server._send = lambda writer, content: send(writer, json.dumps({"error": {"message": f"bad key {KEY}"}}), 401)
        outcomes, client = ask_all(tmp_path / "c", server.url, make_asks(100), key_variable="ZZ_NAME")
        assert server.calls <= 16
    assert client.stopped_by == "endpoint: key refused"
    assert all(outcome.reason for outcome in outcomes)
    said = repr(outcomes) + caplog.text + "".join(path.read_bytes().decode("latin1") for path in tmp_path.iterdir())
    assert KEY not in said
    assert "bad key [secret]" in said


def test_key_is_in_no_file_after_good_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZZ_NAME", KEY)
    with Server() as server:
        ask_all(tmp_path / "c", server.url, make_asks(5), key_variable="ZZ_NAME")
        assert server.headers[0]["authorization"] == f"bearer {KEY}"
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_dead_endpoint_stops_the_run(tmp_path: Path) -> None:
    outcomes, client = ask_all(tmp_path / "c", "http://127.0.0.1:9/v1", make_asks(200))
    assert client.stopped_by == "endpoint: no connection"
    assert client.books["calls"] <= 32
    assert all(outcome.reason for outcome in outcomes)


def test_many_samples_and_a_schema(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    with Server() as server:
        server.reply = lambda body: json.dumps({"a": "x"})
        [outcome], _ = ask_all(tmp_path / "c", server.url, make_asks(1, n=20, schema=schema))
        assert sorted(body["n"] for _, body in server.bodies) == [4, 8, 8]
        assert outcome.answer is not None and len(outcome.answer.texts) == 20
        server.reply = lambda body: "no json"
        [outcome], _ = ask_all(tmp_path / "d", server.url, make_asks(1, schema=schema))
        assert (outcome.reason, outcome.attempts) == ("not the schema", 5)


def test_anthropic_dialect_takes_one_sample_a_call(tmp_path: Path) -> None:
    with Server() as server:
        [outcome], _ = ask_all(tmp_path / "c", server.url, make_asks(1, n=3), dialect="anthropic")
        assert server.calls == 3
        assert {path for path, _ in server.bodies} == {"/v1/messages"}
    assert outcome.answer is not None and len(outcome.answer.texts) == 3


def test_in_flight_stays_below_the_most(tmp_path: Path) -> None:
    with Server(delay_s=0.01) as server:
        ask_all(tmp_path / "c", server.url, make_asks(100), manners=Manners(start_in_flight=2, most_in_flight=5))
        assert 2 < server.most_at_once <= 5


def test_leaving_early_leaves_nothing_behind(tmp_path: Path) -> None:
    async def run(url: str) -> None:
        with Cache(tmp_path / "c") as cache:
            async with Client(Endpoint(url, "m"), cache, manners=QUICK) as client:
                outcomes = client.ask_all(make_asks(100))
                async for _ in outcomes:
                    break
                await outcomes.aclose()
            assert client.crowd.in_flight == 0
            assert not client._asking

    with Server(delay_s=0.02) as server:
        asyncio.run(run(server.url))
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
