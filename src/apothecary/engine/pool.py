"""Worker processes: start them, feed them shards, hear what became of each, and stop them in every case."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from types import FrameType
from typing import Any

from apothecary.engine.lock import list_held
from apothecary.engine.shard import Shard, ShardRecord
from apothecary.engine.worker import STOP_SIGNALS, Job
from apothecary.errors import RunError

GRACE_S = 8.0  # how long current shards may take to finish after a signal
_TICK_S = 0.1
_START = (
    "import json,sys; sys.path[:]=json.loads(sys.argv[2]);"
    "from apothecary.engine.worker import run_worker; run_worker(int(sys.argv[1]))"
)
# One thread each: many processes of one thread were faster than one of many, and the bytes cannot depend on it.
_WORKER_ENVIRONMENT = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    # Polars' allocator hands freed pages back after five seconds, about two shards: sooner, and a fifth of the time
    # goes into getting them again; later (as by default), and a worker keeps 400 MB it does not use.
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:5000,muzzy_decay_ms:0",
}


class RunInterrupted(RunError):
    """A signal stopped the run; what was finished is kept. The exit code is 128 + the signal's number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.exit_code = 128 + number
        super().__init__(
            f"stopped by {signal.Signals(number).name}; every finished shard is kept",
            hint="apothecary resume RUN",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (RunInterrupted, (self.number,))


class StopRequest:
    """Context manager that turns the first SIGINT or SIGTERM into a request and raises RunInterrupted at the second.

    No signal is lost between two of them: one inside another knows what the outer one has heard, and one that has heard
    a signal nobody asked about raises when its block ends.
    """

    def __init__(self) -> None:
        self.number = 0
        self.since = 0.0
        self._former: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._hear) for number in STOP_SIGNALS}
            for handler in self._former.values():
                outer = getattr(handler, "__self__", None)
                if isinstance(outer, StopRequest) and outer.number:
                    self.number, self.since = outer.number, outer.since
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        if kind is None:
            self.raise_if_heard()

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self.number:
            raise RunInterrupted(number)
        self.number, self.since = number, time.monotonic()

    def raise_if_heard(self) -> None:
        """Raise RunInterrupted when a signal has come."""
        if self.number:
            raise RunInterrupted(self.number)

    def is_overdue(self) -> bool:
        """Whether the time to finish current shards is over."""
        return bool(self.number) and time.monotonic() - self.since > GRACE_S


@dataclass
class Worker:
    """One worker process and the parent's end of its socket."""

    process: subprocess.Popen[bytes]
    connection: Connection[Any, Any]
    shard: Shard | None = None


def run_pool(
    job: Job, shards: Sequence[Shard], workers: int, stop: StopRequest, on_done: Callable[[Shard, ShardRecord], None]
) -> None:
    """Make all shards with up to `workers` processes; `on_done` hears of each, in the order they finish.

    The first error ends the feeding; the other workers finish their shard, then the error is raised. Raises RunError
    when a worker dies and RunInterrupted after a signal. No worker lives on after this returns.
    """
    pending = deque(shards)
    error: BaseException | None = None
    with _start_workers(job, min(workers, len(shards))) as pool:
        for worker in pool:
            error = error or _feed(worker, pending)
        while busy := {worker.connection: worker for worker in pool if worker.shard}:
            for connection in wait(list(busy), timeout=_TICK_S):
                worker = busy[connection]  # type: ignore[index]
                failure = _hear_result(worker, on_done)
                error = error or failure
                if not (error or stop.number):
                    error = _feed(worker, pending)
            if stop.is_overdue():
                break
    stop.raise_if_heard()
    if error:
        raise error


def _feed(worker: Worker, pending: deque[Shard]) -> BaseException | None:
    """Give a worker its next shard, if there is one; the error when it has died."""
    worker.shard = pending.popleft() if pending else None
    if worker.shard:
        try:
            worker.connection.send_bytes(pickle.dumps(worker.shard))
        except OSError:
            return _explain_death(worker)
    return None


def _hear_result(worker: Worker, on_done: Callable[[Shard, ShardRecord], None]) -> BaseException | None:
    """Take one message of a busy worker; its error, if it is one."""
    try:
        record, error = worker.connection.recv()
    except (EOFError, OSError):
        return _explain_death(worker)
    shard, worker.shard = worker.shard, None
    if error is None and shard:
        on_done(shard, record)
    return error  # type: ignore[no-any-return]


def _explain_death(worker: Worker) -> RunError:
    shard, worker.shard = worker.shard, None
    code = worker.process.wait()
    cause = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return RunError(
        f"a worker process {cause}",
        where=f"shard {shard.name}" if shard else "",
        expected="workers to live until the room is done; the system kills one when memory runs out",
        hint="apothecary resume RUN (with fewer --workers when memory was the cause)",
    )


@contextlib.contextmanager
def _start_workers(job: Job, count: int) -> Iterator[list[Worker]]:
    """Worker processes that have been told the job; they are gone when the block ends, however it ends."""
    pool: list[Worker] = []
    told = pickle.dumps(job)
    try:
        pool.extend(_start_worker() for _ in range(count))
        for worker in pool:
            with contextlib.suppress(OSError):  # a dead worker is noticed when it is fed
                worker.connection.send_bytes(told)
        yield pool
    finally:
        for worker in pool:  # what an idle worker holds is on disk already, a busy one may be cut at any point
            worker.process.kill()
        for worker in pool:
            worker.process.wait()
            worker.connection.close()


def _start_worker() -> Worker:
    """A fresh interpreter at the other end of a socket; signals stay blocked until it can ignore them."""
    ours, theirs = Pipe()
    held = list_held()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(theirs.fileno()), json.dumps([str(path) for path in sys.path])],
            stdin=subprocess.DEVNULL,
            stdout=2,
            pass_fds=[theirs.fileno(), *held],
            env=os.environ | _WORKER_ENVIRONMENT,
        )
    except BaseException:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
        theirs.close()
    return Worker(process, ours)
