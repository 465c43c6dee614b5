"""The bank file of a job: made, gone on with, and stopped; and once with the real small model."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import Budget
from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError
from apothecary.generate.vary.ask import Order
from apothecary.generate.vary.mask import mask
from apothecary.generate.vary.prompts import Draw
from apothecary.generate.vary.run import Job, describe_yield, make_bank
from apothecary.packs.bank import find_fault, read_bank, settle_wording, write_bank

sys.path.append(str(Path(__file__).parents[2] / "engine" / "llm"))
from server import Server

pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")

# llama.cpp's cache of prompts changes what a seed says from one call to the next
REAL: dict[str, Any] = {"sides": ("reply",), "draw": Draw(extra={"cache_prompt": False})}
TINY = str(Path(__file__).parents[2] / "data" / "tiny_pack")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        server.reply = lambda body: "Give the melting point of {name} in °C."
        yield server


def make_job(url: str, out: Path, model: str = "small", **changes: Any) -> Job:
    draw, samples = changes.pop("draw", Draw()), changes.pop("samples", 8)
    order = Order(pack="tiny", model=model, licence="MIT", samples=samples, least_pass_rate=0.0, draw=draw)
    job = {"pack": TINY, "order": order, "endpoint": Endpoint(url, model), "out": out, "intents": ("melts",)}
    return Job(**(job | changes))


def test_the_same_command_asks_nothing_again_and_leaves_the_same_bytes(server: Server, tmp_path: Path) -> None:
    job = make_job(server.url, tmp_path / "new" / "bank.jsonl")
    done, bank = make_bank(job, progress=SilentProgress())
    first = job.out.read_bytes()
    assert (done.passed, len(bank)) == (1, 16)
    again, _ = make_bank(job, progress=SilentProgress())
    assert again.calls == 0
    assert job.out.read_bytes() == first
    lines = list(describe_yield(job, done, bank))
    assert lines[0] == "16 samples of 2 calls; 1 passed all gates (6.2%)"
    assert lines[-1].endswith("16 wordings, 1 wait for review, 0 accepted")


def test_another_intent_goes_into_the_same_bank_and_decisions_stay(server: Server, tmp_path: Path) -> None:
    job = make_job(server.url, tmp_path / "bank.jsonl")
    _, bank = make_bank(job, progress=SilentProgress())
    accepted = [settle_wording(w, "accepted", by="me", when="") if w.state == "new" else w for w in bank]
    write_bank(job.out, accepted)
    make_bank(make_job(server.url, job.out, intents=("ranked",)), progress=SilentProgress())
    make_bank(job, progress=SilentProgress())
    kept = read_bank(job.out)
    assert kept[: len(accepted)] == accepted
    assert {w.intent for w in kept} == {"melts", "ranked"}


def test_a_wording_that_the_bank_has_from_other_requests_is_not_let_in_again(server: Server, tmp_path: Path) -> None:
    out = tmp_path / "bank.jsonl"
    make_bank(make_job(server.url, out), progress=SilentProgress())
    _, bank = make_bank(make_job(server.url, out, samples=24), progress=SilentProgress())
    assert [w.state for w in bank].count("new") == 1


def test_a_budget_leaves_a_usable_file_that_says_so(server: Server, tmp_path: Path) -> None:
    job = make_job(server.url, tmp_path / "bank.jsonl", budget=Budget(calls=1))
    done, bank = make_bank(job, progress=SilentProgress())
    assert read_bank(job.out) == bank and len(bank) == 8
    assert "goes on, and asks nothing twice" in list(describe_yield(job, done, bank))[-1]


def test_an_unknown_intent_is_refused_before_anything_is_asked(server: Server, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no intent 'cheese'"):
        make_bank(make_job(server.url, tmp_path / "b", intents=("cheese",)), progress=SilentProgress())
    assert server.calls == 0


def test_the_real_small_model_fills_a_bank(local_llm: tuple[str, str], tmp_path: Path) -> None:
    url, model = local_llm
    job = make_job(url, tmp_path / "one" / "bank.jsonl", model, **REAL)
    done, bank = make_bank(job, progress=SilentProgress())
    assert done.passed >= 1
    assert len(bank) == 8
    for wording in bank:
        assert bool(wording.reason) == (wording.state == "rejected")
        if wording.state == "new":
            assert not find_fault(wording.pattern, wording.source)
            assert mask(wording.pattern).slots == mask(wording.source).slots
    first = job.out.read_bytes()
    again, _ = make_bank(job, progress=SilentProgress())
    assert again.calls == 0
    assert job.out.read_bytes() == first
    fresh = make_job(url, tmp_path / "other" / "bank.jsonl", model, **REAL)
    _, made_anew = make_bank(fresh, progress=SilentProgress())
    assert made_anew == bank  # the same seed says the same
