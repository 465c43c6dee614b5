"""Calls, tokens, money and hours: what was spent, what may be spent, and the end of a run when it is.

What is spent stands in the cache's file, by run and model, so that a resumed run goes on counting and two processes of
one run share a budget. Before a call the most it can cost is set aside; a call that would not fit waits for those on
their way, and when none is, the budget is used up: `stopped_by` says which one. An answer may cost a little more than
estimated where the server counts more tokens than its characters suggest.
"""

from __future__ import annotations

import fnmatch
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.request import Request, Usage
from apothecary.errors import RecipeError

PRICES = Path(__file__).parent / "prices.yaml"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens in and out, and the share of it that a batch costs."""

    input: float = 0.0
    output: float = 0.0
    batch: float = 1.0

    def cost(self, prompt_tokens: int, completion_tokens: int, *, in_batch: bool = False) -> float:
        """US dollars."""
        usd = (prompt_tokens * self.input + completion_tokens * self.output) / MILLION
        return usd * (self.batch if in_batch else 1.0)


FREE = Price()


@dataclass(frozen=True)
class Budget:
    """The most a run may spend; None is no limit."""

    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None
    hours: float | None = None


@dataclass
class Spent:
    """What a run has spent so far."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Both kinds together."""
        return self.prompt_tokens + self.completion_tokens


def load_price(model: str, path: Path = PRICES) -> Price | None:
    """A model's name and a table of prices in, the first price whose pattern fits out."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        rows = [(str(row["model"]), _read_price(row)) for row in content["prices"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise RecipeError(
            f"the table of prices cannot be read: {type(error).__name__} {error}",
            where=str(path),
            expected="prices: a list of {model, input, output, batch}, US dollars for a million tokens",
            hint=f"take {PRICES.name} beside the engine as an example",
        ) from error
    return next((price for pattern, price in rows if fnmatch.fnmatchcase(model, pattern)), None)


def _read_price(row: dict[str, Any]) -> Price:
    price = Price(float(row["input"]), float(row["output"]), float(row.get("batch", 1.0)))
    if min(price.input, price.output, price.batch) < 0:
        raise ValueError("a price below zero")
    return price


class Ledger:
    """The books of one run over a cache's file. `price` None means unknown: then a budget in money is refused."""

    def __init__(
        self, cache: Cache, model: str, *, run: str = "", price: Price | None = FREE, budget: Budget | None = None
    ) -> None:
        self.cache, self.model, self.run = cache, model, run
        self.budget = budget or Budget()
        self.price = price
        self.stopped_by = ""
        self._set_aside: dict[str, tuple[int, float]] = {}
        self._aside_tokens, self._aside_usd = 0, 0.0
        self._clock = time.monotonic()
        if price is None and self.budget.usd is not None:
            raise RecipeError(
                f"no price is known for {model}, so a budget in money cannot be kept",
                expected="a line for the model in the table of prices",
                hint="add one, or limit calls or tokens instead",
            )
        self.spent = self._read()

    def reserve(self, request: Request) -> str:
        """Set aside what a call can cost: "go", "wait" for the calls on their way, or "stop"."""
        if self.stopped_by:
            return "stop"
        tokens, usd = request.estimate_tokens(), self._estimate_usd(request)
        hours = (self.spent.seconds + time.monotonic() - self._clock) / 3600
        kinds = {  # budget: (spent, set aside, this call)
            "calls": (self.spent.calls, len(self._set_aside), 1),
            "tokens": (self.spent.tokens, self._aside_tokens, tokens),
            "usd": (self.spent.usd, self._aside_usd, usd),
            "hours": (hours, 0, 0),
        }
        waits = False
        for name, (spent, aside, more) in kinds.items():
            limit = getattr(self.budget, name)
            if limit is None:
                continue
            if spent + more > limit:
                self.stopped_by = name
                return "stop"
            waits |= spent + aside + more > limit
        if waits:
            return "wait"
        self._set_aside[request.key] = (tokens, usd)
        self._aside_tokens += tokens
        self._aside_usd += usd
        return "go"

    def settle(self, request: Request, usage: Usage | None, *, in_batch: bool = False) -> None:
        """A call has ended: book what it cost. No usage means that nothing was answered; the call itself counts."""
        self.cancel(request)
        usage = usage or Usage()
        price = self.price or FREE
        usd = price.cost(usage.prompt_tokens, usage.completion_tokens, in_batch=in_batch)
        self._book(1, usage.prompt_tokens, usage.completion_tokens, usd)

    def cancel(self, request: Request) -> None:
        """A call that was never sent costs nothing."""
        tokens, usd = self._set_aside.pop(request.key, (0, 0.0))
        self._aside_tokens -= tokens
        self._aside_usd = self._aside_usd - usd if self._set_aside else 0.0  # no crumbs of rounding

    def close(self) -> None:
        """Book the time that has passed."""
        self._book(0, 0, 0, 0.0)

    def _book(self, calls: int, prompt_tokens: int, completion_tokens: int, usd: float) -> None:
        now = time.monotonic()
        seconds, self._clock = now - self._clock, now
        with self.cache.explain():
            self.cache.database.execute(
                "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, model) DO UPDATE SET "
                "calls = calls + excluded.calls, prompt_tokens = prompt_tokens + excluded.prompt_tokens, "
                "completion_tokens = completion_tokens + excluded.completion_tokens, usd = usd + excluded.usd, "
                "seconds = seconds + excluded.seconds",
                (self.run, self.model, calls, prompt_tokens, completion_tokens, usd, seconds),
            )
        self.spent = self._read()  # other processes and models of this run count too

    def _read(self) -> Spent:
        with self.cache.explain():
            row = self.cache.database.execute(
                "SELECT sum(calls), sum(prompt_tokens), sum(completion_tokens), sum(usd), sum(seconds) FROM spent "
                "WHERE run = ?",
                (self.run,),
            ).fetchone()
        return Spent(*row) if row[0] is not None else Spent()

    def _estimate_usd(self, request: Request) -> float:
        return (self.price or FREE).cost(request.estimate_prompt_tokens(), request.n * request.max_tokens)
