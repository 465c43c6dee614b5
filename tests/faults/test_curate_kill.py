"""`apothecary curate` on a user's files, killed inside each stage: the same command ends in the same bytes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_toy import end_toy, hash_tree
from flow_runs import APOTHECARY, try_each
from tests.curate.examples import frame_rows, make_row
from tests.curate.own_data import ask, write_jsonl

from apothecary.engine.commit import read_sealed

STAGES = ("gather", "verify", "repeats", "judge", "exact", "facts", "near", "forms", "verdicts", "curate")
POINTS = 1  # kills a stage; more were tried by hand


@dataclass(frozen=True)
class Curation:
    """Files to curate, an undisturbed curation of them, and the file operations that it took, with their stage."""

    files: tuple[Path, ...]
    tree: dict[str, str]
    operations: list[tuple[str, str]]


def run_curate(files: tuple[Path, ...], out: Path, workers: int = 1, **environment: str) -> tuple[int, str]:
    """The exit code of the command line and what it printed."""
    settings = ("curate.repeated_spans=true", "curate.wordings_per_fact=1")
    command = [APOTHECARY, "curate", *map(str, files), "--out", str(out), "--workers", str(workers), "--quiet"]
    process = subprocess.Popen(
        [*command, "--profile", "none", *(part for setting in settings for part in ("--set", setting))],
        env=os.environ | environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return end_toy(process, 120)


def name_stage(operation: str, out: Path) -> str:
    """The stage that a file operation serves; "start" for the run's own files."""
    parts = Path("/" + operation.partition(" /")[2]).relative_to(out).parts
    inside = [part for part in parts[:2] if part in STAGES]
    return inside[-1] if inside else "start"


@pytest.fixture(scope="module")
def curation(tmp_path_factory: pytest.TempPathFactory) -> Curation:
    """Free text with doubles of each kind, beside rows that were made here."""
    folder = tmp_path_factory.mktemp("curation")
    records = [ask(number) for number in range(24)]
    records += [ask(3), ask(4, 999), ask(5) | {"prompt": ask(5)["prompt"].replace("At which", "At what")}]
    made = frame_rows([make_row(n, n % 3, wording=f"{n // 6}.0") for n in range(12)])
    made.write_parquet(folder / "made.parquet")
    files = (write_jsonl(folder / "a.jsonl", [*records, "no record"]), folder / "made.parquet")
    count = folder / "operations"
    code, output = run_curate(files, folder / "out", APOTHECARY_FAULT="count", APOTHECARY_FAULT_COUNT=str(count))
    assert code == 0, output
    lines = count.read_text().splitlines()
    return Curation(files, hash_tree(folder / "out"), [(name_stage(line, folder / "out"), line) for line in lines])


def pick_points(operations: list[tuple[str, str]], stage: str) -> Iterator[int]:
    """Numbers of operations, from 1, spread evenly over those of a stage."""
    numbers = [number for number, (name, _) in enumerate(operations, 1) if name == stage]
    for point in range(POINTS):
        yield numbers[(2 * point + 1) * len(numbers) // (2 * POINTS)]


def test_every_stage_does_something(curation: Curation) -> None:
    assert {stage for stage, _ in curation.operations} >= set(STAGES)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stage", STAGES)
def test_a_kill_inside_a_stage_is_mended_by_the_same_command(curation: Curation, tmp_path: Path, stage: str) -> None:
    def try_kill(number: int) -> None:
        out = tmp_path / f"kill-{number}"
        kind = "cut" if number % 2 else "kill"
        fault = {"APOTHECARY_FAULT": f"{kind}@{number}", "APOTHECARY_FAULT_COUNT": str(tmp_path / f"count-{number}")}
        code, output = run_curate(curation.files, out, **fault)
        told = f"{stage}, {curation.operations[number - 1][1]}: {output}"
        assert code == -9 or (code == 2 and "was killed by SIGKILL" in output), told
        assert "Traceback" not in output, told
        assert not (out / "curate" / "manifest.json").exists() or stage == "curate", told
        code, output = run_curate(curation.files, out, workers=2)
        assert code == 0, told + output
        assert hash_tree(out) == curation.tree, told

    try_each(try_kill, sorted(set(pick_points(curation.operations, stage))))


def test_the_rows_are_those_of_an_undisturbed_run(curation: Curation) -> None:
    out = curation.files[0].parent / "out"
    manifest = read_sealed(out / "curate" / "manifest.json")
    assert manifest["rows"] == 23 + 3  # without 4, which is contradicted; the doubles of 3 and 5 are dropped
    assert {f"curate/{entry['path']}" for entry in manifest["files"]} <= set(curation.tree)
