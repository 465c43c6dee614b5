"""The pace: waits as the server asks, limits from its headers or its refusals, and more at once only where it helps."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from apothecary.engine.llm.pace import Bucket, Crowd, Pace, read_wait


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_waits(headers: dict[str, str], wait_s: float | None) -> None:
    assert read_wait(headers) == wait_s


def test_wait_as_a_date() -> None:
    when = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert 27 < (read_wait({"retry-after": when}) or 0) <= 30


def test_bucket_spreads_its_amounts() -> None:
    bucket = Bucket()
    assert bucket.take(100) == 0
    bucket.set_rate(10)
    waits = [bucket.take(1) for _ in range(20)]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(waits[0] + 1.9, abs=0.2)


@pytest.mark.parametrize("form", ["x-ratelimit-limit-{}", "anthropic-ratelimit-{}-limit"])
def test_limits_are_read_from_headers(form: str) -> None:
    pace = Pace()
    pace.learn_answer({form.format("requests"): "600", form.format("tokens"): "60000"})
    assert (pace.requests.rate, pace.tokens.rate) == (10, 1000)
    pace.learn_limit({})
    assert pace.requests.rate == 10


def test_refusals_teach_a_rate_below_what_was_done() -> None:
    pace = Pace()
    now = time.monotonic()
    pace._done.extend(now - 2 + number / 20 for number in range(40))  # 20 a second over 2 s
    pace.learn_limit({})
    assert pace.requests.rate == pytest.approx(18, rel=0.1)
    pace.learn_limit({})  # again at once: far too fast
    assert pace.requests.rate == pytest.approx(9, rel=0.1)
    for _ in range(20):
        pace.learn_answer({})
    pace.learn_limit({})
    assert pace.requests.rate == pytest.approx(9 * 1.004**20 * 0.9, rel=0.1)


def test_everybody_pauses() -> None:
    async def run() -> float:
        pace = Pace()
        pace.pause(0.1)
        start = time.monotonic()
        await asyncio.gather(*(pace.wait(1) for _ in range(5)))
        return time.monotonic() - start

    assert 0.09 < asyncio.run(run()) < 1


def test_crowd_keeps_its_limit_and_order() -> None:
    async def run() -> tuple[int, list[int]]:
        crowd, most, order = Crowd(3, 3), 0, []

        async def work(number: int) -> None:
            nonlocal most
            await crowd.enter()
            order.append(number)
            most = max(most, crowd.in_flight)
            await asyncio.sleep(0.001)
            crowd.leave()

        await asyncio.gather(*(work(number) for number in range(30)))
        assert crowd.in_flight == 0
        return most, order

    assert asyncio.run(run()) == (3, list(range(30)))


def test_cancelled_waiters_leave_no_hole() -> None:
    async def run() -> None:
        crowd = Crowd(1, 1)
        await crowd.enter()
        waiting = [asyncio.create_task(crowd.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        crowd.leave()
        await asyncio.wait_for(waiting[1], 1)
        crowd.leave()
        waiting[2].cancel()  # woken and cancelled at once
        await asyncio.gather(*waiting, return_exceptions=True)
        if not waiting[2].cancelled():
            crowd.leave()
        await asyncio.wait_for(crowd.enter(), 1)

    asyncio.run(run())


def simulate(answer_s, rounds: int) -> int:
    """The limit after some rounds against a server whose latency follows from how many are in flight."""
    clock = [0.0]
    original = time.monotonic
    time.monotonic = lambda: clock[0]
    try:
        crowd = Crowd(4, 64)
        for _ in range(rounds):
            size = max(4, int(crowd.limit))
            clock[0] += answer_s(size)
            for _ in range(size):
                crowd.learn_answer(answer_s(size), 1)
        return int(crowd.limit)
    finally:
        time.monotonic = original


def test_limit_grows_where_it_helps_and_stops_where_it_does_not() -> None:
    assert simulate(lambda size: 0.1, 100) == 64
    saturated = simulate(lambda size: 0.1 * max(1, size / 8), 200)
    assert 8 <= saturated <= 32


def test_pressure_halves_once_a_moment() -> None:
    crowd = Crowd(32, 64)
    crowd._last_cut -= 5
    crowd.learn_pressure()
    assert crowd.limit == 32  # a single fault does not matter
    for _ in range(9):
        crowd.learn_pressure()
    assert crowd.limit == 16
