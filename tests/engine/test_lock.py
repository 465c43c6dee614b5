from __future__ import annotations

import errno
import fcntl
import json
import os
import socket

import pytest

from apothecary.engine import lock
from apothecary.engine.lock import RunLock, list_held
from apothecary.errors import RunLockedError


def describe(**changes):
    own = {"pid": os.getpid(), "host": socket.gethostname(), "started": "2026-01-01T00:00:00+00:00"}
    return json.dumps(own | {"ticks": lock._read_start_ticks(os.getpid())} | changes)


def test_lock_says_who_owns_and_goes_with_the_owner(tmp_path):
    folder = tmp_path / "new" / "run"
    with RunLock(folder) as owned:
        assert len(list_held()) == 1
        owner = json.loads((folder / ".lock").read_text())
        assert owner["pid"] == os.getpid() and owner["host"] == socket.gethostname() and owner["started"][:2] == "20"
        with pytest.raises(RunLockedError, match=f"process {os.getpid()} on"), RunLock(folder):
            pass
    assert not owned.path.exists() and list_held() == []
    with RunLock(folder):
        pass


def test_lock_is_let_go_after_an_error(tmp_path):
    with pytest.raises(KeyError), RunLock(tmp_path):
        raise KeyError
    with RunLock(tmp_path):
        pass


@pytest.mark.parametrize(
    ("text", "is_free"),
    [
        ("", True),
        (describe(), False),
        (describe(ticks="1"), True),
        (describe(pid=2**22 + 1), True),
        (describe(pid="x"), True),
        (describe(host="another-machine"), False),
    ],
    ids=["new", "alive", "reused-pid", "dead", "garbage", "another-host"],
)
def test_without_flock_the_recorded_owner_counts(tmp_path, monkeypatch, text, is_free):
    def refuse(descriptor, operation):
        raise OSError(errno.ENOTSUP, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(lock, "ORPHANS_WAIT_S", 0.1)
    (tmp_path / ".lock").write_text(text)
    if is_free:
        with RunLock(tmp_path):
            pass
        return
    with pytest.raises(RunLockedError, match="in the hands of process"), RunLock(tmp_path):
        pass


def test_other_errors_of_the_lock_are_not_hidden(tmp_path, monkeypatch):
    def refuse(descriptor, operation):
        raise OSError(errno.EBADF, "broken")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="broken"), RunLock(tmp_path):
        pass
