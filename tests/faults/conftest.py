"""The toy and the small runs of the command line, importable by the fault tests; a small disk; the flow's reference."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the toy must be importable here and in its worker processes

from flow_runs import Flow, Reference, make_flow, make_flow_reference


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """A function that mounts (or grows) a disk of so many KB; skips without the right to mount."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(size_kb: int, option: str = "") -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k{option}", "tmpfs", str(disk)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("mounting a small disk needs root")
        return disk

    yield mount
    subprocess.run(["umount", str(disk)], capture_output=True)


@pytest.fixture(scope="session")
def flow(small_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """The command line with a small knowledge base and a recipe of 3,000 rows."""
    return make_flow(tmp_path_factory.mktemp("flow"), small_cache)


@pytest.fixture(scope="session")
def reference(flow: Flow, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """An uninterrupted run of the flow by one worker; read only."""
    return make_flow_reference(flow, tmp_path_factory.mktemp("reference"))
