"""One run, one owner: a lock on `<run>/.lock` that the kernel lets go of when the owner and its workers have ended.

The file says who the owner is (pid, host, start time); the lock itself is flock(2), so no kill leaves it behind and
no reused pid is taken for the owner. Worker processes inherit it: a new run cannot start while a killed run's workers
still write. Where the file system has no flock, a recorded owner that is alive, or on another host, counts as owner.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from apothecary.engine.commit import explain_storage, make_folder
from apothecary.errors import RunLockedError

LOCK_NAME = ".lock"
DYING_WAIT_S = 1.0
ORPHANS_WAIT_S = 5.0  # how long the workers of a killed owner may take to end
_RETRY_WAIT_S = 0.02
_NO_FLOCK = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}

_held: set[int] = set()


def list_held() -> list[int]:
    """The descriptors of the locks this process holds, for worker processes to inherit."""
    return sorted(_held)


class RunLock:
    """Context manager that owns a run folder; raises RunLockedError, naming the owner, when another process does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK_NAME
        self._descriptor = -1

    def __enter__(self) -> RunLock:
        with explain_storage(self.path.parent):
            make_folder(self.path.parent)
            self._descriptor = self._take()
            _held.add(self._descriptor)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(_describe_self(), sort_keys=True).encode() + b"\n", 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink()
        _held.discard(self._descriptor)
        os.close(self._descriptor)

    def _take(self) -> int:
        """A locked descriptor of the lock file that stands at the path now."""
        start = time.monotonic()
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            owner = _read_owner(descriptor)
            is_locked = _try_flock(descriptor, owner)
            if is_locked and self._is_current(descriptor):
                return descriptor
            os.close(descriptor)
            if is_locked:
                continue
            # A killed owner may still be on its way out of a system call, so that it looks alive for a moment.
            patience_s = DYING_WAIT_S if _is_owner_alive(owner) else ORPHANS_WAIT_S
            if time.monotonic() - start > patience_s:
                raise self._explain(owner)
            time.sleep(_RETRY_WAIT_S)

    def _is_current(self, descriptor: int) -> bool:
        """False when the file was removed, or replaced, between opening and locking it."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        return False

    def _explain(self, owner: dict[str, Any]) -> RunLockedError:
        name = "another process"
        if owner:
            name = f"process {owner['pid']} on {owner['host']}, started {owner['started']}"
        return RunLockedError(
            f"this run is in the hands of {name}",
            where=str(self.path.parent),
            expected="one owner a run",
            hint=f"wait for it or stop it; if it is surely gone, remove {self.path}",
        )


def _try_flock(descriptor: int, owner: dict[str, Any]) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_FLOCK:
            raise
        return not owner or (owner["host"] == socket.gethostname() and not _is_owner_alive(owner))
    return True


def _describe_self() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "ticks": _read_start_ticks(os.getpid()),
    }


def _read_owner(descriptor: int) -> dict[str, Any]:
    """What the lock file says; empty when it is new, half-written or not ours."""
    with contextlib.suppress(ValueError):
        owner = json.loads(os.pread(descriptor, 4096, 0))
        if isinstance(owner, dict) and {"pid", "host", "started", "ticks"} <= owner.keys():
            return owner
    return {}


def _is_owner_alive(owner: dict[str, Any]) -> bool:
    """Whether the recorded owner runs on this host; a process of the same pid but another start time is not it."""
    if not owner or owner["host"] != socket.gethostname():
        return False
    try:
        os.kill(owner["pid"], 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, TypeError):
        return False
    return bool(_read_start_ticks(owner["pid"]) == owner["ticks"])


def _read_start_ticks(pid: int) -> str:
    """The start time of a process in clock ticks since boot, or "" where /proc does not tell."""
    with contextlib.suppress(OSError, IndexError):
        text = Path(f"/proc/{pid}/stat").read_text()
        return text.rsplit(")", 1)[1].split()[19]
    return ""
