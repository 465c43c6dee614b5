from __future__ import annotations

import os
import pickle
import signal
import threading
import time

import engine_works as works
import psutil
import pytest

from apothecary.engine import pool
from apothecary.engine.pool import RunInterrupted, StopRequest, run_pool
from apothecary.engine.shard import Shard
from apothecary.engine.worker import Job
from apothecary.errors import RunError

SHARDS = [Shard(str(number), {}) for number in range(3)]


def list_workers():
    """The child processes that a pool started: other tests may have left helpers of the standard library."""
    return [child for child in psutil.Process().children() if any("run_worker" in part for part in child.cmdline())]


def run(folder, work, workers=2, context=None, stop=None):
    done = []
    (folder / "done").mkdir(exist_ok=True)
    job = Job(folder, work, context or {}, "i")
    run_pool(job, SHARDS, workers, stop or StopRequest(), lambda shard, record: done.append(shard.name))
    return sorted(done)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_shard_is_done_once_and_no_worker_lives_on(tmp_path, workers):
    assert run(tmp_path, works.tell_process, workers) == ["0", "1", "2"]
    assert list_workers() == []


def test_no_worker_lives_on_after_an_error(tmp_path):
    with pytest.raises(KeyError):
        run(tmp_path, works.bug)
    assert list_workers() == []


def test_shards_that_take_too_long_after_a_signal_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "GRACE_S", 0.2)
    threading.Timer(0.8, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(RunInterrupted, match="SIGINT"), StopRequest() as stop:
        run(tmp_path, works.sleep_long, context={"sleep_s": 30}, stop=stop)
    assert time.monotonic() - started < 5
    assert list_workers() == [] and not list((tmp_path / "done").iterdir())


def test_signal_that_nobody_asked_about_is_raised_at_the_end_of_the_block():
    with pytest.raises(RunInterrupted) as caught, StopRequest() as outer:
        with StopRequest():
            signal.raise_signal(signal.SIGTERM)
        pytest.fail("the inner block swallowed the signal")
    assert caught.value.exit_code == 143 and not outer.number


def test_inner_block_knows_what_the_outer_one_heard():
    with pytest.raises(RunInterrupted), StopRequest():
        signal.raise_signal(signal.SIGINT)
        with StopRequest() as inner:
            inner.raise_if_heard()
            pytest.fail("the inner block did not know")


def test_second_signal_raises_at_once():
    with pytest.raises(RunInterrupted) as caught, StopRequest() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.number == signal.SIGINT and not stop.is_overdue()
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.exit_code == 143
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_signals_are_left_alone_outside_the_main_thread():
    heard = []

    def enter():
        with StopRequest() as stop:
            heard.append(stop.number)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert heard == [0] and signal.getsignal(signal.SIGINT) == before


def test_interruption_survives_pickling():
    error = pickle.loads(pickle.dumps(RunInterrupted(signal.SIGINT)))
    assert isinstance(error, RunError) and error.exit_code == 130 and "SIGINT" in str(error)


def test_work_that_cannot_be_imported_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(works.leave, "__module__", "no_such_module")
    monkeypatch.setitem(__import__("sys").modules, "no_such_module", works)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        run(tmp_path, works.leave)
