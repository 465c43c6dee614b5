"""Every request and its outcome in one SQLite file, by the key of the request: nothing is paid twice.

The file is in WAL mode, so that an outcome stays when the process is killed right after; a power cut may lose the last
seconds, never the file. Several processes share it: who claims a key asks, the others wait for the outcome. A claim
ends when its owner ends (same host) or when its time is over (another host). Not for network file systems.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from apothecary.engine.llm.request import Outcome, Request, decode_outcome, parse_request
from apothecary.errors import StorageError

BUSY_WAIT_S = 60.0
CLAIM_S = 900.0

_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, outcome TEXT, reason TEXT, owner TEXT, until REAL
);
CREATE TABLE IF NOT EXISTS spent (
    run TEXT, model TEXT, calls INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER, usd REAL, seconds REAL,
    PRIMARY KEY (run, model)
);
"""


class Cache:
    """The file, opened. A context manager; one object serves one thread, many processes may have the file open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{_read_start_ticks(os.getpid())}"
        with self.explain():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.database = sqlite3.connect(path, timeout=BUSY_WAIT_S, isolation_level=None)
            self._turn_on_wal()
            self.database.execute("PRAGMA synchronous = NORMAL")
            self.database.executescript(_TABLES)

    def _turn_on_wal(self) -> None:
        """SQLite does not wait for others at this one change, as it does at every write (sqlite.org/wal.html)."""
        deadline = time.monotonic() + BUSY_WAIT_S
        while True:
            try:
                self.database.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of this process's claims and of the file."""
        with self.explain():
            if self.owner:
                self.database.execute("UPDATE entries SET owner = NULL, until = NULL WHERE owner = ?", (self.owner,))
            self.database.close()
            self.owner = ""

    @contextlib.contextmanager
    def explain(self) -> Iterator[None]:
        """Say what a failure of the file means."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.ProgrammingError):
                raise
            raise StorageError(
                f"the cache of answers cannot be used: {error}",
                where=str(self.path),
                expected="a SQLite file of this program on a local disk with space left",
                hint="free space or name another file; a damaged one can be mended with: sqlite3 FILE .recover",
            ) from error

    def get(self, key: str) -> Outcome | None:
        """The outcome of a key, if there is one."""
        with self.explain():
            found = self.database.execute("SELECT outcome FROM entries WHERE key = ?", (key,)).fetchone()
        return decode_outcome(found[0]) if found and found[0] is not None else None

    def put(self, request: Request, outcome: Outcome) -> None:
        """Keep an outcome; the first one of a key stays, whoever comes later."""
        row = (request.key, request.rendered, outcome.encode(), outcome.reason)
        with self.explain():
            self.database.execute(
                "INSERT INTO entries (key, request, outcome, reason) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE "
                "SET outcome = excluded.outcome, reason = excluded.reason, owner = NULL, until = NULL "
                "WHERE outcome IS NULL",
                row,
            )

    def claim(self, request: Request) -> bool:
        """True when this process may ask; False when another one is asking, or has the outcome since."""
        with self.explain():
            if self._try_claim(request):
                return True
            found = self.database.execute("SELECT owner FROM entries WHERE key = ?", (request.key,)).fetchone()
            if not found or not found[0] or _is_alive(found[0]):
                return False
            self.database.execute(
                "UPDATE entries SET owner = NULL, until = NULL WHERE key = ? AND owner = ?", (request.key, found[0])
            )
            return self._try_claim(request)

    def _try_claim(self, request: Request) -> bool:
        now = time.time()
        done = self.database.execute(
            "INSERT INTO entries (key, request, owner, until) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE "
            "SET owner = excluded.owner, until = excluded.until "
            "WHERE outcome IS NULL AND (owner IS NULL OR owner = excluded.owner OR until < ?)",
            (request.key, request.rendered, self.owner, now + CLAIM_S, now),
        )
        return done.rowcount == 1

    def release(self, key: str) -> None:
        """Give a claim back without an outcome, so that another process or a later run asks."""
        with self.explain():
            self.database.execute(
                "UPDATE entries SET owner = NULL, until = NULL WHERE key = ? AND owner = ?", (key, self.owner)
            )

    def remember(self, request: Request) -> bool:
        """Note a request that a batch will answer; False when its outcome is already there."""
        with self.explain():
            self.database.execute(
                "INSERT OR IGNORE INTO entries (key, request) VALUES (?, ?)", (request.key, request.rendered)
            )
        return self.get(request.key) is None

    def find_request(self, key: str) -> Request | None:
        """The request of a key, answered or not."""
        with self.explain():
            found = self.database.execute("SELECT request FROM entries WHERE key = ?", (key,)).fetchone()
        return parse_request(found[0]) if found else None

    def count(self) -> dict[str, int]:
        """Reason to number of outcomes; the empty reason counts the answers."""
        with self.explain():
            rows = self.database.execute(
                "SELECT reason, count(*) FROM entries WHERE outcome IS NOT NULL GROUP BY reason ORDER BY reason"
            ).fetchall()
        return dict(rows)

    def forget(self, reason: str) -> int:
        """Drop the outcomes of one reason, so that they are asked again; how many there were."""
        with self.explain():
            return self.database.execute("DELETE FROM entries WHERE reason = ?", (reason,)).rowcount

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Many writes as one: all of them stand in the file afterwards, or none."""
        with self.explain():
            self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        with self.explain():
            self.database.execute("COMMIT")


def _is_alive(owner: str) -> bool:
    """Whether the process of a claim still runs; one on another host counts as running until its time is over."""
    host, pid, ticks = owner.rsplit(":", 2)
    return host != socket.gethostname() or _read_start_ticks(int(pid)) == int(ticks) != 0


def _read_start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since boot; 0 when there is none, 1 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        pass
    try:
        os.kill(pid, 0)
    except PermissionError:
        return 1
    except (ProcessLookupError, OverflowError):
        return 0
    return 1
