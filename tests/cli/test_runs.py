"""The verbs of a run as a user meets them: what they print where, their exit codes, one clear message each."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.calls import APOTHECARY, TINY_PACK, assert_refused, call


def test_verify_of_no_run_is_explained(tmp_path: Path) -> None:
    assert_refused(call("verify", tmp_path / "none"), "no run in")


def test_validate_prints_all_settings() -> None:
    done = call("validate", "recipes/tier1.yaml", "--set", "rows=600000")
    assert done.returncode == 0
    assert "rows: 600000\n" in done.stdout
    assert "compression_level: 3" in done.stdout


def test_missing_column_is_named(tmp_path: Path, recipe: Path, small_cache: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(TINY_PACK, pack)
    for path in [pack / "pack.yaml", *(pack / "intents").glob("*.yaml")]:
        path.write_text(path.read_text().replace("rings", "sparkle"))
    done = call("run", recipe, "--set", f"pack={pack}", "--out", tmp_path / "run", APOTHECARY_CACHE=str(small_cache))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "sparkle" in done.stderr


def test_unreadable_table_is_named(tmp_path: Path, recipe: Path, small_cache: Path) -> None:
    shutil.copytree(small_cache, tmp_path / "cache", ignore=shutil.ignore_patterns("views"))  # made from the table
    table = next((tmp_path / "cache" / "knowledge").glob("*/entities.parquet"))
    table.write_bytes(b"\0" * table.stat().st_size)
    done = call("run", recipe, "--out", tmp_path / "run", "--quiet", APOTHECARY_CACHE=str(tmp_path / "cache"))
    assert_refused(done, "cannot be read", str(table.parent))


@pytest.mark.parametrize("number", [1, 4, 9, 20])
def test_full_disk_loses_nothing(tmp_path: Path, recipe: Path, small_cache: Path, number: int) -> None:
    cache, out = {"APOTHECARY_CACHE": str(small_cache)}, tmp_path / "run"
    command = ("run", recipe, "--out", out, "--quiet")
    done = call(*command, APOTHECARY_FAULT=f"fail:ENOSPC@{number}", **cache)
    assert_refused(done, "the disk is full", "bytes are free")
    assert not (out / "export" / "manifest.json").exists()
    assert call(*command, **cache).returncode == 0
    assert json.loads((out / "export" / "manifest.json").read_text())["rows"] == 3000


@pytest.mark.parametrize("locked", ["file", "read-only folder"])
def test_folder_that_cannot_be_written_is_explained(tmp_path: Path, recipe: Path, locked: str) -> None:
    place = tmp_path / "place"
    if locked == "file":
        place.write_text("a file")
    elif os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    else:
        place.mkdir(mode=0o500)
    done = call("run", recipe, "--out", place / "run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_a_signal_keeps_what_is_done(
    tmp_path: Path, recipe: Path, small_cache: Path, number: signal.Signals, code: int
) -> None:
    env = os.environ | {"APOTHECARY_CACHE": str(small_cache)}
    out = tmp_path / "run"
    command = [APOTHECARY, "run", str(recipe), "--out", str(out), "--set", "rows=20000", "--set", "shard_rows=1000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
        while not list(out.glob("generate/done/*.json")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in told
    assert f"hint: apothecary resume {out}" in told
    assert list(out.glob("generate/done/*.json"))
    done = call("resume", out, "--quiet", APOTHECARY_CACHE=str(small_cache))
    assert done.returncode == 0, done.stderr
    assert "20,000 rows" in done.stdout


def test_ctrl_c_before_the_rooms_is_one_line(tmp_path: Path, recipe: Path, small_cache: Path) -> None:
    env = os.environ | {"APOTHECARY_CACHE": str(small_cache)}
    command = [APOTHECARY, "preview", str(recipe)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env) as process:
        time.sleep(0.45)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -signal.SIGINT)
    if process.returncode == 130:
        assert told == "" or told.startswith("stopped")  # empty while the command line itself is read
        assert "Traceback" not in told


def test_run_says_what_it_does_and_where_the_data_is(tmp_path: Path, recipe: Path, small_cache: Path) -> None:
    cache, out = {"APOTHECARY_CACHE": str(small_cache)}, tmp_path / "run"
    first = call("run", recipe, "--out", out, "--workers", "1", **cache)
    assert first.returncode == 0, first.stderr
    assert "generate: " in first.stderr
    assert "3,000 rows" in first.stdout
    assert f"apothecary show {out}" in first.stdout
    second = call("run", recipe, "--out", out, "--quiet", **cache)
    assert "was done already" in second.stdout
    assert second.stderr == ""
    changed = call("run", recipe, "--out", out, "--set", "rows=2999", **cache)
    assert_refused(changed, "rows: 3000 -> 2999", "--out DIR")


def test_preview_is_quick_and_about_what_was_asked(quick_run: Path) -> None:
    call("preview", "recipes/quick.yaml", "-n", "1")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = call("preview", "recipes/quick.yaml", "--intent", "molecular_weight", "--entity", "imatinib", "-n", "5")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "imatinib" in done.stdout.lower()
    # Seconds of the processor, which other work on the machine does not stretch.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5


def test_doctor_reports_the_machine() -> None:
    done = call("doctor")
    assert done.returncode == 0
    for part in ("polars", "cores", "memory", "disk free here", "knowledge bases", "chemicals"):
        assert part in done.stdout
