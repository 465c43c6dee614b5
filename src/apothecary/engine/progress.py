"""How far a run is, for eyes: a bar on a terminal, plain lines elsewhere, or nothing. Always on stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as RichBar

PLAIN_EVERY_S = 5.0
PLAIN_EVERY_SHARE = 0.1


class Progress(Protocol):
    """What a room tells while it works: it starts with its rows, advances, and finishes."""

    def start(self, room: str, total_rows: int) -> None:
        """A room begins; `total_rows` is what it expects to do."""

    def advance(self, rows: int) -> None:
        """So many rows more are done."""

    def finish(self) -> None:
        """The room has ended, whether it is done or not."""


class SilentProgress:
    """Says nothing."""

    def start(self, room: str, total_rows: int) -> None:
        """Nothing."""

    def advance(self, rows: int) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class PlainProgress:
    """A line at the start and the end of a room, and one every 10 % but at most every few seconds."""

    def __init__(self, every_s: float = PLAIN_EVERY_S) -> None:
        self._every_s = every_s
        self._room = ""
        self._total = self._done = 0
        self._started = self._printed = 0.0
        self._next_share = PLAIN_EVERY_SHARE

    def start(self, room: str, total_rows: int) -> None:
        """Print the room's name and size."""
        self._room, self._total, self._done = room, total_rows, 0
        self._started = self._printed = time.monotonic()
        self._next_share = PLAIN_EVERY_SHARE
        self._print(f"{room}: 0 of {total_rows:,} rows")

    def advance(self, rows: int) -> None:
        """Print a line when a tenth more is done and the last line is old enough."""
        self._done += rows
        now = time.monotonic()
        share = self._done / self._total if self._total else 1.0
        if share >= self._next_share and now - self._printed >= self._every_s:
            self._printed = now
            self._next_share = share + PLAIN_EVERY_SHARE
            self._print(f"{self._room}: {self._done:,} of {self._total:,} rows ({share:.0%})")

    def finish(self) -> None:
        """Print what was done, and how fast."""
        if self._room:
            elapsed_s = time.monotonic() - self._started
            self._print(f"{self._room}: {self._done:,} rows in {elapsed_s:.1f} s")
            self._room = ""

    @staticmethod
    def _print(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class RichProgress:
    """One bar a room, with rows, rate and time left."""

    def __init__(self) -> None:
        self._bar: RichBar | None = None

    def start(self, room: str, total_rows: int) -> None:
        """Show a new bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.finish()
        self._bar = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )
        self._bar.add_task(room, total=total_rows)
        self._bar.start()

    def advance(self, rows: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], rows)

    def finish(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def make_progress(quiet: bool = False) -> Progress:
    """The progress that fits: silent when asked, a bar when stderr is a terminal, plain lines otherwise."""
    if quiet:
        return SilentProgress()
    return RichProgress() if sys.stderr.isatty() else PlainProgress()
