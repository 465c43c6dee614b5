"""Does the plan tell the time of the run? `apothecary plan`, then the run itself, in processes of their own.

Prints what was planned and what came: seconds, duplicates, disk and memory, and the ratios. The time is to be within a
factor of two. Other work on the machine between the two changes the ratio, so the load is printed.
    python benchmarks/bench_plan.py [--recipe recipes/quick.yaml] [--rows 300000] [--workers 2] [--set shard_rows=50000]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from bench_run import measure_memory

CODE = "from apothecary.cli import main; main()"
RECIPE = Path(__file__).parent.parent / "recipes" / "quick.yaml"


def call(*arguments: str) -> list[str]:
    return [sys.executable, "-c", CODE, *arguments]


def plan(options: argparse.Namespace) -> dict[str, Any]:
    """What the plan says."""
    told = subprocess.run(
        call("plan", str(options.recipe), *list_settings(options), "--workers", str(options.workers), "--json"),
        check=True,
        stdout=subprocess.PIPE,
    )
    planned: dict[str, Any] = json.loads(told.stdout)
    return planned


def list_settings(options: argparse.Namespace) -> list[str]:
    return [part for text in (f"rows={options.rows}", *options.set) for part in ("--set", text)]


def run(options: argparse.Namespace, out: Path) -> tuple[float, int]:
    """Seconds and peak bytes of the run itself."""
    command = call("run", str(options.recipe), *list_settings(options), "--out", str(out))
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen([*command, "--workers", str(options.workers), "--quiet"])
    while process.poll() is None:
        peak = max(peak, measure_memory(psutil.Process(process.pid)))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"the run ended with {process.returncode}")
    return time.perf_counter() - start, peak


def main() -> None:
    """Print planned and real side by side."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    load = [f"{os.getloadavg()[0]:.1f}"]
    planned = plan(options)
    load.append(f"{os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        seconds, peak = run(options, out)
        load.append(f"{os.getloadavg()[0]:.1f}")
        manifests = {room: json.loads((out / room / "manifest.json").read_text()) for room in ("curate", "export")}
        disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    dropped = sum(books["dropped"].get("duplicate", 0) for books in manifests["curate"]["funnel"])
    print(f"{options.rows:,} rows, {options.workers} workers; load before, between and after: {', '.join(load)}")
    for name, told, real in (
        ("seconds", planned["time"]["seconds"], seconds),
        ("duplicates", planned["after_curation"]["duplicates"], dropped),
        ("disk MiB", planned["disk"]["bytes"] / 2**20, disk / 2**20),
        ("memory MiB", planned["memory"]["bytes"] / 2**20, peak / 2**20),
    ):
        print(
            f"{name:>12}  planned {told:10.1f}  real {real:10.1f}  planned / real {told / max(real, 1e-9):.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
