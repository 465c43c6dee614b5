"""The ledger: prices from data, budgets that hold to the call, books that survive a restart."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.ledger import PRICES, Budget, Ledger, Price, load_price
from apothecary.engine.llm.request import Request, Usage
from apothecary.errors import RecipeError

ASK = Request("m", (("user", "q" * 400),), max_tokens=100)


def ask(number: int) -> Request:
    return replace(ASK, sample=number)


@pytest.fixture
def cache(tmp_path: Path):
    with Cache(tmp_path / "c") as opened:
        yield opened


def test_shipped_prices_can_be_read() -> None:
    assert load_price("gpt-4o-mini-2024-07-18") == Price(0.15, 0.60, 0.5)
    assert load_price("gpt-4o") == Price(2.5, 10.0, 0.5)
    assert load_price("nobody/knows") is None


def test_every_price_says_where_and_when_it_was_seen() -> None:
    table = yaml.safe_load(PRICES.read_text("utf-8"))
    assert "To be checked by you" in PRICES.read_text("utf-8")
    months = [row["seen"] for row in table["prices"]]
    assert all(re.fullmatch(r"20\d\d-[01]\d", month) for month in months)
    assert max(months) == table["as_of"]
    assert all(row["source"].startswith("https://") for row in table["prices"])
    # the first pattern that fits counts, so a wider one must not stand before a narrower one
    for row in table["prices"]:
        name = row["model"].rstrip("*")
        assert load_price(name) == Price(row["input"], row["output"], row["batch"]), name


def test_cost() -> None:
    assert Price(2.0, 10.0, 0.5).cost(500_000, 100_000) == pytest.approx(2.0)
    assert Price(2.0, 10.0, 0.5).cost(500_000, 100_000, in_batch=True) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text",
    ["", "prices: 3", "prices: [{model: m}]", "prices: [{model: m, input: -1, output: 0}]", "a: ["],
    ids=range(5),
)
def test_wrong_tables_are_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(RecipeError, match="hint:"):
        load_price("m", tmp_path / "p.yaml")
    with pytest.raises(RecipeError):
        load_price("m", tmp_path / "missing.yaml")


def test_money_without_a_price_is_refused(cache: Cache) -> None:
    with pytest.raises(RecipeError, match="no price"):
        Ledger(cache, "m", price=None, budget=Budget(usd=1))
    Ledger(cache, "m", price=None, budget=Budget(calls=1))


def test_calls_end_at_the_budget(cache: Cache) -> None:
    ledger = Ledger(cache, "m", budget=Budget(calls=2))
    assert [ledger.reserve(ask(number)) for number in range(3)] == ["go", "go", "wait"]
    ledger.settle(ask(0), Usage(1, 1))
    assert ledger.reserve(ask(2)) == "wait"
    ledger.cancel(ask(1))
    assert ledger.reserve(ask(2)) == "go"
    ledger.settle(ask(2), None)
    assert ledger.reserve(ask(3)) == "stop"
    assert ledger.stopped_by == "calls"


@pytest.mark.parametrize("budget", [Budget(tokens=500), Budget(usd=0.0005)], ids=["tokens", "usd"])
def test_tokens_and_money_are_set_aside(cache: Cache, budget: Budget) -> None:
    ledger = Ledger(cache, "m", price=Price(1.0, 1.0), budget=budget)  # a call costs at most 204 tokens
    assert [ledger.reserve(ask(number)) for number in range(3)] == ["go", "go", "wait"]
    ledger.settle(ask(0), Usage(104, 10))  # shorter than feared
    ledger.settle(ask(1), Usage(104, 10))
    assert ledger.reserve(ask(2)) == "go"
    ledger.settle(ask(2), Usage(104, 100))
    assert ledger.reserve(ask(3)) == "stop"
    assert ledger.spent.tokens == 432
    assert ledger.spent.usd == pytest.approx(432e-6)


def test_hours_are_counted_over_restarts(cache: Cache) -> None:
    first = Ledger(cache, "m", run="r", budget=Budget(hours=1))
    first._clock -= 3000
    assert first.reserve(ask(0)) == "go"
    first.settle(ask(0), None)
    first.close()
    second = Ledger(cache, "m", run="r", budget=Budget(hours=1))
    assert second.spent.seconds >= 3000
    second._clock -= 601
    assert second.reserve(ask(1)) == "stop"
    assert second.stopped_by == "hours"


def test_a_run_counts_for_itself_and_its_processes_together(cache: Cache, tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as other:
        one, two = Ledger(cache, "m", run="r"), Ledger(other, "n", run="r")
        one.settle(ask(0), Usage(1, 2))
        two.settle(ask(1), Usage(3, 4))
        assert (two.spent.calls, two.spent.tokens) == (2, 10)
        assert Ledger(cache, "m", run="s").spent.calls == 0
