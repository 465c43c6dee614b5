"""A recipe in, how long, how much memory and how much disk it takes on this machine out: two small real runs, a line.

Each probe is `apothecary run` of the recipe in a process of its own and a folder that is removed. Two sizes tell what
every run costs (starting, opening the knowledge base) from what every row costs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apothecary.engine.commit import read_json, write_bytes
from apothecary.errors import RunError
from apothecary.recipe import Recipe, dump_recipe

LARGE_ROWS, SMALL_ROWS = 120_000, 20_000
LEAST_ROWS = 1_000
LOOK_S = 0.2
CODE = "from apothecary.cli import main; main()"


@dataclass(frozen=True)
class Probe:
    """One small run: rows asked and made, seconds on the clock and of the processor, peak bytes, bytes on disk.

    `made` counts the surplus; `run_bytes` are those of all rooms but gather.
    """

    rows: int
    made: int
    shard_rows: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    run_bytes: int
    gather_bytes: int
    dataset_bytes: int
    manifests: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """A cost that every run has, and one for each row."""

    fixed: float
    per_row: float

    def at(self, rows: float) -> float:
        """What so many rows cost."""
        return self.fixed + self.per_row * rows


def choose_sizes(rows: int) -> tuple[int, int]:
    """Rows of a recipe to the rows of two probes: short beside the run, but long enough to tell rows from the start."""
    large = min(LARGE_ROWS, max(LEAST_ROWS, rows // 2))
    return max(LEAST_ROWS // 4, min(SMALL_ROWS, large // 6)), large


def run_probes(recipe: Recipe, *, workers: int, folder: Path | None = None) -> tuple[Probe, Probe]:
    """The small and the large probe of a recipe; RunError with the run's own message when one fails."""
    small, large = choose_sizes(recipe.rows)
    with tempfile.TemporaryDirectory(prefix="apothecary-plan-", dir=folder) as place:
        return tuple(run_probe(recipe, rows, workers, Path(place)) for rows in (small, large))  # type: ignore[return-value]


def run_probe(recipe: Recipe, rows: int, workers: int, place: Path) -> Probe:
    """One run of `rows` rows, with as many shards as workers, in a process of its own."""
    shard_rows = max(1, min(recipe.shard_rows, -(-rows // workers)))
    probe = recipe.model_copy(update={"rows": rows, "shard_rows": shard_rows})
    path, out = place / f"recipe-{rows}.yaml", place / f"run-{rows}"
    write_bytes(path, dump_recipe(probe).encode())
    command = [sys.executable, "-c", CODE, "run", str(path), "--out", str(out), "--workers", str(workers), "--quiet"]
    start, cpu = time.perf_counter(), count_cpu()
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            peak = watch_memory(process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    seconds, cpu = time.perf_counter() - start, count_cpu() - cpu
    if process.returncode:
        said_text = (place / "said").read_text("utf-8", "replace").strip()
        what = f"the probe of {rows:,} rows ended with {process.returncode}: {said_text[-2000:] or 'no message'}"
        raise RunError(what, where="a small run of the recipe", hint="apothecary validate RECIPE, or --no-probe")
    manifests = {room: read_json(out / room / "manifest.json") for room in ("gather", "generate", "curate", "export")}
    sizes = {room: sum(entry["bytes"] for entry in told["files"]) for room, told in manifests.items()}
    data = [entry["bytes"] for entry in manifests["export"]["files"] if entry["rows"]]
    made = int(manifests["generate"]["rows"])
    run_bytes = sum(sizes.values()) - sizes["gather"]
    return Probe(rows, made, shard_rows, seconds, cpu, peak, run_bytes, sizes["gather"], sum(data), manifests)


def count_cpu() -> float:
    """Seconds of the processor that all ended processes below this one have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def watch_memory(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; the most bytes that it and all below it held at once, 0 where the system does not tell."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(read_share(number) for number in list_family(process.pid)))
        time.sleep(LOOK_S)
    return peak


def list_family(root: int) -> list[int]:
    """A process id and those of all processes below it (Linux; elsewhere only the first)."""
    found, waiting = [], [root]
    while waiting:
        number = waiting.pop()
        found.append(number)
        for path in Path(f"/proc/{number}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in path.read_text().split()]
            except OSError:
                continue
    return found


def read_share(number: int) -> int:
    """The proportional set size of a process in bytes (shared pages count once among all), 0 when it is gone."""
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def time_rows(small: Probe, large: Probe, workers: int) -> Line:
    """Two probes to the seconds on the clock of a run: to start, and for each row.

    What a row costs is told by the processor's seconds, which other work on the machine hardly changes; how many of
    them go into a second on the clock is told by the rows that the large probe has more, or, where the machine was too
    busy for that (more or far less than the workers can give), by the whole of the large probe.
    """
    cpu = draw_line((small.made, small.cpu_seconds), (large.made, large.cpu_seconds))
    whole = min(float(workers), large.cpu_seconds / large.seconds)
    more_s, more_cpu = large.seconds - small.seconds, large.cpu_seconds - small.cpu_seconds
    side_by_side = more_cpu / more_s if more_s > 0 and whole / 2 <= more_cpu / more_s <= 1.2 * workers else whole
    per_row = cpu.per_row / side_by_side
    return Line(max(0.0, large.seconds - per_row * large.made), per_row)


def draw_line(small: tuple[float, float], large: tuple[float, float], *, may_be_flat: bool = False) -> Line:
    """Two points (rows, cost) to a line.

    Where the larger costs no more, or starting would cost less than nothing, the cost is laid on the rows, which is the
    dear side; or, if it may be flat, on no row at all.
    """
    (rows, cost), (more_rows, more_cost) = small, large
    slope = (more_cost - cost) / (more_rows - rows) if more_rows > rows else 0.0
    if slope > 0 and cost >= slope * rows:
        return Line(cost - slope * rows, slope)
    return Line(max(cost, more_cost), 0.0) if may_be_flat else Line(0.0, more_cost / max(1.0, more_rows))
