"""The unit of work and of resume: a shard in, its committed files and its done record out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from apothecary.engine.commit import (
    encode_json,
    explain_storage,
    make_folder,
    read_sealed,
    write_bytes,
    write_file,
    write_sealed,
)
from apothecary.errors import RunDamagedError, VerdictError

if TYPE_CHECKING:
    import polars as pl

FORMAT = 1
DATA_FOLDER, DONE_FOLDER, MANIFEST_NAME = "data", "done", "manifest.json"

_SHARD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CONTEXT_FREE = "-"
_loaded: tuple[str, Any] = (_CONTEXT_FREE, None)

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """One unit of work: a name that is fit for a file, and a small JSON-able payload.

    A number `rows` in the payload is what progress shows for the shard.
    """

    name: str
    payload: dict[str, Any]

    def __post_init__(self) -> None:
        if not _SHARD_NAME.fullmatch(self.name):
            raise ValueError(f"a shard's name must be letters, digits, '.', '_' and '-', not {self.name!r}")

    @property
    def rows(self) -> int:
        """The rows expected, 1 where the payload does not say."""
        return int(self.payload.get("rows", 1))


@dataclass(frozen=True)
class FileEntry:
    """One committed data file: path relative to the room folder, rows, bytes and SHA-256."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class ShardRecord:
    """What a finished shard left: its files, in the order they were written, and its books."""

    name: str
    files: list[FileEntry] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)


@dataclass
class ShardFolder:
    """Where a shard writes: commits each file into the room folder and remembers its entry."""

    folder: Path
    files: list[FileEntry] = field(default_factory=list)

    def write_parquet(self, path: str, frame: pl.DataFrame, **options: Any) -> FileEntry:
        """An eager frame in, a committed Parquet file out; `path` is relative to the room folder ("data/...")."""
        return self.write_with(path, lambda temp: frame.write_parquet(temp, **options), rows=frame.height)

    def write_bytes(self, path: str, data: bytes, rows: int = 0) -> FileEntry:
        """Bytes in, a committed file out."""
        target = self._prepare(path)
        return self._remember(path, rows, write_bytes(target, data))

    def write_with(self, path: str, write: Callable[[Path], object], rows: int = 0) -> FileEntry:
        """A function that writes to the path it is given in, a committed file out."""
        target = self._prepare(path)
        return self._remember(path, rows, write_file(target, write))

    def _prepare(self, path: str) -> Path:
        check_file_path(path)
        target = self.folder / path
        make_folder(target.parent)
        return target

    def _remember(self, path: str, rows: int, record: Any) -> FileEntry:
        entry = FileEntry(path, rows, record.bytes, record.sha256)
        self.files.append(entry)
        return entry


# Runs in a worker process: the shard, where it writes, and the room's context in; the shard's books out.
Work: TypeAlias = Callable[[Shard, ShardFolder, dict[str, Any]], dict[str, Any]]


def load_once(load: Callable[[dict[str, Any]], T], context: dict[str, Any]) -> T:
    """`load(context)`, made once a process: the way for a work function to keep its tables between shards.

    `load` is a module-level function. The last result is kept, by the function's name and the content of `context`.
    """
    global _loaded
    key = f"{load.__module__}.{load.__qualname__}:{encode_json(context).decode()}"
    if _loaded[0] != key:
        _loaded = (_CONTEXT_FREE, None)  # free the old tables first
        _loaded = (key, load(context))
    loaded: T = _loaded[1]
    return loaded


def make_shard(shard: Shard, folder: Path, work: Work, context: dict[str, Any], inputs: str) -> ShardRecord:
    """Do one shard's work and commit its done record, last; raises VerdictError when its books do not balance."""
    with explain_storage(folder):
        target = ShardFolder(folder)
        books = work(shard, target, context)
        check_books(books, where=f"{folder.name}, shard {shard.name}")
        record = ShardRecord(shard.name, target.files, books)
        write_sealed(record_path(folder, shard.name), encode_record(record, shard, inputs))
    return record


def record_path(folder: Path, name: str) -> Path:
    """Where the done record of a shard stands."""
    return folder / DONE_FOLDER / f"{name}.json"


def hash_payload(shard: Shard) -> str:
    """The SHA-256 of a shard's payload: a record of the same name but another payload is not this shard's."""
    return hashlib.sha256(encode_json(shard.payload)).hexdigest()


def encode_record(record: ShardRecord, shard: Shard, inputs: str) -> dict[str, Any]:
    """The content of a done record."""
    return {
        "format": FORMAT,
        "name": record.name,
        "inputs": inputs,
        "payload": hash_payload(shard),
        "files": [vars(entry) for entry in record.files],
        "books": record.books,
    }


def read_record(path: Path) -> tuple[ShardRecord, dict[str, Any]]:
    """A done record's file in, the record and the whole content out; raises RunDamagedError."""
    content = read_sealed(path)
    try:
        files = [FileEntry(**entry) for entry in content["files"]]
        for entry in files:
            check_file_path(entry.path)
        if content["name"] != path.stem or content["format"] != FORMAT:
            raise ValueError("another shard's record")
        return ShardRecord(content["name"], files, content["books"]), content
    except (KeyError, TypeError, ValueError) as error:
        raise RunDamagedError("a done record is not what its name says", where=str(path)) from error


def check_file_path(path: str) -> None:
    """Raise ValueError when a path leaves the room folder or names the engine's own files."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or parts[0] in {DONE_FOLDER, MANIFEST_NAME}:
        raise ValueError(f"a shard's file must lie in the room folder, beside {DONE_FOLDER}/, not at {path!r}")


def check_books(books: dict[str, Any], where: str) -> None:
    """Raise VerdictError where read = kept + dropped + failed does not hold; books are nested dicts of counts."""
    for path, component in _walk_books(books, ()):
        if "read" not in component:
            continue
        kept = component.get("kept", 0)
        parts = {name: _sum_counts(component.get(name, {})) for name in ("dropped", "failed")}
        if component["read"] != kept + parts["dropped"] + parts["failed"]:
            raise VerdictError(
                f"the books of {'.'.join(path) or 'the shard'} do not balance",
                where=where,
                expected=f"read {component['read']:,} = kept {kept:,} + dropped {parts['dropped']:,}"
                f" + failed {parts['failed']:,}",
                hint="this is a bug in the component; the shard was not committed",
            )


def _walk_books(books: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    yield path, books
    for name, value in books.items():
        if isinstance(value, dict):
            yield from _walk_books(value, (*path, name))
        elif isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"books hold whole numbers, not {value!r} for {'.'.join((*path, name))}")


def _sum_counts(counts: int | dict[str, Any]) -> int:
    return counts if isinstance(counts, int) else sum(_sum_counts(value) for value in counts.values())


def sum_books(all_books: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Books in, one book with every number summed out."""
    total: dict[str, Any] = {}
    for books in all_books:
        for name, value in books.items():
            if isinstance(value, dict):
                total[name] = sum_books((total.get(name, {}), value))
            else:
                total[name] = total.get(name, 0) + value
    return total
