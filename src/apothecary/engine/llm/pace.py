"""How many calls at once and how many a second: both learned from what the server does.

At once: additive increase while more in flight gives more done, multiplicative decrease when the server pushes back
(429, 5xx, timeouts) or when calls become slow without more getting done (AIMD; Chiu and Jain 1989).
A second: no limit until the server names one in its headers or answers 429; then two buckets, of requests and tokens.
"""

from __future__ import annotations

import asyncio
import email.utils
import re
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime

SLOWDOWN = 2.0  # a round's median latency against the best one, from which more in flight must show in the throughput
MIN_GAIN = 1.02
BACK_OFF, EASE_OFF = 0.5, 0.85
WINDOW_S = 5.0
KEEP_BELOW, HALVE = 0.9, 0.5  # of the rate at which the server refused; halved when it soon refuses again
SOON = 10  # answers
GROWTH_AN_ANSWER = 0.004  # so that a limit that nobody names is overstepped about once in 25 calls
MIN_ANSWERS = 16  # before a rate is guessed
PRESSURE_SHARE = 0.25  # of the last ten calls or so, from which fewer go out at once; single faults do not matter
MIN_RATE = 0.2


class Crowd:
    """The number of calls in flight: `enter` waits for a place, `leave` gives it back and learns."""

    def __init__(self, start: int, most: int) -> None:
        self.limit = float(min(start, most))
        self.most = most
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._round: list[float] = []
        self._work = 0.0
        self._round_start = self._last_cut = time.monotonic()
        self._best_latency_s = float("inf")
        self._last_speed = 0.0
        self._pressure = 0.0

    async def enter(self) -> None:
        """Wait for a place, first come first served."""
        if self.in_flight < int(self.limit) and not self._waiting:
            self.in_flight += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # the place was given and cannot be used
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)

    def learn_answer(self, latency_s: float, work: float) -> None:
        """A call went well; `work` is what it brought (tokens, or 1)."""
        self._pressure *= 0.9
        self._round.append(latency_s)
        self._work += work
        if len(self._round) < max(4, int(self.limit)):
            return
        now = time.monotonic()
        speed = self._work / max(now - self._round_start, 1e-9)
        median_s = sorted(self._round)[len(self._round) // 2]
        is_slow = median_s > SLOWDOWN * self._best_latency_s and speed < MIN_GAIN * self._last_speed
        self.limit = (
            max(1.0, self.limit * EASE_OFF) if is_slow else min(self.most, self.limit + max(1, self.limit / 10))
        )
        self._best_latency_s = min(self._best_latency_s, median_s)
        self._last_speed = speed
        self._round, self._work, self._round_start = [], 0.0, now
        self._wake()

    def learn_pressure(self) -> None:
        """The server pushed back; when it does so often: half as many, once for the calls in flight together."""
        now = time.monotonic()
        self._pressure = self._pressure * 0.9 + 0.1
        if self._pressure > PRESSURE_SHARE and now - self._last_cut > min(1.0, self._best_latency_s):
            self.limit = max(1.0, self.limit * BACK_OFF)
            self._last_cut = now
            self._round, self._work, self._round_start = [], 0.0, now


class Bucket:
    """A rate a second with a small store; without a rate everything passes at once."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self.store = 0.0
        self._clock = time.monotonic()

    def fill(self) -> None:
        """Add what the time since the last call has brought; at most one second's worth is stored."""
        now = time.monotonic()
        if self.rate is not None:
            self.store = min(max(self.rate, 1.0), self.store + (now - self._clock) * self.rate)
        self._clock = now

    def take(self, amount: float) -> float:
        """Take an amount, on credit if need be; the seconds to wait until it is covered."""
        if self.rate is None:
            return 0.0
        self.fill()
        self.store -= amount
        return max(0.0, -self.store / self.rate)

    def set_rate(self, rate: float) -> None:
        """A rate the server named or we found; the store starts empty when there was none."""
        self.fill()
        self.rate = max(rate, MIN_RATE)
        self.store = min(self.store, self.rate)


class Pace:
    """Requests and tokens a second, and pauses for everyone when the server asks for them."""

    def __init__(self) -> None:
        self.requests, self.tokens = Bucket(), Bucket()
        self.is_named = False  # the server named its limits: they are not guessed
        self._pause_until = 0.0
        self._done: deque[float] = deque()
        self._since_cut = 0

    async def wait(self, tokens: int) -> None:
        """Wait until one more request of about so many tokens may go out."""
        wait_s = max(self.requests.take(1), self.tokens.take(tokens))
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        while (pause_s := self._pause_until - time.monotonic()) > 0:
            await asyncio.sleep(pause_s)

    def pause(self, wait_s: float) -> None:
        """Nobody asks for so many seconds."""
        self._pause_until = max(self._pause_until, time.monotonic() + wait_s)

    def correct_tokens(self, estimated: int, used: int) -> None:
        """Give back what an answer did not use."""
        self.tokens.store += estimated - used

    def learn_answer(self, headers: Mapping[str, str]) -> None:
        """A call went well: count it, read the limits in its headers, and try a little more where they are guessed."""
        now = time.monotonic()
        self._done.append(now)
        while self._done[0] < now - WINDOW_S:
            self._done.popleft()
        self._read_limits(headers)
        self._since_cut += 1
        if self.requests.rate is not None and not self.is_named:
            self.requests.set_rate(self.requests.rate * (1 + GROWTH_AN_ANSWER))

    def learn_limit(self, headers: Mapping[str, str]) -> None:
        """A 429: take the limits in its headers, or a little less than was done in the last seconds."""
        self._read_limits(headers)
        now = time.monotonic()
        if self.is_named or now < self._pause_until:
            return  # the 429s of one moment count once
        if self.requests.rate is not None:
            self.requests.set_rate(self.requests.rate * (HALVE if self._since_cut < SOON else KEEP_BELOW))
        elif len(recent := [done for done in self._done if done > now - WINDOW_S]) >= MIN_ANSWERS:
            self.requests.set_rate(KEEP_BELOW * len(recent) / max(now - recent[0], 0.05))
        self._since_cut = 0

    def _read_limits(self, headers: Mapping[str, str]) -> None:
        for kind, bucket in (("requests", self.requests), ("tokens", self.tokens)):
            for form in ("x-ratelimit-limit-{}", "anthropic-ratelimit-{}-limit"):
                text = headers.get(form.format(kind), "")
                if text.isdigit() and int(text):
                    self.is_named |= kind == "requests"
                    if bucket.rate is None or abs(bucket.rate * 60 / int(text) - 1) > 0.01:
                        bucket.set_rate(int(text) / 60)
            for form in ("x-ratelimit-remaining-{}", "anthropic-ratelimit-{}-remaining"):
                text = headers.get(form.format(kind), "")
                if text.isdigit() and bucket.rate is not None:
                    bucket.store = min(bucket.store, float(text))


def read_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds a server asks to wait: `Retry-After-Ms`, or `Retry-After` in seconds or as a date."""
    if re.fullmatch(r"\d+(\.\d+)?", millis := headers.get("retry-after-ms", "")):
        return float(millis) / 1000
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
