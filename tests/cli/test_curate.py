"""The verbs of curate as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.calls import assert_refused, call


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
