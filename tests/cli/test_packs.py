"""The verbs about packs as a user meets them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apothecary.recipe import Recipe, dump_recipe

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


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    settings = {"name": "tiny", "pack": str(TINY_PACK), "rows": 3000, "seed": 7, "shard_rows": 500, "surplus": 0.02}
    path.write_text(dump_recipe(Recipe.model_validate(settings)))
    return path


def copy_pack(tmp_path: Path, old: str, new: str) -> Path:
    """The tiny pack with one text of its mass intent changed."""
    pack = tmp_path / "pack"
    shutil.copytree(TINY_PACK, pack)
    intent = pack / "intents" / "mass.yaml"
    text = intent.read_text()
    assert old in text
    intent.write_text(text.replace(old, new))
    return pack


def test_a_new_pack_works_at_once_and_without_a_network(tmp_path: Path) -> None:
    cache = {"APOTHECARY_CACHE": str(tmp_path / "cache")}
    done = call("packs", "new", "my_pack", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "my_pack/pack.yaml\n" in done.stdout
    commands = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("  apothecary ")]
    assert [command[0] for command in commands] == ["packs", "preview", "packs", "run"]
    for command in commands:
        quiet = [] if command[0] == "packs" else ["--quiet"]
        done = call(*command, *quiet, cwd=tmp_path, **cache)
        assert done.returncode == 0, done.stderr
    assert "400 rows" in done.stdout
    assert not (tmp_path / "cache" / "knowledge").exists()


def test_unknown_slot_names_file_and_line(tmp_path: Path, recipe: Path, small_cache: Path) -> None:
    pack = copy_pack(tmp_path, "{mw", "{wm")
    done = call("packs", "check", pack, APOTHECARY_CACHE=str(small_cache))
    assert done.returncode in (1, 2)
    assert "wm" in done.stdout + done.stderr
    assert "mass" in done.stdout + done.stderr
    assert "hint: " in done.stdout + done.stderr
    run = call("run", recipe, "--set", f"pack={pack}", "--out", tmp_path / "run", APOTHECARY_CACHE=str(small_cache))
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "wm" in run.stderr
