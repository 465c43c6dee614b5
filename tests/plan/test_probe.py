"""Probes are real runs; two of them make a line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from apothecary.errors import RunError
from apothecary.plan.probe import Probe, choose_sizes, draw_line, run_probe, time_rows, watch_memory
from apothecary.recipe import Recipe


@pytest.mark.parametrize("rows", [1, 500, 10_000, 300_000, 10**9])
def test_the_small_probe_is_smaller(rows: int) -> None:
    small, large = choose_sizes(rows)
    assert 0 < small < large <= 120_000


def test_a_line_goes_through_both_points() -> None:
    line = draw_line((100, 30.0), (1_100, 50.0))
    assert line.at(100) == pytest.approx(30)
    assert line.at(1_100) == pytest.approx(50)
    assert line.fixed == pytest.approx(28)


def test_a_line_that_falls_is_laid_on_the_dear_side() -> None:
    assert draw_line((100, 60.0), (1_000, 50.0)).at(10_000) == pytest.approx(500)
    assert draw_line((100, 60.0), (1_000, 50.0), may_be_flat=True).at(10_000) == 60


def make_probe(rows: int, seconds: float, cpu: float) -> Probe:
    return Probe(rows, rows, rows, seconds, cpu, 0, 0, 0, 0, {})


def test_time_on_a_calm_machine_is_the_line_of_the_clock() -> None:
    line = time_rows(make_probe(20_000, 6.0, 6.0), make_probe(120_000, 11.0, 15.0), workers=2)
    assert line.at(120_000) == pytest.approx(11)
    assert line.per_row == pytest.approx(5.0 / 100_000)


def test_a_busy_moment_in_the_small_probe_does_not_turn_the_line() -> None:
    line = time_rows(make_probe(20_000, 60.0, 6.0), make_probe(120_000, 30.0, 15.0), workers=2)
    assert line.at(120_000) == pytest.approx(30)
    assert line.per_row == pytest.approx(9.0 / 100_000 / 0.5)  # half a processor a second, as the large one got


def test_a_probe_is_a_run_that_leaves_nothing(starter_recipe: Recipe, tmp_path: Path) -> None:
    probe = run_probe(starter_recipe, 100, 1, tmp_path)
    assert probe.manifests["export"]["rows"] == 100
    assert probe.made >= 100
    assert probe.seconds > 0
    assert probe.cpu_seconds > 0
    assert probe.dataset_bytes > 0


def test_a_run_that_fails_tells_its_message(starter_recipe: Recipe, tmp_path: Path) -> None:
    broken = starter_recipe.model_copy(update={"pack": "no_such_pack"})
    with pytest.raises(RunError, match="no_such_pack"):
        run_probe(broken, 100, 1, tmp_path)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this system does not tell")
def test_memory_of_children_counts() -> None:
    hold = "x = bytearray(90_000_000); import time; time.sleep(1.5)"
    grow = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    process = subprocess.Popen([sys.executable, "-c", grow])
    assert watch_memory(process) > 90_000_000
