"""The only door through which a run writes files: beside the target, synced, renamed, folder synced.

A reader sees the old file or the new one, never a part. Covered: kill at any point, power cut on a file system that
keeps its promises about fsync, disk full. Not covered: two processes that write the same target at once (the last
rename wins whole), and network file systems that answer fsync before the data is safe.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apothecary.engine import fault
from apothecary.errors import RunDamagedError, StorageError

TEMP_PREFIX, TEMP_SUFFIX = ".", ".tmp"
SEAL = "seal"
PROBE_BYTES = 2**16

_STORAGE_CAUSES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.EIO: "input/output error",
    errno.EFBIG: "the file is too large for the file system",
    errno.EMFILE: "too many open files",
}


@dataclass(frozen=True)
class FileRecord:
    """One committed file: its name, its size and the SHA-256 of its content."""

    path: str
    bytes: int
    sha256: str


def write_file(path: Path, write: Callable[[Path], object]) -> FileRecord:
    """A target and a function that writes a file in; the committed file's record out.

    `write` gets a temporary path in the target's folder. On any error the target is as it was before.
    """
    temp = path.with_name(f"{TEMP_PREFIX}{path.name}.{os.getpid()}{TEMP_SUFFIX}")
    try:
        fault.point("create", temp)
        write(temp)
        fault.point("write", temp)
        size, sha256 = _sync_and_hash(temp)
        fault.point("rename", temp)
        temp.replace(path)
    except BaseException as error:
        is_unclear = isinstance(error, Exception) and not isinstance(error, OSError)
        full = _find_full_disk(temp) if is_unclear else None
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)
        if full:
            raise full from error
        raise
    fault.point("sync folder", path)
    _sync_folder(path.parent)
    return FileRecord(path.name, size, sha256)


def _find_full_disk(temp: Path) -> OSError | None:
    """The error of a disk that takes no more of a file whose writer failed: Polars' own errors do not always say it."""
    if temp.exists():
        try:
            with temp.open("ab") as file:
                file.write(bytes(PROBE_BYTES))
        except OSError as error:
            return OSError(error.errno, error.strerror, str(temp))
    return None


def write_bytes(path: Path, data: bytes) -> FileRecord:
    """Bytes in, the committed file's record out."""
    return write_file(path, lambda temp: _write_all(temp, data))


def _write_all(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def write_json(path: Path, content: object) -> FileRecord:
    """A JSON-able object in, committed as canonical JSON: sorted keys, two spaces, a last newline, no NaN."""
    return write_bytes(path, encode_json(content))


def encode_json(content: object) -> bytes:
    """The canonical JSON bytes of an object."""
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def read_json(path: Path) -> Any:
    """The content of a JSON file; raises RunDamagedError when it is missing or no JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RunDamagedError("a file is missing", where=str(path), hint="apothecary resume RUN") from None
    except (ValueError, RecursionError):
        raise RunDamagedError("a file is not JSON", where=str(path), hint="apothecary verify RUN") from None


def write_sealed(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """A dict in, committed with a `seal` (SHA-256 of its canonical JSON) so that `read_sealed` sees any change."""
    sealed = content | {SEAL: hashlib.sha256(encode_json(content)).hexdigest()}
    write_json(path, sealed)
    return sealed


def read_sealed(path: Path) -> dict[str, Any]:
    """The dict of a sealed file; raises RunDamagedError when a single byte differs from what was written."""
    content = read_json(path)
    if isinstance(content, dict):
        body = {key: value for key, value in content.items() if key != SEAL}
        with contextlib.suppress(ValueError):
            if (
                content.get(SEAL) == hashlib.sha256(encode_json(body)).hexdigest()
                and encode_json(content) == path.read_bytes()
            ):
                return content
    raise RunDamagedError("a file does not match its seal", where=str(path), hint="apothecary verify RUN")


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_folder(path: Path) -> None:
    """Make a folder and its missing parents, each synced into its own parent."""
    if path.is_dir():
        return
    make_folder(path.parent)
    fault.point("make folder", path)
    path.mkdir(exist_ok=True)
    _sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there, and sync its folder."""
    fault.point("remove", path)
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def is_temp(path: Path) -> bool:
    """Whether a path is a temporary file of `write_file`."""
    return path.name.startswith(TEMP_PREFIX) and path.name.endswith(TEMP_SUFFIX)


@contextlib.contextmanager
def explain_storage(folder: Path) -> Iterator[None]:
    """Turn an OSError about storage into a StorageError that says how many bytes are free and what to do."""
    try:
        yield
    except Exception as error:
        cause = _STORAGE_CAUSES.get(_find_errno(error))
        if cause is None:
            raise
        named = getattr(error, "filename", None)
        raise StorageError(
            f"cannot read or write: {cause}",
            where=str(named or folder),
            expected=f"room and permission to write; {_count_free_bytes(folder):,} bytes are free there",
            hint="make room (or choose another folder with --out), then: apothecary resume RUN",
        ) from error


def _find_errno(error: Exception) -> int:
    """The errno of an OSError, or the one Polars quotes as "(os error 28)" in its own errors; else 0."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    quoted = re.search(r"\(os error (\d+)\)", str(error))
    return int(quoted[1]) if quoted else 0


def _count_free_bytes(folder: Path) -> int:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _sync_and_hash(path: Path) -> tuple[int, str]:
    """Sync a file's content to disk; its size and SHA-256, read once."""
    with path.open("rb") as file:
        fault.point("sync", path)
        os.fsync(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
