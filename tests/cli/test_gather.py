"""The verbs of gather as a user meets them."""

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


def test_a_table_of_ones_own_becomes_a_pack_that_runs_without_a_network(tmp_path: Path) -> None:
    cache = {"APOTHECARY_CACHE": str(tmp_path / "cache")}
    lines = [f"CPD-{n},{'C' * (n + 2)}c1ccc(O)cc1,{3 * 1.6**n:.3g}" for n in range(20)]
    (tmp_path / "assay.csv").write_text("\n".join(["ID,SMILES,IC50 (nM)", *lines, "CPD-20,c1ccc,5"]) + "\n")
    options = ["--smiles", "SMILES", "--name", "ID", "--fact", "ic50[nM]=IC50 (nM)", "--quiet"]
    done = call("gather", "table", "assay.csv", *options, cwd=tmp_path, **cache)
    assert done.returncode == 0, done.stderr
    assert "21 rows of assay.csv read: 20 kept, 1 dropped" in done.stdout
    assert "line 22: structure does not parse" in done.stdout
    commands = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("  apothecary ")]
    assert [command[0] for command in commands] == ["packs", "preview", "run"]
    for command in commands:
        done = call(*command, cwd=tmp_path, **cache)
        assert done.returncode == 0, done.stderr + done.stdout
    assert_refused(call("gather", "table", "assay.csv", *options, cwd=tmp_path, **cache), "the folder is there already")


def test_no_network_at_gather_is_explained(tmp_path: Path, recipe: Path) -> None:
    cache = tmp_path / "cache"
    done = call("run", recipe, "--out", tmp_path / "run", "--quiet", APOTHECARY_CACHE=str(cache), PIP_NO_INDEX="1")
    assert_refused(done, "no knowledge source could be fetched", "network")
