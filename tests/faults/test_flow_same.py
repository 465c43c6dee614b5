"""R12 on the whole flow: the same tree under other hash seeds, time zones, locales, folders and file systems."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from engine_toy import hash_tree
from flow_runs import Flow, Reference

ENVIRONMENTS = [
    ({"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata", "LC_ALL": "C"}, 2),
    ({"PYTHONHASHSEED": "9", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, 3),
    ({"PYTHONOPTIMIZE": "1", "PYTHONUTF8": "0", "LANG": "de_DE.ISO-8859-1", "POLARS_MAX_THREADS": "7"}, 1),
]


@pytest.mark.parametrize(("environment", "workers"), ENVIRONMENTS, ids=["C", "Turkish", "optimised"])
def test_environment_and_folder_do_not_change_the_tree(
    flow: Flow, reference: Reference, tmp_path: Path, environment: dict[str, str], workers: int
) -> None:
    out = tmp_path / "a folder with ü" / "run"
    code, output = flow.run(out, workers=workers, **environment)
    assert code == 0, output
    assert hash_tree(out) == reference.tree


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_file_system_does_not_change_the_tree(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        assert folder.stat().st_dev != reference.run.stat().st_dev
        assert flow.run(folder / "run", workers=2)[0] == 0
        assert hash_tree(folder / "run") == reference.tree
    finally:
        shutil.rmtree(folder)
