"""The loop: targets -> requests -> a model's answers -> gates -> bank wordings, and when to stop.

Everything asked goes through the cache of engine/llm, so the same run again asks nothing twice, and a run that a budget
ended goes on. A model that fails the gates too often is stopped after `PROBE` samples.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from apothecary.engine.llm.client import Client
from apothecary.engine.llm.request import Outcome, Request
from apothecary.generate.vary.gates import Gates, Verdict
from apothecary.generate.vary.prompts import MAX_TOKENS, SAMPLES_PER_REQUEST, Asked, Draw, Prompter
from apothecary.generate.vary.targets import Target
from apothecary.packs.bank import GATES, BankWording, Sampling

PROBE = 200  # samples after which a model is found fit or too weak
LEAST_PASS_RATE = 0.1  # the 135 M test model reaches 0.01 to 0.03: it is for trying out, not for a bank


@dataclass(frozen=True)
class Order:
    """What is asked for: the model and its licence, samples a side of a template, and the least pass rate."""

    pack: str
    model: str
    licence: str
    samples: int = SAMPLES_PER_REQUEST
    least_pass_rate: float = LEAST_PASS_RATE
    draw: Draw = field(default_factory=Draw)
    revision: str = ""


@dataclass
class Yield:
    """What came of it: wordings in the order asked, and the books."""

    wordings: list[BankWording] = field(default_factory=list)
    gates: Counter[str] = field(default_factory=Counter)  # of the samples, the gate that stopped each; "" for none
    unanswered: Counter[str] = field(default_factory=Counter)  # of the requests, why there is no answer
    calls: int = 0
    stopped_by: str = ""

    @property
    def samples(self) -> int:
        """How many texts were judged."""
        return self.gates.total()

    @property
    def passed(self) -> int:
        """How many passed all gates."""
        return self.gates[""]

    @property
    def pass_rate(self) -> float:
        """The share of texts that passed all gates."""
        return self.passed / self.samples if self.samples else 0.0


def vary(
    targets: Sequence[Target],
    prompter: Prompter,
    gates: Gates,
    order: Order,
    client: Client,
    *,
    say: Callable[[int], None] = lambda samples: None,
) -> Yield:
    """Targets in, the wordings of all of them out, passed and stopped alike; `say` hears of each request's samples.

    `client` is not opened yet. The yield's `stopped_by` is empty, `budget: ...`, `endpoint: ...` or `too weak`.
    """
    return asyncio.run(_vary(targets, prompter, gates, order, client, say))


async def _vary(
    targets: Sequence[Target],
    prompter: Prompter,
    gates: Gates,
    order: Order,
    client: Client,
    say: Callable[[int], None],
) -> Yield:
    done = Yield()
    async with client:
        asked = list_requests(targets, prompter, order)
        # The first ones alone, so that a model that is too weak is not asked for more.
        for batch in (list(islice(asked, -(-PROBE // SAMPLES_PER_REQUEST))), asked):
            await _ask(batch, gates, order, client, done, say)
            if not done.stopped_by and done.samples >= PROBE and done.pass_rate < order.least_pass_rate:
                done.stopped_by = "too weak"
            if done.stopped_by:
                break
        done.calls = client.books["calls"]
    return done


def list_requests(targets: Iterable[Target], prompter: Prompter, order: Order) -> Iterator[Asked]:
    """All requests of an order, in the order they are asked."""
    for target in targets:
        yield from prompter.build(target, order.samples, order.model, order.draw, order.revision)


async def _ask(
    asked: Iterable[Asked], gates: Gates, order: Order, client: Client, done: Yield, say: Callable[[int], None]
) -> None:
    sent: deque[Asked] = deque()

    def send() -> Iterator[Request]:
        for one in asked:
            sent.append(one)
            yield one.request

    async with aclosing(cast("AsyncGenerator[Outcome]", client.ask_all(send()))) as outcomes:
        async for outcome in outcomes:
            one = sent.popleft()
            if client.stopped_by and not outcome.answer:
                done.stopped_by = client.stopped_by
                return
            if not outcome.answer:
                done.unanswered[outcome.reason] += 1
                continue
            new = list(judge_answers(one, outcome, gates, order))
            done.wordings += new
            done.gates.update(wording.gate for wording in new)
            say(len(new))


def judge_answers(asked: Asked, outcome: Outcome, gates: Gates, order: Order) -> Iterator[BankWording]:
    """A request and its outcome in, a wording for each text out."""
    if outcome.answer is None:
        return
    for number, (text, ending) in enumerate(zip(outcome.answer.texts, outcome.answer.endings, strict=True)):
        verdict = gates.judge(text, asked, ending)
        if verdict.passed:
            gates.note(verdict.pattern, asked.target)
        yield record(asked, verdict, order, number)


def record(asked: Asked, verdict: Verdict, order: Order, number: int) -> BankWording:
    """A verdict as a line of the bank."""
    target, request = asked.target, asked.request
    return BankWording(
        pack=order.pack,
        intent=target.intent.intent,
        template=target.template.id,
        side=target.side,
        register=target.register,
        pattern=verdict.pattern,
        source=asked.source,
        model=order.model,
        revision=order.revision,
        licence=order.licence,
        prompt=request.key,
        seed=request.seed or 0,
        sample=number,
        sampling=Sampling(temperature=order.draw.temperature, top_p=order.draw.top_p, max_tokens=MAX_TOKENS),
        scores=verdict.scores,
        gate=verdict.gate,
        reason=verdict.reason,
        state="new" if verdict.passed else "rejected",
        by="" if verdict.passed else GATES,
    )


def merge_banks(old: Sequence[BankWording], new: Sequence[BankWording]) -> list[BankWording]:
    """An earlier bank and new wordings in, one bank out: what a person decided stays, and so does what is not asked.

    The earlier lines keep their places; new ones follow in the order asked.
    """
    fresh = {wording.key: wording for wording in new}
    merged = []
    for wording in old:
        again = fresh.pop(wording.key, None)
        is_decided = wording.by not in ("", GATES)
        merged.append(wording if again is None or is_decided else again)
    return merged + list(fresh.values())
