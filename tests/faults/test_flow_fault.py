"""R2, R4 on the whole flow: failures and kills at file operations of every room, a full disk in every room."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_toy import hash_tree
from flow_runs import Flow, Reference, try_each

from apothecary.flow import ROOMS

POINTS = 12
FAILURES = ["fail:ENOSPC@{}", "fail:EIO@{}", "fail:ENOSPC@{}+"]
PAGE = 4096


def spread(count: int, shift: float) -> list[int]:
    """Operations, from 1, spread evenly over all."""
    return sorted({1 + int((number + shift) * count / POINTS) for number in range(POINTS)})


def run_with_fault(flow: Flow, out: Path, fault: str) -> tuple[int, str]:
    return flow.run(out, APOTHECARY_FAULT=fault, APOTHECARY_FAULT_COUNT=str(out.with_suffix(".count")))


def name_target(operation: str) -> str:
    """The name of the file that an operation serves."""
    name = Path(operation.partition(" /")[2]).name
    return re.sub(r"^\.(.*)\.\d+\.tmp$", r"\1", name)


def test_failures_are_explained_and_mended_by_the_next_run(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    def try_failure(item: tuple[str, int]) -> None:
        failure, number = item
        out = tmp_path / f"fail-{number}"
        code, output = run_with_fault(flow, out, failure.format(number))
        operation = reference.operations[number - 1]
        assert code == 2, f"{operation}: {output}"
        assert name_target(operation) in output, f"{operation}: {output}"
        assert "hint: " in output and "Traceback" not in output, output
        assert_goes_on(flow, reference, out, f"{failure} {operation}")

    try_each(try_failure, zip(itertools.cycle(FAILURES), spread(len(reference.operations), 0.2)))


def test_kills_at_operations_are_mended_by_the_next_run(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    def try_kill(number: int) -> None:
        out = tmp_path / f"kill-{number}"
        code, output = run_with_fault(flow, out, f"kill@{number}")
        operation = reference.operations[number - 1]
        assert code == -9 or (code == 2 and "a worker process was killed by SIGKILL" in output), f"{code} {output}"
        assert "Traceback" not in output
        assert_goes_on(flow, reference, out, operation)

    try_each(try_kill, spread(len(reference.operations), 0.7))


def assert_goes_on(flow: Flow, reference: Reference, out: Path, told: str) -> None:
    """What stands is whole, and the same command ends in the same tree."""
    for path, sha256 in hash_tree(out).items():
        assert reference.tree.get(path) == sha256 or path.endswith(".tmp"), f"{told}: {path}"
    code, output = flow.run(out, workers=2)
    assert code == 0, f"{told}: {output}"
    assert hash_tree(out) == reference.tree, told


@pytest.mark.parametrize("room", ROOMS)
def test_full_disk_stops_the_run_and_room_lets_it_end(
    flow: Flow, reference: Reference, small_disk: Callable[..., Path], room: str
) -> None:
    out = small_disk(measure_half(reference.run, room)) / "run"
    code, output = flow.run(out)
    assert code == 2, output
    assert "the disk is full" in output and "bytes are free" in output and "hint: " in output, output
    assert "Traceback" not in output
    assert not (out / room / "manifest.json").exists()
    small_disk(64 * 1024, ",remount")
    code, output = flow.run(out, workers=2)
    assert code == 0, output
    assert hash_tree(out) == reference.tree


def measure_half(run: Path, room: str) -> int:
    """The KB that the rooms before take, and half of this room."""
    before = ROOMS[: ROOMS.index(room)]
    pages = {name: sum(-(-path.stat().st_size // PAGE) for path in (run / name).rglob("*.*")) for name in ROOMS}
    return (sum(pages[name] for name in before) + pages[room] // 2) * PAGE // 1024 + 16  # and run.json, recipe, log
