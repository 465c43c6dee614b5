from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys

import pytest

from apothecary.engine import fault

SCRIPT = """
import sys
from pathlib import Path
from apothecary.engine.commit import write_bytes
for name in "ab":
    write_bytes(Path(sys.argv[1]) / name, b"0123456789")
"""


def run_script(folder, plan, count=None):
    environment = {fault.FAULT_VARIABLE: plan} | ({fault.COUNT_VARIABLE: str(count)} if count else {})
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], env=os.environ | environment, capture_output=True
    )


def test_point_does_nothing_when_off(tmp_path, monkeypatch):
    monkeypatch.delenv(fault.FAULT_VARIABLE, raising=False)
    before = fault._passed
    fault.point("write", tmp_path)
    assert fault._passed == before


@pytest.mark.parametrize(("plan", "hits"), [("fail:ENOSPC@2", [2]), ("fail:EIO@2+", [2, 3, 4])])
def test_failures_come_once_or_from_there_on(tmp_path, monkeypatch, plan, hits):
    monkeypatch.setenv(fault.FAULT_VARIABLE, plan)
    monkeypatch.setattr(fault, "_passed", 0)
    seen = []
    for number in range(1, 5):
        try:
            fault.point("write", tmp_path)
        except OSError as error:
            assert error.errno in {errno.ENOSPC, errno.EIO} and error.filename == str(tmp_path)
            seen.append(number)
    assert seen == hits


@pytest.mark.parametrize("plan", ["kill", "kill@0", "kill@x", "fail@1", "fail:nope@1", "x"])
def test_unknown_plan_is_refused(tmp_path, monkeypatch, plan):
    monkeypatch.setenv(fault.FAULT_VARIABLE, plan)
    with pytest.raises(ValueError, match="APOTHECARY_FAULT must be"):
        fault.point("write", tmp_path)


def test_kill_ends_the_process_between_operations(tmp_path):
    assert run_script(tmp_path, "kill@6").returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(("number", "name"), [(2, ".a."), (5, "a")], ids=["temporary", "final"])
def test_cut_leaves_half_a_file(tmp_path, number, name):
    assert run_script(tmp_path, f"cut@{number}").returncode == -signal.SIGKILL
    (path,) = tmp_path.iterdir()
    assert path.name.startswith(name) and path.read_bytes() == b"01234"


def test_processes_that_share_a_count_count_together(tmp_path):
    count = tmp_path / "count"
    (tmp_path / "out").mkdir()
    assert run_script(tmp_path / "out", "count", count).returncode == 0
    lines = count.read_text().splitlines()
    assert [line.split(" /")[0] for line in lines] == ["create", "write", "sync", "rename", "sync folder"] * 2
    assert run_script(tmp_path / "out", "kill@13", count).returncode == -signal.SIGKILL
    assert len(count.read_text().splitlines()) == 13
