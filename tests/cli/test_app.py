"""The command line as a whole: its verbs, its speed to start, and one clear message for each mistake."""

from __future__ import annotations

import os
import subprocess

import pytest
from tests.cli.calls import APOTHECARY, assert_refused, call


def test_help_names_every_verb() -> None:
    done = call("--help")
    assert done.returncode == 0
    for verb in ("run", "resume", "preview", "show", "verify", "trace", "gather", "packs", "doctor", "validate"):
        assert f"\n  {verb} " in done.stdout


def test_start_takes_little_of_the_processor() -> None:
    best_s = 9.0
    for _ in range(5):
        before = os.times()
        call("--help")
        after = os.times()
        best_s = min(
            best_s, after.children_user + after.children_system - before.children_user - before.children_system
        )
    assert best_s < 0.5


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run", "none.yaml"], ["no recipe at none.yaml", "recipes/quick.yaml"]),
        (["run", "recipes/quick.yaml", "--set", "rwos=5"], ["unknown key `rwos`", "`rows`"]),
        (["run", "recipes/quick.yaml", "--set", "rows=many"], ["`rows` is 'many'"]),
        (["run", "recipes/quick.yaml", "--set", "pack=farma"], ["farma", "pharma"]),
        (["validate", "recipes/quick.yaml", "--set", "weights.lipinsky=2"], ["`lipinski`"]),
        (["resume", "runs/none"], ["no run in runs/none"]),
        (["show", "runs/none"], ["no run in runs/none"]),
        (["trace", "runs/none", "x"], ["no run in runs/none"]),
        (["packs", "check", "farma"], ["pharma"]),
        (["packs", "new", "My Pack"], ["is no name for a pack", "for instance my_pack"]),
        (["packs", "new", "mine", "--out", "docs"], ["the folder is there already"]),
        (["gather", "pharma", "--licence", "free"], ["unknown licence free"]),
        (["gather", "farma"], ["pharma"]),
        (["gather", "table", "none.csv", "--fact", "ic50[nM]=IC50"], ["there is no such file"]),
        (["gather", "table", "README.md", "--fact", "ic50=IC50"], ["`ic50=IC50` has no unit", "ic50[nM]=IC50"]),
        (["gather", "table", "README.md", "--fact", "ic50[nM]=IC50"], ["a .md file cannot be read", ".csv"]),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_mistakes_are_explained(arguments: list[str], parts: list[str]) -> None:
    assert_refused(call(*arguments), *parts)


def test_usage_errors_end_with_two() -> None:
    done = call("run")
    assert done.returncode == 2
    assert "Missing argument" in done.stderr
    assert "Traceback" not in done.stderr


def test_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{APOTHECARY}' doctor | true; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
