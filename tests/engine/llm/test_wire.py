"""One call against a real server that misbehaves: each fault has its name, and none says the key."""

from __future__ import annotations

import asyncio

import pytest
from server import Server

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.judge import CallError, judge_answer
from apothecary.engine.llm.request import Request
from apothecary.engine.llm.wire import Wire

pytestmark = pytest.mark.usefixtures("needs_aiohttp")
KEY = "canary-4711-abcdefgh"
ASK = Request("m", (("user", "q"),), max_tokens=100)


def post(endpoint: Endpoint, request: Request = ASK):
    async def run():
        wire = Wire(endpoint, 4)
        await wire.open()
        try:
            answer, _ = await wire.post(request)
            return judge_answer(request, answer)
        finally:
            await wire.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "reason", "retry", "wait_s"),
    [
        ("429", "rate limited", True, 7.0),
        ("503", "server error", True, 7.0),
        ("500", "server error", True, None),
        ("reset", "connection lost", True, None),
        ("stall", "timeout", True, None),
        ("half", "half a body", True, None),
        ("garbage", "bad body", True, None),
        ("nothing", "bad body", True, None),
        ("empty", "empty", True, None),
        ("refusal", "refusal", False, None),
        ("echo", "echo", False, None),
        ("flood", "too long", False, None),
    ],
)
def test_each_fault_has_its_name(fault: str, reason: str, retry: bool, wait_s: float | None) -> None:
    with Server(1.0, [fault], retry_after="7") as server, pytest.raises(CallError) as caught:
        post(Endpoint(server.url, "m", answer_s=0.5))
    assert (caught.value.reason, caught.value.retry, caught.value.wait_s) == (reason, retry, wait_s)


@pytest.mark.parametrize(("dialect", "path"), [("openai", "/v1/chat/completions"), ("anthropic", "/v1/messages")])
def test_good_answer_in_both_dialects(monkeypatch: pytest.MonkeyPatch, dialect: str, path: str) -> None:
    monkeypatch.setenv("ZZ_NAME", KEY)
    with Server() as server:
        answer = post(Endpoint(server.url, "m", key_variable="ZZ_NAME", dialect=dialect))
        assert answer.texts == ("answer to q",)
        assert server.bodies[0][0] == path
        assert KEY in server.headers[0].get("authorization", "") + server.headers[0].get("x-api-key", "")


def test_stall_is_seen_early_once_the_usual_time_is_known() -> None:
    async def run(endpoint: Endpoint, server: Server) -> None:
        wire = Wire(endpoint, 4)
        await wire.open()
        for _ in range(20):
            await wire.post(ASK)
        server.plan = ["stall"] * 1000
        with pytest.raises(CallError, match="stall"):
            await wire.post(ASK)
        await wire.close()

    with Server(stall_s=5) as server:
        asyncio.run(asyncio.wait_for(run(Endpoint(server.url, "m", stall_s=0.2), server), 4))


def test_nobody_there() -> None:
    with pytest.raises(CallError, match="no connection"):
        post(Endpoint("http://127.0.0.1:9/v1", "m"))


def test_a_server_that_repeats_the_key_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZZ_NAME", KEY)
    with Server() as server:
        server.reply = lambda body: f"your key is {KEY}"
        with pytest.raises(CallError) as caught:
            post(Endpoint(server.url, "m", key_variable="ZZ_NAME"))
    assert KEY not in str(caught.value)


def list_models(url: str) -> list[dict]:
    async def run():
        wire = Wire(Endpoint(url, "m", key_variable="ZZ_NAME"), 4)
        await wire.open()
        try:
            return await wire.list_models()
        finally:
            await wire.close()

    return asyncio.run(run())


def test_models_are_listed_and_what_is_no_list_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZZ_NAME", KEY)
    with Server() as server:
        server.models = [{"id": "one", "max_model_len": 5}, {"no": "id"}, "text"]
        assert list_models(server.url) == [{"id": "one", "max_model_len": 5}]
        server.models = {"error": "x"}
        with pytest.raises(CallError, match="no list of models"):
            list_models(server.url)
        server.models, server.list_status = f"who says {KEY}", 401
        with pytest.raises(CallError, match="key refused") as caught:
            list_models(server.url)
        assert KEY not in str(caught.value)
        server.models, server.list_status = "x" * 9_000_000, 200
        with pytest.raises(CallError, match="too long"):
            list_models(server.url)
    with pytest.raises(CallError, match="no connection"):
        list_models("http://127.0.0.1:9/v1")
