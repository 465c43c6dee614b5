"""What does near-duplicate removal keep and delete, and what does it cost? Ours beside datatrove, text-dedup, semhash.

    python benchmarks/bench_dedup.py [--scale 1.0] [--papers DIR] [--rivals datatrove text-dedup semhash]
                                     [--rival-scale 0.1] [--rows 1000000]

Corpora are planted (see `planted.py`). Each tool works in a process of its own at its defaults; the rivals in
environments made once under the cache folder. CPU seconds are those of the work without imports. `--rows` adds a run
over so many free texts by two workers, as the room does it: keys by shard, then bucket by bucket.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import planted
import planted_long
import polars as pl
import psutil
from bench_run import measure_memory

from apothecary.curate.keys import hash_texts
from apothecary.curate.near import NearMeter, NearSettings, build_near_keys, decide_near, join_sides
from apothecary.gather.wheels import find_cache

RIVALS = {
    "datatrove": ["datatrove[processing,io]==0.10.1", "spacy"],
    "text-dedup": ["text-dedup==0.4.1"],
    "semhash": ["semhash==0.5.0", "pyarrow"],
}
PYTHONS = {"text-dedup": "3.12"}
SHARD_ROWS = 100_000


def main() -> None:
    """Print the table of each corpus, and the run over many rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: 100,000 facts, 60,000 free texts, 40,000 copies")
    parser.add_argument("--papers", type=Path, default=Path("../shared/data/pmc_jats"))
    parser.add_argument("--rivals", nargs="*", default=["datatrove"], choices=list(RIVALS))
    parser.add_argument("--rival-scale", type=float, help="the first corpus for the rivals; left out, as for ours")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--timeout-s", type=int, default=1800, help="of one rival")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        corpora = {"facts": planted.plant_facts(11, options.scale), "long": planted_long.plant_long(13)}
        if options.papers.exists():
            corpora["papers"] = planted.plant_papers(options.papers, 12)
        for name, rows in corpora.items():
            show_corpus(name, rows, work, options)
        if options.rows:
            run_many(options.rows, work)


def show_corpus(name: str, rows: pl.DataFrame, work: Path, options: argparse.Namespace) -> None:
    """Run ours and the rivals over one corpus and print one line each."""
    rows.write_parquet(work / f"{name}.parquet")
    print(f"\n{name}: {rows.height:,} rows, {rows['fact'].n_unique():,} facts", flush=True)
    ours = run_apart(
        [sys.executable, "-c", OURS, str(work / f"{name}.parquet"), str(work / "ours.json")], work / "ours.json"
    )
    show("ours", rows, ours)
    pairs, read = ours["pairs"], ours["read"]
    print(f"{'':12} {pairs:,} pairs compared ({pairs / rows.height:.3f} a row), {read:,} rows read again")
    if name == "facts" and options.rival_scale:
        rows = planted.plant_facts(11, options.rival_scale)
        rows.write_parquet(work / f"{name}.parquet")
        print(f"rivals: {rows.height:,} rows, {rows['fact'].n_unique():,} facts", flush=True)
        repeated = run_apart(
            [sys.executable, "-c", OURS, str(work / f"{name}.parquet"), str(work / "ours.json")], work / "ours.json"
        )
        show("ours", rows, repeated)
    for rival in options.rivals:
        try:
            result = run_rival(rival, work / f"{name}.parquet", work / f"{rival}-{name}", options.timeout_s)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"{rival:12} did not run: {str(error)[-300:]}", flush=True)
        else:
            show(rival, rows, result)


def show(tool: str, rows: pl.DataFrame, result: dict) -> None:
    """One line of the table: facts lost, precision, recall by kind, speed, memory."""
    kept = pl.DataFrame({"id": pl.Series(result["kept"], dtype=pl.String)})
    judged = rows.with_columns(pl.col("id").is_in(kept["id"].implode()).alias("kept"))
    left = judged.filter("kept")["fact"].unique().implode()
    lost = judged.filter(~pl.col("fact").is_in(left))["fact"].n_unique()
    removed = judged.filter(~pl.col("kept"))
    # Of the removed rows of a fact, one too many is removed when none is kept.
    right = removed.height - lost
    speed = rows.height / result["cpu_s"]
    print(
        f"{tool:12} {lost:,} facts lost; precision {right / max(removed.height, 1):.4f} ({removed.height:,} removed);"
        f" {speed:,.0f} docs per CPU s ({result['cpu_s']:.1f} s); peak {result['peak'] / 2**20:,.0f} MiB"
    )
    # At most one copy of a fact is planted, so it is found when a row of its fact went, be it the copy or the first.
    gone = judged.group_by("fact").agg((~pl.col("kept")).any().alias("found"))
    copies = (
        rows.filter(pl.len().over("fact") > 1)
        .join(gone, on="fact")
        .group_by("kind")
        .agg(pl.col("found").mean(), pl.len().alias("n"))
    )
    shown = [f"{kind} {found:.3f}" for kind, found, _ in sorted(copies.rows()) if " " in kind]
    print(f"{'':12} recall: {', '.join(shown)}", flush=True)
    edited = copies.filter(pl.col("kind").str.contains(r"^(free|long|paper) (surface|manner|common|plain)"))
    every = edited["found"].dot(edited["n"]) / max(edited["n"].sum(), 1)
    print(f"{'':12} recall over all edits of free text: {every:.3f}", flush=True)


OURS = """
import sys; sys.path.insert(0, "benchmarks"); import bench_dedup; bench_dedup.run_ours(*sys.argv[1:])
"""


def run_ours(rows_file: str, out: str) -> None:
    """Exact, then near, as the room does it: keys shard by shard to files, decided by bucket, texts read by place."""
    import rensa  # noqa: F401 - imports are not counted, for anyone

    start = time.process_time()
    rows = pl.read_parquet(rows_file, columns=["id", "prompt", "response"])
    meter = NearMeter()
    with tempfile.TemporaryDirectory() as folder:
        high, low = hash_texts(join_sides(rows))
        first = (
            pl.DataFrame({"high": high, "low": low}).select(pl.struct("high", "low").is_first_distinct()).to_series()
        )
        exact = rows.filter(first)
        for file, offset in enumerate(range(0, exact.height, SHARD_ROWS)):
            write_keys(exact.slice(offset, SHARD_ROWS), file, Path(folder))
        merged = settle(Path(folder), [exact.slice(at, SHARD_ROWS) for at in range(0, exact.height, SHARD_ROWS)], meter)
    places = merged["file"].cast(pl.Int64) * SHARD_ROWS + merged["row"]
    kept = exact.with_row_index("n").filter(~pl.col("n").is_in(places.implode()))["id"].to_list()
    spent = time.process_time() - start
    Path(out).write_text(json.dumps({"kept": kept, "cpu_s": spent, "pairs": meter.pairs, "read": meter.rows}))


def write_keys(rows: pl.DataFrame, file: int, folder: Path) -> None:
    """The near keys of one shard, sorted by bucket, as a file."""
    keys = build_near_keys(rows, file, planted.CLOSED).sort("bucket")
    keys.write_parquet(folder / f"keys-{file:05d}.parquet", compression="uncompressed", row_group_size=16_384)


def settle(folder: Path, shards: list[pl.DataFrame], meter: NearMeter) -> pl.DataFrame:
    """All key files as one bucket to the rows that merge."""
    keys = pl.read_parquet(folder / "keys-*.parquet")

    def read_texts(places: pl.DataFrame) -> pl.Series:
        numbered = places.with_row_index("n")
        parts = [
            own.with_columns(join_sides(shards[file][own["row"]]).alias("text"))
            for (file,), own in numbered.group_by("file")
        ]
        return pl.concat(parts).sort("n")["text"]

    return decide_near(keys, read_texts, NearSettings(), meter)


def run_rival(rival: str, rows: Path, work: Path, timeout_s: int) -> dict:
    """A tool in its own environment; what it kept, its CPU seconds and its peak memory."""
    home = find_cache() / "benchmarks" / rival
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        shutil.rmtree(home, ignore_errors=True)
        base = shutil.which(f"python{PYTHONS[rival]}") if rival in PYTHONS else sys.executable
        if base is None:
            raise OSError(f"{rival} needs Python {PYTHONS[rival]}")
        subprocess.run([base, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *RIVALS[rival]], check=True, timeout=timeout_s)
        (home / "installed").touch()
    out = work.with_suffix(".json")
    script = str(Path(__file__).parent / "dedup_rivals.py")
    return run_apart([str(python), script, rival, str(rows), str(work), str(out)], out, timeout_s)


def run_apart(command: list[str], out: Path, timeout_s: int = 3600) -> dict:
    """A command in a process of its own to the JSON it wrote, with its peak memory."""
    start, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        while process.poll() is None:
            peak = max(peak, measure_memory(psutil.Process(process.pid)))
            if time.perf_counter() - start > timeout_s:
                process.kill()
                raise subprocess.TimeoutExpired(command[-3], timeout_s)
            time.sleep(0.2)
        if process.returncode:
            log.seek(0)
            raise subprocess.SubprocessError(log.read()[-300:])
    return json.loads(out.read_text()) | {"peak": peak}


def make_shard(task: tuple[int, int, str]) -> None:
    """One shard of free texts, every tenth of them planted a second time, in another shard perhaps."""
    number, rows, folder = task
    random = planted.make_random(100 + number)
    texts = planted.write_free(random, rows - rows // 10)
    texts += [planted.edit_manner(random, *text) for text in texts[: rows // 10]]
    frame = pl.DataFrame(texts, schema={"prompt": pl.String, "response": pl.String}, orient="row")
    frame.write_parquet(Path(folder) / f"rows-{number:05d}.parquet")


def key_shard(task: tuple[int, str]) -> int:
    """The keys of one shard; bytes of memory at most."""
    number, folder = task
    write_keys(pl.read_parquet(Path(folder) / f"rows-{number:05d}.parquet"), number, Path(folder))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def settle_bucket(task: tuple[int, int, str]) -> tuple[int, int, int]:
    """One bucket: rows merged, pairs compared, bytes of memory at most."""
    low, high, folder = task
    wanted = (pl.col("bucket") >= low) & (pl.col("bucket") < high)
    keys = pl.scan_parquet(Path(folder) / "keys-*.parquet").filter(wanted).collect()

    def read_texts(places: pl.DataFrame) -> pl.Series:
        parts = []
        for (file,), own in places.with_row_index("n").group_by("file"):
            rows = pl.read_parquet(Path(folder) / f"rows-{file:05d}.parquet")[own["row"]]
            parts.append(own.with_columns(join_sides(rows).alias("text")))
        return pl.concat(parts).sort("n")["text"]

    meter = NearMeter()
    merged = decide_near(keys, read_texts, NearSettings(), meter)
    return merged.height, meter.pairs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run_many(rows: int, work: Path) -> None:
    """Free texts by two workers, and print seconds and memory."""
    folder = work / "many"
    folder.mkdir()
    shards = -(-rows // SHARD_ROWS)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(make_shard, [(n, min(SHARD_ROWS, rows - n * SHARD_ROWS), str(folder)) for n in range(shards)]))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        peaks = list(pool.map(key_shard, [(n, str(folder)) for n in range(shards)]))
        keyed = time.perf_counter()
        half = 1 << 15
        settled = list(pool.map(settle_bucket, [(0, half, str(folder)), (half, 2 * half, str(folder))]))
    end, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = max([*peaks, *(one[2] for one in settled)]) / 2**10
    print(
        f"\n{rows:,} free texts, 2 workers: {end - start:.1f} s ({keyed - start:.1f} s keys), {spent:.1f} CPU s;"
        f" {sum(one[0] for one in settled):,} of {shards * (min(SHARD_ROWS, rows) // 10):,} planted merged;"
        f" {sum(one[1] for one in settled):,} pairs; {peak:,.0f} MiB in the larger worker at most"
    )


if __name__ == "__main__":
    main()
