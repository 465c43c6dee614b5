"""R1, R5: SIGKILL at any moment, other numbers of workers afterwards: the same bytes, nothing left over."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from engine_toy import ROOM, end_toy, hash_tree, kill_toy, make_reference, start_toy

KILLS_A_SEED = 20
SIZE = {"shards": 6, "sleep_s": 0.01}


def test_kill_at_random_moments_leaves_the_same_tree(tmp_path):
    """60 kills of everything, the parent alone or one worker, in three rows of runs side by side."""
    expected = make_reference(tmp_path / "reference", **SIZE)
    with ThreadPoolExecutor(3) as threads:
        rows = list(threads.map(lambda seed: kill_and_resume(tmp_path / f"seed-{seed}", seed, expected), range(3)))
    kills = {target: sum(row[target] for row in rows) for target in rows[0]}
    assert sum(kills.values()) >= 60 and all(kills.values()), kills


def kill_and_resume(root: Path, seed: int, expected: dict[str, str]) -> dict[str, int]:
    """Runs that are killed up to six times each and then let end, until there were enough kills."""
    chance = random.Random(seed)
    kills = {"group": 0, "parent": 0, "worker": 0}
    runs = 0
    while sum(kills.values()) < KILLS_A_SEED:
        runs += 1
        folder = root / f"run-{runs}"
        for attempt in range(50):
            process = start_toy(folder, workers=chance.randint(1, 4), **SIZE)
            if attempt >= 6 or not kill_somewhere(process, chance, kills):
                code, output = end_toy(process)
                if code == 0:
                    break
                assert "a worker process was killed by SIGKILL" in output and "Traceback" not in output
        assert hash_tree(folder) == expected, f"seed {seed}, run {runs}"
    assert end_toy(start_toy(folder, **SIZE)) == (0, "")
    assert hash_tree(folder) == expected
    return kills


def kill_somewhere(process, chance, kills):
    """Wait a little, then kill all, the parent alone or one worker; True when nobody is left to wait for."""
    time.sleep(chance.uniform(0.02, 0.5))
    target = chance.choice(["group", "parent", "worker"])
    if process.poll() is not None:
        return False
    if target == "group":
        kills["group"] += 1
        kill_toy(process)
        return True
    try:
        children = psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return False
    if target == "parent":
        kills["parent"] += 1
        os.kill(process.pid, signal.SIGKILL)
        end_toy(process)  # returns when the workers have let go of its output, too
        return True
    if children:
        kills["worker"] += 1
        os.kill(chance.choice(children).pid, signal.SIGKILL)
    return False


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return make_reference(tmp_path_factory.mktemp("reference") / "run", shards=8)


@pytest.mark.parametrize(("first", "second"), [(1, 4), (4, 1), (2, 3), (3, 8), (8, 2), (1, 2)])
def test_resume_with_other_workers_gives_the_same_tree(tmp_path, expected, first, second):
    folder = tmp_path / "run"
    process = start_toy(folder, shards=8, sleep_s=0.04, workers=first)
    wait_for_records(folder, 2)
    kill_toy(process)
    done = count_records(folder)
    assert 2 <= done < 8
    assert end_toy(start_toy(folder, shards=8, workers=second)) == (0, "")
    assert hash_tree(folder) == expected


def wait_for_records(folder: Path, number: int) -> None:
    deadline = time.monotonic() + 20
    while count_records(folder) < number:
        assert time.monotonic() < deadline
        time.sleep(0.002)


def count_records(folder: Path) -> int:
    return len(list((folder / ROOM / "done").glob("*.json")))


def test_workers_end_when_the_parent_is_killed(tmp_path):
    process = start_toy(tmp_path / "run", workers=2, sleep_s=5.0)
    deadline = time.monotonic() + 20
    while len(children := psutil.Process(process.pid).children()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=3)
    assert not alive
    end_toy(process)
    assert end_toy(start_toy(tmp_path / "run")) == (0, "")
