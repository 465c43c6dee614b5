from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Pipe

import engine_works as works
import pytest

from apothecary.engine.shard import Shard
from apothecary.engine.worker import Job


@pytest.fixture
def worker():
    ours, theirs = Pipe()
    script = "import sys; from apothecary.engine.worker import run_worker; run_worker(int(sys.argv[1]))"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "POLARS_MAX_THREADS": "1"},
    )
    theirs.close()
    yield process, ours
    ours.close()
    process.kill()
    process.wait()


def make_job(folder, work, context=None):
    (folder / "done").mkdir(exist_ok=True)
    return pickle.dumps(Job(folder, work, context or {}, "i"))


def test_worker_answers_with_records_and_errors(tmp_path, worker):
    _, connection = worker
    connection.send_bytes(make_job(tmp_path, works.fail_first))
    for name in ("1", "0", "2"):
        connection.send_bytes(pickle.dumps(Shard(name, {})))
        record, error = connection.recv()
        assert (record is None) == (name == "0") == (error is not None)
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["1.json", "2.json"]


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_worker_ends_when_the_parent_is_gone(tmp_path, worker, is_busy):
    process, connection = worker
    connection.send_bytes(make_job(tmp_path, works.sleep_long, {"sleep_s": 30}))
    if is_busy:
        connection.send_bytes(pickle.dumps(Shard("1", {})))
        time.sleep(0.1)
    connection.close()
    assert process.wait(timeout=5) == 1
    assert not list((tmp_path / "done").iterdir())


def test_worker_does_not_hear_the_terminals_signals(tmp_path, worker):
    process, connection = worker
    connection.send_bytes(make_job(tmp_path, works.sleep_long, {"sleep_s": 0.0}))
    connection.send_bytes(pickle.dumps(Shard("1", {})))
    assert connection.recv()[1] is None
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(process.pid, number)
    connection.send_bytes(pickle.dumps(Shard("2", {})))
    assert connection.recv()[1] is None


def test_job_that_cannot_be_read_is_told(worker):
    process, connection = worker
    connection.send_bytes(b"cposix\nnothing\n.")
    record, error = connection.recv()
    assert record is None and isinstance(error, AttributeError)
    assert process.wait(timeout=5) == 0
