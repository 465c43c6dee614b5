"""The verbs of curate as a user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

APOTHECARY = str(Path(sys.executable).parent / "apothecary")
ROOT = Path(__file__).parents[2]
TINY_PACK = ROOT / "tests" / "data" / "tiny_pack"


def call(*arguments: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    command = [APOTHECARY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | env, check=False)


def assert_refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """One message on stderr with a hint, nothing on stdout, exit code 2, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "hint: " in done.stderr
    assert done.stdout == ""
    for part in parts:
        assert part in done.stderr


def test_curate_drops_a_duplicate_and_says_so(tmp_path: Path) -> None:
    rows = [
        {"prompt": "What is the molecular weight of caffeine in g/mol?", "response": "Caffeine weighs 194.19 g/mol."},
        {"prompt": "What is the molecular weight of caffeine in g/mol?", "response": "Caffeine weighs 194.19 g/mol."},
        {"prompt": "At what temperature does caffeine melt, in °C?", "response": "Caffeine melts at about 236 °C."},
    ]
    file = tmp_path / "own.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = call("curate", file, "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "2 of 3 rows are kept" in done.stdout
    told = call("compare-dedup", file)
    assert told.returncode == 0, told.stderr
    assert "3 rows" in told.stdout


def test_curate_of_a_missing_file_is_explained(tmp_path: Path) -> None:
    assert_refused(call("curate", tmp_path / "no.jsonl", "--out", tmp_path / "out"), "no.jsonl")
