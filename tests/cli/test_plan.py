"""The verb `plan` as a user meets it."""

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
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=dict(os.environ), check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "my_pack"
    create_pack("my_pack", folder)
    return folder / "recipe.yaml"


def test_a_recipe_is_planned_by_measuring(recipe: Path) -> None:
    done = call("plan", recipe, "--workers", "1", cwd=recipe.parent)
    assert done.returncode == 0, done.stderr
    for part in ("facts in use", "combinations", "duplicates", "memory", "US dollars", "6 N T", "nearest"):
        assert part in done.stdout


def test_json_is_json(recipe: Path) -> None:
    done = call("plan", recipe, "--no-probe", "--json", cwd=recipe.parent)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["supply"]["distinct_rows"] >= 400


def test_too_much_is_refused_with_the_arithmetic(recipe: Path) -> None:
    done = call("plan", recipe, "--set", "rows=1000000000", cwd=recipe.parent)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "cannot be honest" in done.stderr
    assert "--set rows=" in done.stderr


def test_answers_on_the_command_line_give_the_tier(tmp_path: Path) -> None:
    done = call("plan", "--model-size", "7B", "--trained", "no", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["tier"], told["rows"], told["command"]) == (1, 10_000_000, "apothecary run recipes/tier1.yaml")


def test_a_missing_answer_names_its_option(tmp_path: Path) -> None:
    done = call("plan", "--trained", "yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "--performance" in done.stderr
    assert "hint: " in done.stderr


def test_the_largest_models_see_what_it_would_take(tmp_path: Path) -> None:
    done = call("plan", "--model-size", "405B", "--trained", "no", cwd=tmp_path)
    assert "would take" in done.stdout
    assert "hybrid" in done.stdout


def test_questions_are_asked_of_a_person(tmp_path: Path) -> None:
    import pty

    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "plan"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    )
    os.close(terminal)
    os.write(person, b"perhaps\nno\n7B\n")  # the first is no answer, and is asked again
    said, _ = process.communicate(timeout=120)
    os.close(person)
    assert process.returncode == 0, said
    assert b"no answer" in said
    assert b"How many parameters" in said
    assert b"next: apothecary run recipes/tier1.yaml" in said
