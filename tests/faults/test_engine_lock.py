"""R8: two runs in one folder: the second stops at once and names the owner; a killed run's lock holds nobody up."""

from __future__ import annotations

import json
import os
import signal
import socket
import time

import pytest
from engine_toy import end_toy, hash_tree, kill_toy, make_reference, start_toy


def wait_for_owner(folder, process):
    deadline = time.monotonic() + 20
    lock = folder / ".lock"
    while not (lock.exists() and lock.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_second_run_stops_and_names_the_owner(tmp_path):
    expected = make_reference(tmp_path / "reference")
    folder = tmp_path / "run"
    owner = start_toy(folder, sleep_s=1.2)
    wait_for_owner(folder, owner)
    for _ in range(5):
        started = time.monotonic()
        code, output = end_toy(start_toy(folder))
        assert code == 2 and time.monotonic() - started < 2
        assert f"process {owner.pid} on {socket.gethostname()}, started 20" in output and "hint:" in output
    assert end_toy(owner) == (0, "")
    assert hash_tree(folder) == expected
    assert not (folder / ".lock").exists()


def test_runs_that_start_together_do_no_damage(tmp_path):
    expected = make_reference(tmp_path / "reference")
    for number in range(6):
        folder = tmp_path / f"run-{number}"
        ends = [end_toy(process) for process in [start_toy(folder, sleep_s=0.03) for _ in range(3)]]
        assert {code for code, _ in ends} <= {0, 2} and (0, "") in ends
        assert hash_tree(folder) == expected


@pytest.mark.parametrize("only_parent", [False, True], ids=["group", "parent"])
def test_lock_of_a_killed_run_is_taken_over(tmp_path, only_parent):
    folder = tmp_path / "run"
    process = start_toy(folder, sleep_s=0.5, workers=2)
    wait_for_owner(folder, process)
    if only_parent:
        os.kill(process.pid, signal.SIGKILL)
    else:
        kill_toy(process)
    assert end_toy(start_toy(folder)) == (0, "")
    end_toy(process)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"pid": 1}',
        json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": "2020", "ticks": "1"}),
        json.dumps({"pid": 1, "host": "another-machine", "started": "2020", "ticks": "1"}),
    ],
    ids=["empty", "garbage", "list", "half", "reused-pid", "another-host"],
)
def test_stale_lock_is_taken_over_whatever_it_says(tmp_path, text):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / ".lock").write_text(text)
    assert end_toy(start_toy(folder)) == (0, "")
