"""R16: SIGINT and SIGTERM: exit code 130 or 143 within 10 s, finished shards are kept; the second ends at once."""

from __future__ import annotations

import os
import signal
import time

import pytest
from engine_toy import ROOM, end_toy, hash_tree, make_reference, start_toy


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return make_reference(tmp_path_factory.mktemp("reference") / "run")


def wait_for_work(folder, records=0):
    """Until workers have begun, and so many shards are done."""
    deadline = time.monotonic() + 20
    while not (folder / ROOM / "data").is_dir() or len(list((folder / ROOM / "done").glob("*.json"))) < records:
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("to_group", [False, True], ids=["parent", "group"])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("records", [0, 2])
def test_signal_keeps_finished_shards_and_says_its_number(tmp_path, expected, number, workers, to_group, records):
    folder = tmp_path / "run"
    process = start_toy(folder, sleep_s=0.08, workers=workers)
    wait_for_work(folder, records)
    started = time.monotonic()
    (os.killpg if to_group else os.kill)(process.pid, number)
    code, output = end_toy(process)
    assert time.monotonic() - started < 10
    assert code == 128 + number, output
    assert f"stopped by {number.name}" in output and "resume" in output and "Traceback" not in output
    assert not list(folder.rglob("*.tmp"))
    assert end_toy(start_toy(folder)) == (0, "")
    assert hash_tree(folder) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_second_signal_ends_at_once(tmp_path, number):
    folder = tmp_path / "run"
    process = start_toy(folder, sleep_s=6.0, workers=2)
    wait_for_work(folder)
    time.sleep(0.2)
    os.kill(process.pid, number)
    time.sleep(0.2)
    assert process.poll() is None
    started = time.monotonic()
    os.kill(process.pid, number)
    code, output = end_toy(process)
    assert code == 128 + number and time.monotonic() - started < 2, output
    assert "Traceback" not in output
    assert end_toy(start_toy(folder)) == (0, "")
