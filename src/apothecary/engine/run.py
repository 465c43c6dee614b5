"""A room's shards in, a finished room folder out: `data/`, `done/` and, last of all, `manifest.json`.

The same shards, inputs and context give the same bytes, for any number of workers and after any interruption:

    manifest = run_room(folder, "generate", shards, make_rows, context={"pack": "pharma"}, inputs=fingerprint,
                        workers=2, progress=make_progress())

    def make_rows(shard: Shard, folder: ShardFolder, context: dict) -> dict:      # runs in a worker process
        tables = load_once(read_tables, context)                                    # once a process
        folder.write_parquet(f"data/{shard.name}.parquet", render(tables, shard.payload))
        return {"rows": 1000}

A shard is skipped when its done record is valid for the same inputs and payload and its files still have their hashes.
What is half-written or belongs to no record is removed. Readers open what the manifest names and never list folders.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apothecary.engine.commit import encode_json, explain_storage, make_folder, read_sealed, remove_file, write_sealed
from apothecary.engine.pool import RunInterrupted, StopRequest, run_pool
from apothecary.engine.shard import (
    DATA_FOLDER,
    DONE_FOLDER,
    FORMAT,
    MANIFEST_NAME,
    FileEntry,
    Shard,
    ShardFolder,
    ShardRecord,
    Work,
    check_books,
    hash_payload,
    load_once,
    sum_books,
)
from apothecary.engine.verify import (
    Damage,
    keep_valid_records,
    list_entries,
    refuse_foreign_folder,
    remove_strays,
    repair_room,
    verify_room,
)
from apothecary.engine.worker import Job
from apothecary.errors import RunDamagedError, RunError

if TYPE_CHECKING:
    from apothecary.engine.progress import Progress

__all__ = [
    "Damage",
    "FileEntry",
    "RunInterrupted",
    "Shard",
    "ShardFolder",
    "ShardRecord",
    "Work",
    "load_once",
    "read_manifest",
    "repair_room",
    "run_room",
    "verify_room",
]

Summarise = Callable[[list[ShardRecord]], dict[str, Any]]

_log = logging.getLogger("apothecary.engine")


def run_room(
    folder: Path,
    room: str,
    shards: Sequence[Shard],
    work: Work,
    *,
    context: dict[str, Any],
    inputs: str,
    workers: int,
    progress: Progress,
    summarise: Summarise | None = None,
) -> dict[str, Any]:
    """Make what is missing of a room and commit its manifest; the manifest out.

    `work` is a module-level function, run in worker processes; `context` is JSON-able and goes to each of them;
    `inputs` is the fingerprint of everything the room reads; `summarise` adds keys to the manifest from the records in
    shard order. A finished room for the same inputs and shards is returned as it is.
    Raises RunInterrupted after SIGINT or SIGTERM, RunError when a worker dies, StorageError, VerdictError when books do
    not balance, and whatever ApothecaryError the work raises. In every case what was finished is kept.
    """
    _check_plan(shards, workers)
    plan = {"format": FORMAT, "room": room, "inputs": inputs, "plan": hash_plan(shards)}
    rows = sum(shard.rows for shard in shards)
    with StopRequest() as stop, explain_storage(folder):
        finished = _read_finished(folder, plan)
        records = {} if finished else _prepare_folder(folder, shards, inputs)
        missing = [] if finished else [shard for shard in shards if shard.name not in records]
        progress.start(room, rows)
        progress.advance(rows - sum(shard.rows for shard in missing))
        _log.info("%s starts", room, extra={"data": {"shards": len(shards), "missing": len(missing)}})

        def remember(shard: Shard, record: ShardRecord) -> None:
            records[shard.name] = record
            progress.advance(shard.rows)
            _log.info("%s: shard %s is done", room, shard.name)

        try:
            run_pool(Job(folder, work, context, inputs), missing, workers, stop, remember)
            if finished is None:
                ordered = [records[shard.name] for shard in shards]
                finished = write_sealed(folder / MANIFEST_NAME, build_manifest(plan, ordered, summarise))
            stop.raise_if_heard()
        finally:
            progress.finish()
        _log.info("%s is done", room, extra={"data": {"workers": workers}})
        return finished


def read_manifest(folder: Path) -> dict[str, Any]:
    """A room folder in, its manifest out; raises RunDamagedError when it is missing or changed."""
    return read_sealed(folder / MANIFEST_NAME)


def build_manifest(
    plan: dict[str, Any], records: Sequence[ShardRecord], summarise: Summarise | None = None
) -> dict[str, Any]:
    """The plan's keys and the records in shard order in, the manifest's content out.

    It says nothing about times, processes or workers. Raises VerdictError when the summed books do not balance.
    """
    files = list_entries(records)
    doubled = _find_doubled(entry.path for entry in files)
    if doubled:
        raise ValueError(f"two shards wrote {doubled}")
    books = sum_books(record.books for record in records)
    check_books(books, where=plan["room"])
    manifest = plan | {
        "shards": [record.name for record in records],
        "rows": sum(entry.rows for entry in files),
        "files": [vars(entry) for entry in files],
        "books": books,
    }
    extra = summarise(list(records)) if summarise else {}
    if manifest.keys() & extra.keys():
        raise ValueError(f"summarise must not name {sorted(manifest.keys() & extra.keys())}")
    return manifest | extra


def hash_plan(shards: Sequence[Shard]) -> str:
    """The SHA-256 of the shards' names and payloads, in order."""
    return hashlib.sha256(encode_json([[shard.name, hash_payload(shard)] for shard in shards])).hexdigest()


def _check_plan(shards: Sequence[Shard], workers: int) -> None:
    doubled = _find_doubled(shard.name for shard in shards)
    if doubled:
        raise ValueError(f"two shards have the name {doubled}")
    if workers < 1:
        raise RunError(f"{workers} workers cannot work", expected="a whole number from 1", hint="--workers 2")


def _find_doubled(names: Iterable[str]) -> str:
    return next((name for name, count in Counter(names).items() if count > 1), "")


def _read_finished(folder: Path, plan: dict[str, Any]) -> dict[str, Any] | None:
    """The manifest of a room that is done for this plan, its files in place by size; else None."""
    try:
        manifest = read_manifest(folder)
    except RunDamagedError:
        return None
    if any(manifest.get(key) != value for key, value in plan.items()):
        return None
    files = [FileEntry(**entry) for entry in manifest["files"]]
    if any(not (folder / file.path).is_file() or (folder / file.path).stat().st_size != file.bytes for file in files):
        return None
    remove_strays(folder, manifest["shards"], {file.path for file in files})
    return manifest


def _prepare_folder(folder: Path, shards: Sequence[Shard], inputs: str) -> dict[str, ShardRecord]:
    """Make the room's folders, remove what is no good, and return the records of the shards that are done."""
    refuse_foreign_folder(folder)
    if (folder / MANIFEST_NAME).exists():
        remove_file(folder / MANIFEST_NAME)  # first: a dataset exists when its manifest exists
    records = keep_valid_records(folder, shards, inputs)
    make_folder(folder / DONE_FOLDER)  # before data/: it marks the folder as a run's own
    make_folder(folder / DATA_FOLDER)
    return records
