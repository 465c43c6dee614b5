"""The room in order: verify every example, bring equal prompts together, and write who is not kept and why.

Two passes of shard tasks make a shuffle: `curate/verify/` reads each file of examples once and leaves its verdicts and
its keys sorted by bucket; `curate/` then works bucket by bucket. A bucket is sized by rows, so memory does not grow
with the run. The books of both passes stand in the manifest of `curate/`.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any

from apothecary.curate.duplicates import decide_duplicates, name_rows, read_bucket
from apothecary.curate.keys import BUCKET_BITS
from apothecary.curate.verdicts import write_books
from apothecary.curate.verify import verify_shard
from apothecary.engine.commit import make_folder, read_json
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, ShardRecord, run_room
from apothecary.recipe import Recipe

BUCKET_ROWS = 2_000_000


def run_curate(run: Path, recipe: Recipe, *, inputs: str, workers: int, progress: Progress) -> dict[str, Any]:
    """A run whose examples are made to the verdict tables about them; returns the manifest of the room.

    Raises VerdictError when the books do not balance, and what the engine raises.
    """
    made = read_json(run / "generate" / "manifest.json")
    shards = [
        Shard(Path(entry["path"]).stem, {"path": entry["path"], "file": file, "rows": entry["rows"]})
        for file, entry in enumerate(made["files"])
    ]
    folder = run / "curate"
    verified = run_room(
        folder / "verify",
        "verify",
        shards,
        verify_shard,
        context={"run": str(run)},
        inputs=inputs,
        workers=workers,
        progress=progress,
        summarise=None,
    )
    make_folder(folder / "done")  # says that this folder is a room's, though `verify/` was there first
    keys = [entry["path"] for entry in verified["files"] if entry["path"].startswith("data/keys-")]

    def summarise(records: list[ShardRecord]) -> dict[str, Any]:
        return {"funnel": join_books(verified["books"], [record.books for record in records])}

    return run_room(
        folder,
        "curate",
        plan_buckets(verified["books"]["kept"], BUCKET_ROWS),
        settle_bucket,
        context={"run": str(run), "keys": keys, "examples": [entry["path"] for entry in made["files"]]},
        inputs=inputs,
        workers=workers,
        progress=progress,
        summarise=summarise,
    )


def plan_buckets(rows: int, bucket_rows: int) -> list[Shard]:
    """The number of keys to shards, each a range of bucket numbers with about `bucket_rows` keys."""
    size = 1 << BUCKET_BITS
    count = min(size, max(1, ceil(rows / bucket_rows)))
    return [
        Shard(
            f"{index:05d}", {"low": size * index // count, "high": size * (index + 1) // count, "rows": rows // count}
        )
        for index in range(count)
    ]


def settle_bucket(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One bucket of keys to the verdicts about its duplicates and contradictions."""
    run = Path(context["run"])
    keys = read_bucket(
        [run / "curate" / "verify" / path for path in context["keys"]], shard.payload["low"], shard.payload["high"]
    )
    read = keys.height
    decided = decide_duplicates(keys)
    del keys
    verdicts = name_rows(decided, [run / "generate" / path for path in context["examples"]])
    folder.write_parquet(f"data/duplicates-{shard.name}.parquet", verdicts, compression="zstd")
    return write_books(read, verdicts)


def join_books(verified: dict[str, Any], settled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The books of the first pass and of each bucket to the funnel: one entry a component, in order."""
    dropped: dict[str, int] = {}
    for books in settled:
        for reason, count in books["dropped"].items():
            dropped[reason] = dropped.get(reason, 0) + count
    unique = {
        "read": sum(books["read"] for books in settled),
        "kept": sum(books["kept"] for books in settled),
        "dropped": dict(sorted(dropped.items())),
        "failed": {},
    }
    return [{"component": "verify", **verified}, {"component": "deduplicate", **unique}]
