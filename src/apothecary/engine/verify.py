"""What a room folder holds against what it says it holds: damage found by hashing, strays found by name.

A done record is valid when its seal holds, it was written for the same inputs and payload, and every file it names has
the size and SHA-256 it says. Everything in `data/` and `done/` that no valid record accounts for is a stray.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apothecary.engine.commit import hash_file, is_temp, read_sealed, remove_file
from apothecary.engine.shard import (
    DATA_FOLDER,
    DONE_FOLDER,
    MANIFEST_NAME,
    FileEntry,
    Shard,
    ShardRecord,
    check_file_path,
    hash_payload,
    read_record,
    record_path,
)
from apothecary.errors import RunDamagedError, RunError

HASH_THREADS = 4  # hashing lets go of the interpreter lock


@dataclass(frozen=True)
class Damage:
    """One file that is not what was committed: its path, relative to the room folder, and what is wrong with it."""

    path: str
    what: str


def verify_room(folder: Path, manifest: Mapping[str, Any] | None = None) -> list[Damage]:
    """Hash every file that the manifest and the done records name; the damages out, none when all is well.

    With `manifest` (as returned by `run_room`) the manifest on disk must be that one. A folder without a manifest is an
    unfinished room: its done records are checked, and nothing is called missing.
    """
    path = folder / MANIFEST_NAME
    damages: list[Damage] = []
    content: dict[str, Any] = {}
    if path.exists() or manifest is not None:
        try:
            content = read_sealed(path)
            if manifest is not None and content != manifest:
                damages.append(Damage(MANIFEST_NAME, "not the manifest expected"))
        except RunDamagedError as error:
            damages.append(Damage(MANIFEST_NAME, error.what))
    names = content.get("shards") or sorted(file.stem for file in (folder / DONE_FOLDER).glob("*.json"))
    records, broken = read_records(folder, names)
    damages += broken
    for name in records if content else ():
        if read_record(record_path(folder, name))[1].get("inputs") != content.get("inputs"):
            damages.append(Damage(f"{DONE_FOLDER}/{name}.json", "the record of another room"))
    entries = {entry.path: entry for record in records.values() for entry in record.files}
    for entry in (FileEntry(**item) for item in content.get("files", [])):
        check_file_path(entry.path)
        if entries.setdefault(entry.path, entry) != entry:
            damages.append(Damage(entry.path, "the manifest and the done record differ"))
    damages += check_files(folder, entries.values())
    known = set(entries) | {f"{DONE_FOLDER}/{name}.json" for name in names}
    damages += [Damage(stray, "no record names this file") for stray in list_strays(folder, known)]
    return damages


def repair_room(folder: Path) -> None:
    """Remove a finished room's manifest, so that `run_room` checks every file and makes the damaged shards again."""
    remove_file(folder / MANIFEST_NAME)


def read_records(folder: Path, names: Iterable[str]) -> tuple[dict[str, ShardRecord], list[Damage]]:
    """The readable done records of the shards named, and the damaged ones."""
    records: dict[str, ShardRecord] = {}
    damages: list[Damage] = []
    for name in names:
        path = record_path(folder, name)
        try:
            records[name], _ = read_record(path)
        except RunDamagedError as error:
            damages.append(Damage(f"{DONE_FOLDER}/{path.name}", error.what))
    return records, damages


def check_files(folder: Path, entries: Iterable[FileEntry]) -> list[Damage]:
    """Hash the files named; the damages among them out."""
    with ThreadPoolExecutor(HASH_THREADS) as threads:
        return [damage for damage in threads.map(lambda entry: _check_file(folder, entry), entries) if damage]


def _check_file(folder: Path, entry: FileEntry) -> Damage | None:
    path = folder / entry.path
    if not path.is_file():
        return Damage(entry.path, "missing")
    size = path.stat().st_size
    if size != entry.bytes:
        return Damage(entry.path, f"{size:,} bytes instead of {entry.bytes:,}")
    if hash_file(path) != entry.sha256:
        return Damage(entry.path, "the content does not match its SHA-256")
    return None


def refuse_foreign_folder(folder: Path) -> None:
    """Raise RunError when a folder holds files but was not made by a run: nothing in it may be removed."""
    if folder.is_dir() and not (folder / DONE_FOLDER).is_dir() and any(not is_temp(path) for path in folder.iterdir()):
        raise RunError(
            "this folder holds files that no run has made",
            where=str(folder),
            expected="an empty folder or one of an earlier run",
            hint="choose another folder with --out",
        )


def keep_valid_records(folder: Path, shards: Iterable[Shard], inputs: str) -> dict[str, ShardRecord]:
    """The records of the shards that need not be made again; every other file of `data/` and `done/` is removed.

    Valid means: sealed, for these inputs and this payload, all files whole.
    """
    kept: dict[str, ShardRecord] = {}
    for shard in shards:
        try:
            record, content = read_record(record_path(folder, shard.name))
        except RunDamagedError:
            continue
        if content["inputs"] == inputs and content["payload"] == hash_payload(shard):
            kept[shard.name] = record
    damaged = {damage.path for damage in check_files(folder, list_entries(kept.values()))}
    for name in [name for name, rec in kept.items() if damaged & {entry.path for entry in rec.files}]:
        del kept[name]
    remove_strays(folder, kept, {entry.path for entry in list_entries(kept.values())})
    return kept


def list_entries(records: Iterable[ShardRecord]) -> list[FileEntry]:
    """The files of all records, in order."""
    return [entry for record in records for entry in record.files]


def remove_strays(folder: Path, names: Iterable[str], paths: set[str]) -> None:
    """Remove what neither belongs to the shards named nor is one of the data files at `paths`."""
    for stray in list_strays(folder, paths | {f"{DONE_FOLDER}/{name}.json" for name in names}):
        remove_file(folder / stray)


def list_strays(folder: Path, known: set[str]) -> list[str]:
    """Files of `data/` and `done/` that are not among those known, and temporary files anywhere in the room.

    Done records come first: a record must be gone before its files are.
    """
    found = [path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink()]
    strays = []
    for path in found:
        name = path.relative_to(folder).as_posix()
        if is_temp(path) or (name not in known and name.split("/")[0] in {DATA_FOLDER, DONE_FOLDER}):
            strays.append(name)
    return sorted(strays, key=lambda name: (not name.startswith(f"{DONE_FOLDER}/"), name))
