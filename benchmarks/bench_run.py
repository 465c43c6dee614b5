"""How long does a whole run take, how much memory, how much disk? One `apothecary run` a size, in a process of its own.

Memory is the sum of the proportional set sizes of the process and its workers, sampled five times a second.
    python benchmarks/bench_run.py [--rows 1000000 10000000] [--workers 2]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

RECIPE = Path(__file__).parent.parent / "recipes" / "tier1.yaml"


def measure_memory(root: psutil.Process) -> int:
    """Bytes that a process and all below it hold; pages they share count once."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += process.memory_full_info().pss
    return total


def run_once(rows: int, workers: int, out: Path) -> tuple[float, int]:
    """Seconds and peak bytes of one run."""
    command = [str(Path(sys.executable).with_name("apothecary")), "run", str(RECIPE)]
    command += ["--set", f"rows={rows}", "--out", str(out), "--workers", str(workers), "--quiet"]
    start = time.perf_counter()
    process = subprocess.Popen(command)
    peak = 0
    while process.poll() is None:
        peak = max(peak, measure_memory(psutil.Process(process.pid)))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"the run of {rows:,} rows ended with {process.returncode}")
    return time.perf_counter() - start, peak


def main() -> None:
    """Print seconds, microseconds a row, peak memory and bytes a row, and the ratios between sizes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="keep the runs here; left out, they are removed")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        base = options.out or Path(folder)
        run_once(20_000, options.workers, Path(folder) / "facts")  # so that facts are cached for the timed runs
        for rows in options.rows:
            out = base / f"rows-{rows}"
            seconds, peak = run_once(rows, options.workers, out)
            manifest = json.loads((out / "export" / "manifest.json").read_text())
            size = sum(entry["bytes"] for entry in manifest["files"] if entry["path"].endswith(".parquet"))
            results.append((rows, seconds, peak))
            print(
                f"{rows:>12,} rows  {seconds:8.1f} s  {seconds / rows * 1e6:6.2f} us/row  peak {peak / 2**20:7.0f} MiB"
                f"  {size / manifest['rows']:6.1f} bytes/row exported",
                flush=True,
            )
    for (small, short, low), (large, long, high) in itertools.pairwise(results):
        print(f"{large / small:.0f} x the rows: {long / short:.2f} x the time, {high / low:.2f} x the memory")


if __name__ == "__main__":
    main()
