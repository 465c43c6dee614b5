"""The verb `report` as a user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apothecary.packs.scaffold import create_pack

CODE = "from apothecary.cli import main; main()"


def call(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CODE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=dict(os.environ), check=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    create_pack("my_pack", folder / "my_pack")
    done = call("run", "my_pack/recipe.yaml", "--quiet", "--workers", "1", "--out", "first", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "first"


def test_a_page_is_written_into_the_run(run: Path) -> None:
    done = call("report", run, cwd=run.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(run / "report.html")
    assert (run / "report.html").stat().st_size > 20_000
    assert json.loads((run / "report.json").read_text())["rows"] == 400
    assert call("verify", run, "--quiet", cwd=run.parent).returncode == 0


def test_json_on_stdout(run: Path, tmp_path: Path) -> None:
    done = call("report", run, "--json", "--out", tmp_path / "r.html", cwd=run.parent)
    assert json.loads(done.stdout)["quality"]["accepted"] is None


def test_two_runs(run: Path, tmp_path: Path) -> None:
    done = call("report", run, run, "--out", tmp_path / "two.html", cwd=run.parent)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "two.json").exists()


def test_no_run_is_one_message(tmp_path: Path) -> None:
    done = call("report", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "hint: " in done.stderr
