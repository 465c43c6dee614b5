"""Clients killed with SIGKILL at random moments against a server on loopback; the test kills 5, the benchmark 50.

The server counts how often it was asked each question. What stood in the cache's file at a kill must never be asked
again; what was on its way may be asked once more.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from server import Server

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.request import Request
from apothecary.engine.seed import derive_key

IN_FLIGHT = 4
ASKER = """
import asyncio, sys
from pathlib import Path
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.request import Request
async def main():
    with Cache(Path(sys.argv[1])) as cache:
        manners = Manners(start_in_flight=4, most_in_flight=4)
        async with Client(Endpoint(sys.argv[2], "m"), cache, manners=manners) as client:
            async for outcome in client.ask_all(Request("m", (("user", f"q{n}"),)) for n in range(int(sys.argv[3]))):
                assert outcome.answer
    print("done")
asyncio.run(main())
"""


@dataclass(frozen=True)
class Toll:
    """What kills have cost: kills that hit a client at work, calls in all, asked again in flight, asked again after."""

    kills: int
    calls: int
    again_in_flight: int
    again_after_answer: int


def kill_at_random(path: Path, *, kills: int, asks: int, delay_s: float = 0.005) -> Toll:
    """A new cache's path in; the work of `asks` questions is killed so often, then ended. The moments are seeded."""
    paid_before_kill: Counter[str] = Counter()
    hits = 0
    with Server(delay_s=delay_s) as server:
        command = [sys.executable, "-c", ASKER, str(path), server.url, str(asks)]
        span = 1.6 * asks / kills  # calls; the work is about done at the last kill
        for number in range(kills):
            target = server.calls + 1 + int(span * draw("call", number))
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                while server.calls < target and process.poll() is None:
                    time.sleep(0.001)
                time.sleep(2 * delay_s * draw("moment", number))
                process.send_signal(signal.SIGKILL)
                hits += process.wait() == -signal.SIGKILL
            for question in list_answered(path, asks):
                paid_before_kill[question] = paid_before_kill[question] or server.asked[question]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert done.stdout == "done\n", done.stderr
        assert len(server.asked) == asks
        after = sum(server.asked[question] - count for question, count in paid_before_kill.items())
        return Toll(hits, server.calls, server.calls - asks - after, after)


def draw(label: str, number: int) -> float:
    """A number from 0 up to 1, always the same for the same label and number."""
    return derive_key("kill", label, number) / 2**64


def list_answered(path: Path, asks: int) -> list[str]:
    """The questions whose answer stands in the cache's file."""
    with Cache(path) as cache:
        assert cache.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {key for (key,) in cache.database.execute("SELECT key FROM entries WHERE outcome IS NOT NULL")}
    return [f"q{n}" for n in range(asks) if Request("m", (("user", f"q{n}"),)).key in found]
