"""Requests in, outcomes out: an asynchronous client of any endpoint of the two dialects.

Each request ends in exactly one outcome: an answer, or a reason. Calls are few: what the cache has is not asked, equal
requests are asked once, and repeats after faults stay below `max_repeats_share` of the calls (429 excepted: nothing was
done). aiohttp carries it: 0.15 ms of processor time a call, a tenth of what httpx needs.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from types import TracebackType

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.judge import CONTENT, FATAL_STATUS, CallError, judge_answer
from apothecary.engine.llm.ledger import FREE, Ledger
from apothecary.engine.llm.pace import Crowd, Pace
from apothecary.engine.llm.request import Answer, Outcome, Request, Usage, split_samples
from apothecary.engine.llm.wire import Wire
from apothecary.engine.seed import derive_key

POLL_S = 0.05
MIN_REPEATS = 20
PRESSURE_STATUS = frozenset({429, 503, 529})
PRESSURE = frozenset({"stall", "timeout", "no connection"})
FAILED_STARTS = 16  # calls in a row without any answer, after which the endpoint counts as dead


@dataclass(frozen=True)
class Manners:
    """How the client behaves towards a server."""

    start_in_flight: int = 8
    most_in_flight: int = 64
    attempts: int = 5
    max_repeats_share: float = 0.5
    base_wait_s: float = 0.5
    longest_wait_s: float = 60.0
    patience_s: float = 1800.0  # how long one request may take in all, waits included
    window: int = 1024  # requests taken from the caller before their outcomes are


class Client:
    """An endpoint, opened: `async with Client(endpoint, cache) as client: await client.ask(request)`."""

    def __init__(
        self, endpoint: Endpoint, cache: Cache, ledger: Ledger | None = None, manners: Manners | None = None
    ) -> None:
        self.endpoint, self.cache = endpoint, cache
        self.manners = manners or Manners()
        self.ledger = ledger or Ledger(cache, endpoint.model, price=FREE if endpoint.is_local else None)
        self.wire = Wire(endpoint, self.manners.most_in_flight)
        self.crowd = Crowd(self.manners.start_in_flight, self.manners.most_in_flight)
        self.pace = Pace()
        self.books: Counter[str] = Counter()  # asked, cached, answered, each reason, calls, repeats
        self.stopped_by = ""
        self._asking: dict[str, asyncio.Task[Outcome]] = {}
        self._failed_starts = 0

    async def __aenter__(self) -> Client:
        await self.wire.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = list(self._asking.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.wire.close()
        self.ledger.close()

    async def ask(self, request: Request) -> Outcome:
        """One request in, its outcome out; a request for many samples may take several calls."""
        most = min(self.endpoint.samples_per_call, self.wire.dialect.max_samples)
        parts = split_samples(request, most)
        if len(parts) == 1:
            return await self._ask_once(parts[0])
        outcomes = await asyncio.gather(*(self._ask_once(part) for part in parts))
        return _join_outcomes(request, outcomes)

    async def ask_all(self, requests: Iterable[Request]) -> AsyncIterator[Outcome]:
        """Requests in, their outcomes out in the same order; only a window of them is held at a time."""
        tasks: deque[asyncio.Task[Outcome]] = deque()
        try:
            for request in requests:
                tasks.append(asyncio.create_task(self.ask(request)))
                if len(tasks) >= self.manners.window:
                    yield await tasks.popleft()
            while tasks:
                yield await tasks.popleft()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_once(self, request: Request) -> Outcome:
        """Cached outcome, that of an equal request on its way, or a new one."""
        self.books["asked"] += 1
        if (found := self.cache.get(request.key)) is not None:
            self.books["cached"] += 1
            return found
        task = self._asking.get(request.key)
        if is_first := task is None:
            task = asyncio.create_task(self._ask_as_owner(request))
            self._asking[request.key] = task
            task.add_done_callback(lambda _: self._asking.pop(request.key, None))
        # shielded: who else waits for the same request must not lose it when this caller is cancelled
        outcome = await asyncio.shield(task)
        is_new = is_first and not outcome.from_cache
        self.books[(outcome.reason or "answered") if is_new or outcome.reason else "cached"] += 1
        return outcome if is_new or outcome.from_cache else replace(outcome, from_cache=bool(outcome.answer))

    async def _ask_as_owner(self, request: Request) -> Outcome:
        """Claim the request among processes, ask, and keep what was paid for."""
        while not self.cache.claim(request):
            if (found := self.cache.get(request.key)) is not None:
                return found
            await asyncio.sleep(POLL_S)
        try:
            outcome = await self._ask_until_done(request)
        except BaseException:
            self.cache.release(request.key)
            raise
        if outcome.answer or outcome.reason in CONTENT:
            self.cache.put(request, outcome)  # this ends the claim too
        else:
            self.cache.release(request.key)
        return outcome

    async def _ask_until_done(self, request: Request) -> Outcome:
        start = time.monotonic()
        attempts = faults = 0
        while True:
            if stop := await self._wait_for_budget(request):
                return Outcome(request.key, reason=stop, attempts=attempts)
            attempts += 1
            self.books["calls"] += 1
            try:
                answer = await self._call(request)
                return Outcome(request.key, answer, attempts=attempts)
            except CallError as error:
                is_limit = error.status == 429
                faults += not is_limit
                wait_s = self._choose_wait(request, attempts, error)
                is_late = time.monotonic() - start + wait_s > self.manners.patience_s
                may_repeat = is_limit or (faults < self.manners.attempts and self._has_repeats())
                if not error.retry or is_late or not may_repeat or self.stopped_by:
                    return Outcome(request.key, reason=error.reason, detail=error.detail, attempts=attempts)
            self.books["repeats"] += not is_limit
            await asyncio.sleep(wait_s)

    async def _wait_for_budget(self, request: Request) -> str:
        """Nothing when the call may go out, else the reason why not."""
        while not self.stopped_by:
            verdict = self.ledger.reserve(request)
            if verdict == "go":
                return ""
            if verdict == "stop":
                self.stopped_by = f"budget: {self.ledger.stopped_by}"
                break
            await asyncio.sleep(POLL_S)
        return self.stopped_by

    async def _call(self, request: Request) -> Answer:
        """One call with all that surrounds it: place, pace, books, learning."""
        estimated = request.estimate_tokens()
        usage: Usage | None = None
        is_sent = False
        try:
            await self.crowd.enter()
            try:
                await self.pace.wait(estimated)
                if self.stopped_by:
                    raise CallError(self.stopped_by, retry=False)
                is_sent = True
                start = time.monotonic()
                answer, headers = await self.wire.post(request)
                usage = answer.usage
                self._failed_starts = -1
                self.pace.learn_answer(headers)
                self.crowd.learn_answer(time.monotonic() - start, answer.usage.completion_tokens or 1)
            finally:
                self.crowd.leave()
            return judge_answer(request, answer)
        except CallError as error:
            if error.answer is not None:
                usage = error.answer.usage
            if is_sent:
                self._learn_fault(error)
            raise
        finally:
            if is_sent:
                self.ledger.settle(request, usage)
            else:
                self.ledger.cancel(request)
                self.books["calls"] -= 1
            self.pace.correct_tokens(estimated, usage.tokens if usage else 0)

    def _learn_fault(self, error: CallError) -> None:
        if error.answer is not None or error.reason == "too long":
            return  # the server works; the text is the trouble
        if error.status == 429:
            self.pace.learn_limit(self.wire.last_headers)
            self.pace.pause(min(error.wait_s or self.manners.base_wait_s, self.manners.longest_wait_s))
        if error.status in PRESSURE_STATUS or error.reason in PRESSURE:
            self.crowd.learn_pressure()
        if self._failed_starts >= 0 and error.status != 429 and not self.stopped_by:
            self._failed_starts += 1
            if error.status in FATAL_STATUS or self._failed_starts >= FAILED_STARTS:
                self.stopped_by = f"endpoint: {error.reason}"

    def _choose_wait(self, request: Request, attempt: int, error: CallError) -> float:
        """Full jitter over a doubling span (Brooker 2015), never less than the server asked for."""
        span_s = min(self.manners.longest_wait_s, self.manners.base_wait_s * 2.0 ** min(attempt, 10))
        jitter_s = span_s * derive_key(request.key, attempt) / 2**64
        if error.wait_s is None:
            return jitter_s
        # Everybody pauses as asked; the jitter only spreads those who come back.
        return error.wait_s + min(jitter_s, self.manners.base_wait_s)

    def _has_repeats(self) -> bool:
        firsts = self.books["calls"] - self.books["repeats"]
        return self.books["repeats"] < max(MIN_REPEATS, self.manners.max_repeats_share * firsts)


def _join_outcomes(request: Request, outcomes: list[Outcome]) -> Outcome:
    """The outcomes of a request's parts in, one out: the texts of all, or the first reason where there is no text."""
    answers = [outcome.answer for outcome in outcomes if outcome.answer]
    attempts = sum(outcome.attempts for outcome in outcomes)
    if not answers:
        return replace(outcomes[0], key=request.key, attempts=attempts)
    usage = Usage(
        sum(answer.usage.prompt_tokens for answer in answers),
        sum(answer.usage.completion_tokens for answer in answers),
        any(answer.usage.is_estimate for answer in answers),
    )
    texts = tuple(text for answer in answers for text in answer.texts)
    endings = tuple(ending for answer in answers for ending in answer.endings)
    joined = Answer(texts, endings, usage, answers[0].model)
    is_cached = all(outcome.from_cache for outcome in outcomes)
    return Outcome(request.key, joined, from_cache=is_cached, attempts=attempts)
