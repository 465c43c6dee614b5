"""The verbs about packs as a user meets them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calls import call, copy_pack


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
