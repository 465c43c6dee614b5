"""A worker process: takes shards from a socket, makes them, and ends at once when the parent has died.

Started as a fresh interpreter, not forked: a fork of a process with Polars threads can hang. Signals from the terminal
are the parent's business; a worker finishes its shard or is killed.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from apothecary.engine.shard import Shard, Work, make_shard
from apothecary.errors import ApothecaryError, RunError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Job:
    """What a worker needs to know before its first shard."""

    folder: Path
    work: Work
    context: dict[str, Any]
    inputs: str


def run_worker(descriptor: int) -> None:
    """Serve a parent over the connected socket `descriptor` until it has gone."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # the parent blocked them while it started us
    connection: Connection[Any, Any] = Connection(descriptor)
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_watch_parent, args=(connection, messages), daemon=True).start()
    try:
        job: Job = pickle.loads(messages.get())
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        connection.send((None, _make_portable(error)))
        return
    while True:
        shard: Shard = pickle.loads(messages.get())
        connection.send(_try_shard(job, shard))


def _watch_parent(connection: Connection[Any, Any], messages: queue.SimpleQueue[bytes]) -> None:
    """Hand on what the parent sends; the end of the stream means it has died, and nothing may be written any more."""
    while True:
        try:
            messages.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(1)


def _try_shard(job: Job, shard: Shard) -> tuple[Any, BaseException | None]:
    """The shard's record and None, or None and the error."""
    try:
        return make_shard(shard, job.folder, job.work, job.context, job.inputs), None
    except MemoryError:
        return None, RunError(
            "a worker ran out of memory",
            where=f"{job.folder}, shard {shard.name}",
            hint="use fewer workers: apothecary resume RUN --workers 1",
        )
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        error.add_note(f"in {job.folder.name}, shard {shard.name}")
        return None, _make_portable(error)


def _make_portable(error: BaseException) -> BaseException:
    """The error itself where it survives pickling, else a RuntimeError with its traceback as text."""
    if isinstance(error, ApothecaryError):
        return error
    text = "".join(traceback.format_exception(error))
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - any class may fail in its own way
        return RuntimeError(text)
    copy.add_note(f"in a worker process:\n{text}")
    return copy  # type: ignore[no-any-return]
