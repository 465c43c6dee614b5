"""The client against a server on loopback: requests a second when it answers at once, and against a bare generator.

    python benchmarks/bench_llm.py [--requests 5000] [--delay-ms 200] [--in-flight 8]

The server runs in a process of its own. The bare generator is aiohttp with a fixed number in flight and nothing else:
no cache, ledger, pace or checks. Needs the extra llm.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.request import Request


def serve(delay_s: float, pipe) -> None:
    sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / "engine" / "llm")]
    from server import Server

    with Server(delay_s=delay_s) as server:
        pipe.send(server.url)
        pipe.recv()


def make_asks(count: int, label: str) -> list[Request]:
    return [Request("m", (("user", f"{label} {number}"),), max_tokens=100) for number in range(count)]


async def run_client(url: str, asks: list[Request], path: Path, in_flight: int) -> tuple[float, float]:
    manners = Manners(start_in_flight=in_flight, most_in_flight=in_flight)
    with Cache(path) as cache:
        async with Client(Endpoint(url, "m"), cache, manners=manners) as client:
            start, cpu = time.perf_counter(), time.process_time()
            done = [outcome async for outcome in client.ask_all(asks)]
            assert all(outcome.answer for outcome in done)
            return time.perf_counter() - start, time.process_time() - cpu


async def run_bare(url: str, asks: list[Request], in_flight: int) -> tuple[float, float]:
    import aiohttp

    from apothecary.engine.llm.dialects import DIALECTS

    bodies = iter([DIALECTS["openai"].build_body(ask) for ask in asks])
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for body in bodies:
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    await response.json()

        start, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return time.perf_counter() - start, time.process_time() - cpu


def measure(delay_s: float, count: int, in_flight: int, folder: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(delay_s, theirs))
    process.start()
    url = ours.recv()
    name = f"{delay_s * 1000:.0f} ms, {in_flight} in flight, {count} requests"
    asyncio.run(run_bare(url, make_asks(50, "warm"), in_flight))
    for turn in range(3):
        bare_s, bare_cpu = asyncio.run(run_bare(url, make_asks(count, f"bare {turn}"), in_flight))
        path = folder / f"{delay_s}-{turn}"
        client_s, client_cpu = asyncio.run(run_client(url, make_asks(count, f"client {turn}"), path, in_flight))
        again_s, _ = asyncio.run(run_client(url, make_asks(count, f"client {turn}"), path, in_flight))
        print(
            f"{name}: client {count / client_s:,.0f}/s ({client_cpu / count * 1000:.2f} ms cpu a request), "
            f"bare {count / bare_s:,.0f}/s ({bare_cpu / count * 1000:.2f} ms), ratio {bare_s / client_s:.3f}, "
            f"from the cache {count / again_s:,.0f}/s"
        )
    ours.send("stop")
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--delay-ms", type=float, default=200)
    parser.add_argument("--in-flight", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(0.0, options.requests, 32, Path(folder))
        count = int(5 * options.in_flight * 1000 / options.delay_ms)
        measure(options.delay_ms / 1000, count, options.in_flight, Path(folder))


if __name__ == "__main__":
    main()
