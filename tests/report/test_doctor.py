"""What the machine offers, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.gather.sources import WHEELS
from apothecary.report.doctor import describe_cache, examine_machine, find_memory_bytes


def test_machine_is_described() -> None:
    text = "\n".join(examine_machine())
    for part in ("python", "cores", "memory", "disk free here", "cache"):
        assert part in text


def test_every_source_is_listed_with_its_state(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / WHEELS[0].filename).touch()
    lines = list(describe_cache(tmp_path))
    assert any(WHEELS[0].package in line and line.endswith("here") for line in lines)
    assert sum(line.endswith("not yet downloaded") for line in lines) == len(WHEELS) - 1
    assert any("apothecary gather" in line for line in lines)


def test_cache_that_does_not_exist_is_described(tmp_path: Path) -> None:
    assert any("writable" in line for line in describe_cache(tmp_path / "none"))


def test_memory_is_that_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 2**20 < find_memory_bytes() < 2**50
