"""30 million window rows joined under a memory limit: the join of the substring stage, at the size of a large corpus.

    python benchmarks/bench_join.py [--rows 30_000_000] [--memory-mb 700] [--repeated 0.1] [--work DIR]

The rows are random windows in runs of 40, as documents give them; a share of the runs stands in a second document too.
They are written by one process and joined by another, whose peak memory (RSS) is reported, with its CPU and wall time.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

RUN, FILE_ROWS = 40, 2_000_000


def write_rows(rows: int, repeated: float, folder: Path) -> int:
    """Window rows in files; how many of them stand in an earlier document too."""
    draw = np.random.default_rng(1)
    sources = []
    for number, start in enumerate(range(0, rows, FILE_ROWS)):
        runs = min(FILE_ROWS, rows - start) // RUN
        documents = start // RUN + np.arange(runs)
        source = np.where(draw.random(runs) < repeated, documents // 2, documents)  # an earlier document's windows
        sources.append(source)
        hashes = pl.Series((source[:, None] * RUN + np.arange(RUN)).ravel()).hash(7)
        keys = (documents.astype(np.uint64)[:, None] << np.uint64(32)) + np.arange(RUN, dtype=np.uint64)
        frame = pl.DataFrame({"hash": hashes, "key": keys.ravel()})
        frame[draw.permutation(frame.height)].write_parquet(folder / f"windows-{number:03d}.parquet")
    drawn = np.concatenate(sources)
    return (len(drawn) - len(np.unique(drawn))) * RUN


def join_rows(folder: Path, memory_mb: int) -> dict[str, float]:
    """The files joined, in this process: spans found, seconds, peak memory."""
    from apothecary.curate.spans import join_windows

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    spans, _ = join_windows(sorted(folder.glob("windows-*.parquet")), folder, 50, 10, memory_mb)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "spans": spans.height,
        "windows in spans": int((spans["end"] - spans["start"] - 49).cast(pl.Int64).sum()),
        "wall s": round(time.perf_counter() - start, 1),
        "CPU s": round(usage.ru_utime + usage.ru_stime, 1),
        "RSS MB before": round(before),
        "peak RSS MB": round(usage.ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=30_000_000)
    parser.add_argument("--memory-mb", type=int, default=700)
    parser.add_argument("--repeated", type=float, default=0.1)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--join", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.join:
        print(json.dumps(join_rows(chosen.join, chosen.memory_mb)))
        return
    with tempfile.TemporaryDirectory(dir=chosen.work) as name:
        twice = write_rows(chosen.rows, chosen.repeated, Path(name))
        command = [sys.executable, __file__, "--join", name, "--memory-mb", str(chosen.memory_mb)]
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"{chosen.rows:,} window rows, {twice:,} of them in an earlier document; memory_limit {chosen.memory_mb} MB")
    print("  ".join(f"{what}: {value:,}" for what, value in done.items()))


if __name__ == "__main__":
    main()
