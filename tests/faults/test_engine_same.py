"""R12: the same bytes under other hash seeds, time zones, locales, folders, file systems and numbers of workers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from engine_toy import end_toy, hash_tree, make_reference, start_toy


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return make_reference(tmp_path_factory.mktemp("reference") / "run")


@pytest.mark.parametrize(
    ("environment", "workers"),
    [
        ({"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata"}, 1),
        ({"PYTHONHASHSEED": "9", "LC_ALL": "C"}, 2),
        ({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "America/St_Johns"}, 3),
        ({"PYTHONOPTIMIZE": "2", "PYTHONUTF8": "0"}, 2),
        ({"POLARS_MAX_THREADS": "7", "OMP_NUM_THREADS": "5"}, 1),
    ],
    ids=["hash-seed", "c-locale", "turkish", "optimised", "threads"],
)
def test_environment_does_not_change_the_bytes(tmp_path, expected, environment, workers):
    folder = tmp_path / "a folder with ü" / "run"
    assert end_toy(start_toy(folder, environment, workers=workers)) == (0, "")
    assert hash_tree(folder) == expected


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_file_system_does_not_change_the_bytes(expected):
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        assert end_toy(start_toy(folder / "run")) == (0, "")
        assert hash_tree(folder / "run") == expected
    finally:
        shutil.rmtree(folder)
