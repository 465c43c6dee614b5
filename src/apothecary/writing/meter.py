"""How a run of written rows goes, in one line: pass rate, tokens a second, money, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from apothecary.engine.llm.ledger import Spent

EVERY_S = 10.0


@dataclass
class Meter:
    """Told of every answer; prints a line through `tell` every few seconds. What was spent before does not count."""

    wanted: int
    tell: Callable[[str], None]
    every_s: float = EVERY_S
    clock: Callable[[], float] = time.monotonic
    answers: int = 0
    kept: int = 0
    _before: Spent = field(default_factory=Spent)
    _started: float = 0.0
    _told: float = 0.0

    def start(self, spent: Spent) -> None:
        """Begin to count."""
        self._before = Spent(**vars(spent))
        self._started = self._told = self.clock()

    def note(self, spent: Spent, *, is_kept: bool) -> None:
        """One answer more."""
        self.answers += 1
        self.kept += is_kept
        if self.clock() - self._told >= self.every_s:
            self._told = self.clock()
            self.tell(self.describe(spent))

    def describe(self, spent: Spent) -> str:
        """The line."""
        elapsed = max(self.clock() - self._started, 1e-6)
        tokens = (spent.tokens - self._before.tokens) / elapsed
        usd = spent.usd - self._before.usd
        rate = self.kept / self.answers if self.answers else 0.0
        line = f"write: {self.kept:,} of {self.wanted:,} rows, {rate:.0%} of {self.answers:,} answers kept"
        line += f", {tokens:,.0f} tokens/s"
        if usd or spent.usd:
            line += f", ${spent.usd:,.2f} spent"
        if not self.kept:
            return line
        left = self.wanted - self.kept
        if usd:
            line += f", ${spent.usd + usd / self.kept * left:,.2f} in all at this rate"
        return line + f", {tell_time(elapsed / self.kept * left)} left"


def tell_time(seconds: float) -> str:
    """Seconds as `5 s`, `12 min` or `3.5 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
