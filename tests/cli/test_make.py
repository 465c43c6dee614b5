"""The verb `make` as a user meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
from tests.generate.makers.documents import write_folder

from apothecary.engine.commit import read_json

APOTHECARY = [sys.executable, "-c", "from apothecary.cli import main; main()"]


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*APOTHECARY, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_examples_are_made_of_a_folder_of_documents(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "docs")
    done = call("make", folder, "--out", tmp_path / "out", "--workers", "1", "--quiet")
    assert done.returncode == 0, done.stderr
    files = read_json(tmp_path / "out" / "manifest.json")["files"]
    rows = pl.concat([pl.read_parquet(tmp_path / "out" / entry["path"]) for entry in files])
    assert f"{rows.height:,} examples" in done.stdout
    assert rows["evidence"].list.len().min() == 1


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    done = call("make", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
