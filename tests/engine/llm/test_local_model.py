"""The client against a real model: the 135M one on this machine, one thread, seeded. What it says is not the point."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.check import Examiner
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.judge import fits_schema
from apothecary.engine.llm.probe import list_questions
from apothecary.engine.llm.request import Outcome, Request

CAPITAL = "What is the capital of Germany?"
SCHEMA = {
    "type": "object",
    "properties": {"capital": {"type": "string"}, "continent": {"enum": ["Africa", "Asia", "Europe"]}},
    "required": ["capital", "continent"],
    "additionalProperties": False,
}
ASKER = """
import asyncio, sys
from pathlib import Path
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.request import Request
async def main():
    asks = [Request(sys.argv[3], (("user", f"Name the number {n}."),), max_tokens=4, seed=n) for n in range(10)]
    with Cache(Path(sys.argv[1])) as cache:
        manners = Manners(start_in_flight=2, most_in_flight=2)
        async with Client(Endpoint(sys.argv[2], sys.argv[3]), cache, manners=manners) as client:
            outcomes = [outcome async for outcome in client.ask_all(asks)]
            assert all(outcome.answer for outcome in outcomes)
            print(client.books["calls"])
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def ask(local_llm: tuple[str, str], tmp_path_factory: pytest.TempPathFactory):
    """Requests in, outcomes and client out; in a new cache unless one is named."""
    url, _ = local_llm

    def ask(*requests: Request, path: Path | None = None) -> tuple[list[Outcome], Client]:
        async def run() -> tuple[list[Outcome], Client]:
            with Cache(path or tmp_path_factory.mktemp("cache") / "c") as cache:
                endpoint = Endpoint(url, requests[0].model, answer_s=120)
                async with Client(endpoint, cache, manners=Manners(start_in_flight=8)) as client:
                    return [outcome async for outcome in client.ask_all(requests)], client

        return asyncio.run(run())

    return ask


@pytest.fixture
def make(local_llm: tuple[str, str]):
    def make(text: str = CAPITAL, **fields) -> Request:
        return Request(local_llm[1], (("user", text),), **({"max_tokens": 24, "seed": 7} | fields))

    return make


def count_tokens(url: str) -> tuple[int, int]:
    """The tokens that the server itself has read and written."""
    text = urllib.request.urlopen(url.removesuffix("/v1") + "/metrics", timeout=10).read().decode()
    read, written = (
        int(float(re.search(rf"^llamacpp:{name} (\S+)", text, re.MULTILINE)[1]))  # type: ignore[index]
        for name in ("prompt_tokens_total", "tokens_predicted_total")
    )
    return read, written


def test_chat(ask, make, local_llm: tuple[str, str]) -> None:
    [outcome], _ = ask(make(temperature=0.0))
    assert outcome.answer is not None
    assert "Berlin" in outcome.answer.texts[0]
    assert outcome.answer.model == local_llm[1] == "SmolLM2-135M-Instruct.Q4_1"
    assert 30 < outcome.answer.usage.prompt_tokens < 60
    assert 5 < outcome.answer.usage.completion_tokens <= 24


def test_eight_samples_of_one_request(ask, make) -> None:
    [outcome], client = ask(make("Write one sentence about water.", n=8, temperature=1.0, max_tokens=12))
    assert outcome.answer is not None
    assert client.books["calls"] == 1
    assert len(outcome.answer.texts) == 8
    assert len(set(outcome.answer.texts)) >= 6
    assert outcome.answer.usage.completion_tokens > 4 * 8  # the server counts one text of the eight


def test_schema_is_kept_where_the_prompt_does_not_ask_for_json(ask, make) -> None:
    free, bound = make(), make(schema=SCHEMA, max_tokens=40)
    (plain, shaped), _ = ask(free, bound)
    assert plain.answer is not None and not fits_schema(plain.answer.texts[0], SCHEMA)
    assert shaped.answer is not None
    assert json.loads(shaped.answer.texts[0]).keys() == {"capital", "continent"}


def test_an_answer_cut_off_is_no_answer(ask, make) -> None:
    [outcome], _ = ask(make(schema=SCHEMA, max_tokens=4))
    assert outcome.reason == "cut off"


def test_same_seed_same_bytes_alone_and_in_a_crowd(ask, make) -> None:
    asks = [
        make(f"Write one sentence about {word}.", temperature=0.8, max_tokens=16) for word in ("salt", "iron", "tea")
    ]
    crowd, _ = ask(*asks)
    [alone], _ = ask(asks[0])
    assert alone.answer is not None and crowd[0].answer is not None
    assert alone.answer.texts == crowd[0].answer.texts
    [other], _ = ask(make("Write one sentence about salt.", temperature=0.8, max_tokens=16, seed=8))
    assert other.answer is not None
    assert other.answer.texts != crowd[0].answer.texts


def test_second_run_asks_the_server_nothing(ask, make, local_llm: tuple[str, str], tmp_path: Path) -> None:
    asks = [make(), make(n=2, temperature=0.9)]
    first, _ = ask(*asks, path=tmp_path / "c")
    before = count_tokens(local_llm[0])
    second, client = ask(*asks, path=tmp_path / "c")
    assert count_tokens(local_llm[0]) == before
    assert (client.books["calls"], client.books["cached"]) == (0, 2)
    assert [outcome.answer for outcome in second] == [outcome.answer for outcome in first]


def test_too_long_a_prompt_is_refused_with_the_reason(ask, make) -> None:
    [outcome], client = ask(make("word " * 1500))
    assert outcome.reason == "request refused"
    assert "context" in outcome.detail
    assert client.books["calls"] == 1


def test_the_check_finds_it_fit_but_for_its_wordings(local_llm: tuple[str, str]) -> None:
    examiner = Examiner(Endpoint(local_llm[0], "", answer_s=120), list_probe=lambda model: list_questions(model)[:1])
    found = {finding.name: finding for finding in examiner.examine()}
    named = ("models", "chat", "samples", "schema", "seed", "context")
    assert {name: found[name].grade for name in named} == dict.fromkeys(named, "fit"), found
    assert found["context"].seen == "1,024 tokens; a longer prompt is refused with the reason"
    assert re.match(r"\d+ tokens/s with 1 in flight, \d+ with 8", found["speed"].seen)
    assert "of 4 pass" in found["wordings"].seen


def test_kill_in_the_middle_pays_again_only_what_was_in_flight(local_llm: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "c"
    command = [sys.executable, "-c", ASKER, str(path), *local_llm]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        answered = 0
        while process.poll() is None and answered < 3:
            time.sleep(0.02)
            if path.exists():
                with Cache(path) as cache:
                    answered = cache.count().get("", 0)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    with Cache(path) as cache:
        answered = cache.count()[""]
    assert 3 <= answered < 10
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) == 10 - answered
