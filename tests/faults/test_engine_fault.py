"""R2, R3, R4: fail, cut or kill at every Nth file operation, a power cut, a full disk: the old state or the new."""

from __future__ import annotations

import itertools
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from engine_toy import ROOM, end_toy, hash_tree, make_reference, start_toy

from apothecary.engine.commit import explain_storage, write_file
from apothecary.errors import StorageError

SIZE = {"shards": 2, "files": 1}
FAILURES = itertools.cycle(["fail:EIO@{}", "fail:ENOSPC@{}", "fail:EACCES@{}", "fail:ENOSPC@{}+", "fail:EROFS@{}+"])


def list_operations(folder: Path, **changes: object) -> list[str]:
    """The operations of an undisturbed run, "rename /path" and so on."""
    count = folder.with_suffix(".count")
    environment = {"APOTHECARY_FAULT": "count", "APOTHECARY_FAULT_COUNT": str(count)}
    assert end_toy(start_toy(folder, environment, **changes)) == (0, "")
    return count.read_text().splitlines()


def run_with_fault(folder: Path, fault: str, **changes: object) -> tuple[int, str]:
    count = folder.with_suffix(".count")
    return end_toy(start_toy(folder, {"APOTHECARY_FAULT": fault, "APOTHECARY_FAULT_COUNT": str(count)}, **changes))


def plan_faults(operations: list[str]) -> list[str]:
    """A kill and a failure at each operation, a torn file wherever one is at hand."""
    faults = []
    for number, operation in enumerate(operations, 1):
        faults += [f"kill@{number}", next(FAILURES).format(number)]
        if operation.startswith(("write", "sync")):
            faults.append(f"cut@{number}")
    return faults


def test_fault_at_every_operation_leaves_the_old_state_or_the_new(tmp_path):
    operations = list_operations(tmp_path / "reference", **SIZE)
    expected = hash_tree(tmp_path / "reference")
    assert len(operations) >= 28

    def try_fault(fault: str) -> None:
        folder = tmp_path / fault.replace(":", "-")
        code, output = run_with_fault(folder, fault, **SIZE)
        assert code != 0, fault
        assert "Traceback" not in output, output
        if fault.startswith("fail"):
            assert "cannot read or write" in output and "hint:" in output and str(folder) in output, output
        for path, sha256 in hash_tree(folder).items():
            is_whole = expected.get(path) == sha256
            assert is_whole or path.endswith(".tmp") or fault.startswith("cut"), f"{fault}: {path}"
        assert end_toy(start_toy(folder, **SIZE)) == (0, ""), fault
        assert hash_tree(folder) == expected, fault

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(try_fault, plan_faults(operations)))


def test_kill_at_each_of_the_first_operations_of_a_repair_leaves_the_same_tree(tmp_path):
    expected = make_reference(tmp_path / "reference", **SIZE)
    damaged = tmp_path / "damaged"
    shutil.copytree(tmp_path / "reference", damaged)
    (damaged / ROOM / "data" / "a-00001.bin").write_bytes(b"short")
    (damaged / ROOM / "data" / "stray.bin").write_bytes(b"stray")
    (damaged / ROOM / "data" / ".a-00000.bin.77.tmp").write_bytes(b"torn")
    operations = list_operations(shutil.copytree(damaged, tmp_path / "undisturbed"), **SIZE)
    assert sum(operation.startswith("remove") for operation in operations) >= 5
    assert hash_tree(tmp_path / "undisturbed") == expected

    def try_kill(number: int) -> None:
        folder = shutil.copytree(damaged, tmp_path / f"kill-{number}")
        code, _ = run_with_fault(folder, f"kill@{number}", **SIZE)
        assert code != 0
        assert end_toy(start_toy(folder, **SIZE)) == (0, "")
        assert hash_tree(folder) == expected

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(try_kill, range(1, 13)))


def test_power_cut_at_every_operation_leaves_the_same_tree(tmp_path):
    """Rebuild what a disk may hold when everything not yet synced is lost, or half of it is there; then resume."""
    operations = list_operations(tmp_path / "reference")
    expected = hash_tree(tmp_path / "reference")
    content = {path: (tmp_path / "reference" / path).read_bytes() for path in expected}
    states = {}
    for number in range(len(operations) + 1):
        for keeps_unsynced in (False, True):
            state = replay(operations[:number], tmp_path / "reference", content, keeps_unsynced)
            states[tuple(sorted(state.items()))] = state
    assert len(states) >= 20

    def try_state(item: tuple[int, dict[str, bytes]]) -> None:
        folder = tmp_path / f"state-{item[0]}"
        for path, data in item[1].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        if item[1]:
            (folder / ROOM / "done").mkdir(exist_ok=True)  # made and synced before any file
        assert end_toy(start_toy(folder)) == (0, "")
        assert hash_tree(folder) == expected

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(try_state, enumerate(states.values())))


def replay(operations: list[str], root: Path, content: dict[str, bytes], keeps_unsynced: bool) -> dict[str, bytes]:
    """The files on disk after these operations and a power cut; every rename must find its file synced."""
    state: dict[str, bytes] = {}
    synced: set[str] = set()
    renamed: dict[str, str] = {}
    for operation in operations:
        verb, _, name = operation.partition(" /")
        path = (Path("/") / name).relative_to(root).as_posix() if verb != "make folder" else ""
        target = str(Path(path).parent / Path(path).name[1:].rsplit(".", 2)[0]) if path.endswith(".tmp") else path
        if verb == "write" and keeps_unsynced:
            state[path] = content[target][: len(content[target]) // 2]
        elif verb == "sync":
            synced.add(path)
        elif verb == "rename":
            assert path in synced
            state.pop(path, None)
            renamed[target] = path
            state[target if keeps_unsynced else path] = content[target]
        elif verb == "sync folder":
            state.pop(renamed.pop(target), None)
            state[target] = content[target]
            if target.endswith("manifest.json"):
                assert set(content) <= set(state)
    return state


FULL = {"shards": 4, "rows": 2000}  # 256 KB in all


@pytest.fixture(scope="module")
def expected_full(tmp_path_factory):
    return make_reference(tmp_path_factory.mktemp("reference") / "run", **FULL)


@pytest.mark.parametrize("size_kb", [24, 48, 72, 96, 120, 144, 168, 192, 216, 240])
def test_full_disk_stops_the_run_and_room_lets_it_end(small_disk, expected_full, size_kb):
    folder = small_disk(size_kb) / "run"
    started = time.monotonic()
    code, output = end_toy(start_toy(folder, workers=2, **FULL))
    assert code == 2 and time.monotonic() - started < 5
    assert "the disk is full" in output and "bytes are free" in output and "hint:" in output
    assert "Traceback" not in output
    assert not (folder / ROOM / "manifest.json").exists()
    small_disk(4096, ",remount")
    assert end_toy(start_toy(folder, workers=2, **FULL)) == (0, "")
    assert hash_tree(folder) == expected_full


@pytest.mark.parametrize("size_kb", range(4, 44, 4))
def test_full_disk_is_the_cause_whatever_the_writer_says(small_disk, size_kb):
    """Polars tells of a full disk as "Invalid thrift: transport error" when it comes while the footer is written."""
    disk = small_disk(size_kb)
    frame = pl.DataFrame({"number": np.random.default_rng(1).integers(2**62, size=6000)})  # 47 KB
    with pytest.raises(StorageError, match="the disk is full"), explain_storage(disk):
        write_file(disk / "a.parquet", frame.write_parquet)
    assert list(disk.iterdir()) == []


def test_other_failures_of_a_writer_stay_what_they_are(tmp_path):
    def fail(temp: Path) -> None:
        temp.write_text("half")
        raise ValueError("my own")

    with pytest.raises(ValueError, match="my own"), explain_storage(tmp_path):
        write_file(tmp_path / "a", fail)
    assert list(tmp_path.iterdir()) == []
