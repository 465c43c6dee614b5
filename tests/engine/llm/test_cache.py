"""The cache: first outcome stays, claims hold between processes and fall with their owner, kill -9 loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apothecary.engine.llm import cache as cache_module
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.request import Answer, Outcome, Request
from apothecary.errors import StorageError

ASK = Request("m", (("user", "q"),))
GOOD = Outcome(ASK.key, Answer(("a",), ("stop",)))

WRITER = """
import sys
from pathlib import Path
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.request import Answer, Outcome, Request
cache = Cache(Path(sys.argv[1]))
for number in range(1_000_000):
    request = Request("m", (("user", f"q{number}"),))
    assert cache.claim(request)
    cache.put(request, Outcome(request.key, Answer((f"a{number}",), ("stop",))))
    print(number, flush=True)
"""


def test_outcome_is_found_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "answers.sqlite"
    with Cache(path) as cache:
        assert cache.get(ASK.key) is None
        cache.put(ASK, GOOD)
    with Cache(path) as cache:
        found = cache.get(ASK.key)
        assert found is not None and found.from_cache and found.answer == GOOD.answer
        assert cache.find_request(ASK.key) == ASK
        assert cache.count() == {"": 1}


def test_first_outcome_stays(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        cache.put(ASK, GOOD)
        cache.put(ASK, Outcome(ASK.key, reason="echo"))
        assert cache.get(ASK.key).answer == GOOD.answer  # type: ignore[union-attr]


def test_claim_is_for_one(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as one, Cache(tmp_path / "c") as two:
        two.owner = f"elsewhere:1:{os.getpid()}"
        assert one.claim(ASK)
        assert not two.claim(ASK)
        one.release(ASK.key)
        assert two.claim(ASK)
        two.put(ASK, GOOD)
        assert not one.claim(ASK)


def test_claim_of_the_dead_and_of_the_late_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cache(tmp_path / "c") as one, Cache(tmp_path / "c") as two:
        host = one.owner.rsplit(":", 2)[0]
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        two.owner = f"{host}:{gone.pid}:5"
        assert two.claim(ASK)
        assert one.claim(ASK)
        one.release(ASK.key)
        two.owner = "elsewhere:1:1"
        monkeypatch.setattr(cache_module, "CLAIM_S", -1.0)
        assert two.claim(ASK)
        assert one.claim(ASK)


def test_closing_lets_go_of_claims(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        assert cache.claim(ASK)
    with Cache(tmp_path / "c") as cache:
        cache.owner = "elsewhere:1:1"
        assert cache.claim(ASK)


def test_kill_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "c"
    printed = 0
    for _ in range(3):
        code = WRITER.replace('f"q{', f'f"{os.urandom(4).hex()}q{{')
        with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(30)]
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().splitlines()
        printed += len([line for line in lines if line.strip()])
        with Cache(path) as cache:
            assert cache.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert cache.count()[""] >= printed


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    code = WRITER.replace("1_000_000", "150").replace("assert cache.claim(request)", "mine = cache.claim(request)")
    code = code.replace("    cache.put", "    if mine: cache.put").replace(
        "print(number, flush=True)", "print(int(mine))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "c")], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    claimed = sum(process.communicate(timeout=30)[0].count("1") for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert claimed == 150
    with Cache(tmp_path / "c") as cache:
        assert cache.count() == {"": 150}


def test_many_processes_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from apothecary.engine.llm.cache import Cache\n"
    code += "while time.time() < float(sys.argv[2]): pass\nCache(Path(sys.argv[1])).close()"
    for number in range(3):
        start = str(time.time() + 1.5)
        running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / f"{number}"), start]) for _ in range(4)]
        assert [process.wait(30) for process in running] == [0] * 4


def test_forget_one_reason(tmp_path: Path) -> None:
    other = Request("m", (("user", "r"),))
    with Cache(tmp_path / "c") as cache:
        cache.put(ASK, GOOD)
        cache.put(other, Outcome(other.key, reason="echo"))
        assert cache.forget("echo") == 1
        assert cache.count() == {"": 1}


def test_hold_is_all_or_nothing(tmp_path: Path) -> None:
    with Cache(tmp_path / "c") as cache:
        with pytest.raises(ZeroDivisionError), cache.hold():
            cache.put(ASK, GOOD)
            raise ZeroDivisionError
        assert cache.get(ASK.key) is None


def test_damaged_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"no database " * 1000)
    with pytest.raises(StorageError, match="hint:"):
        Cache(tmp_path / "c")


def test_claims_are_quick(tmp_path: Path) -> None:
    start = time.monotonic()
    with Cache(tmp_path / "c") as cache:
        for number in range(500):
            request = Request("m", (("user", str(number)),))
            assert cache.claim(request)
            cache.put(request, GOOD)
    assert time.monotonic() - start < 5
