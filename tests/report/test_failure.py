"""Operating system errors to messages with a hint."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from apothecary.report.failure import HINTS, explain_os_error, find_existing


@pytest.mark.parametrize("code", sorted(HINTS), ids=lambda code: errno.errorcode[code])
def test_every_known_error_has_its_hint(tmp_path: Path, code: int) -> None:
    error = explain_os_error(OSError(code, os.strerror(code), str(tmp_path / "file")))
    assert error.hint == HINTS[code]
    assert str(tmp_path) in error.where


def test_full_disk_tells_what_is_free(tmp_path: Path) -> None:
    assert "iB" in explain_os_error(OSError(errno.ENOSPC, "full", str(tmp_path / "no" / "file"))).expected


def test_unknown_error_still_has_a_hint() -> None:
    assert explain_os_error(OSError("odd")).hint


def test_nearest_existing_folder(tmp_path: Path) -> None:
    assert find_existing(tmp_path / "a" / "b") == tmp_path
