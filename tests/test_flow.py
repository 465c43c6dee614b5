"""Whole runs over a small real knowledge base: finished, gone on with, refused, repeated with the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError, RunChangedError, RunError, SourceError
from apothecary.flow import ROOMS, Outcome, load_recipe_pack, read_manifest, resume_run, run_recipe
from apothecary.recipe import Recipe, dump_recipe

TINY_PACK = Path(__file__).parent / "data" / "tiny_pack"
VOLATILE = {"log", ".lock"}


def make_recipe(**settings: object) -> Recipe:
    base = {"name": "tiny", "pack": str(TINY_PACK), "rows": 3000, "seed": 7, "shard_rows": 1000, "surplus": 0.02}
    return Recipe.model_validate(base | settings)


def run_tiny(out: Path, recipe: Recipe | None = None, workers: int = 2, lines: list[str] | None = None) -> Outcome:
    say = (lambda line: None) if lines is None else lines.append
    return run_recipe(recipe or make_recipe(), out=out, workers=workers, progress=SilentProgress(), say=say)


def hash_tree(run: Path) -> dict[str, str]:
    paths = [path for path in sorted(run.rglob("*")) if path.is_file()]
    relative = {path.relative_to(run).as_posix(): path for path in paths if not VOLATILE & set(path.parts)}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in relative.items()}


@pytest.fixture(autouse=True)
def use_small_cache(small_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))


@pytest.fixture(scope="module")
def finished(small_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One uninterrupted run by one worker; read only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APOTHECARY_CACHE", str(small_cache))
        return run_tiny(tmp_path_factory.mktemp("finished") / "run", workers=1).run


def test_a_run_gives_exactly_the_rows_asked_for(finished: Path) -> None:
    manifest = read_manifest(finished, "export")
    assert manifest is not None
    assert manifest["rows"] == 3000
    assert manifest["splits"] == {"train": 2955, "validation": 15, "test": 30}
    rows = pl.concat([pl.read_parquet(path) for path in sorted((finished / "export" / "data").glob("*.parquet"))])
    assert rows.height == 3000
    assert rows["id"].n_unique() == 3000


def test_the_books_balance_from_room_to_room(finished: Path) -> None:
    manifest = read_manifest(finished, "export")
    assert manifest is not None
    made = read_manifest(finished, "generate")
    assert made is not None
    assert manifest["funnel"][0]["read"] == made["rows"]
    for books in manifest["funnel"]:
        assert books["read"] == books["kept"] + sum(books["dropped"].values()) + sum(books["failed"].values())
    assert manifest["funnel"][-1]["kept"] == 3000


def test_any_number_of_workers_gives_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    assert hash_tree(run_tiny(tmp_path / "run", workers=3).run) == hash_tree(finished)


def test_a_finished_run_is_said_to_be_done(finished: Path) -> None:
    before = hash_tree(finished)
    outcome = run_tiny(finished)
    assert outcome.was_done
    assert outcome.manifest["rows"] == 3000
    assert hash_tree(finished) == before


@pytest.mark.parametrize("rooms", [ROOMS[3:], ROOMS[2:], ROOMS[1:], ROOMS], ids=lambda rooms: rooms[0])
def test_an_unfinished_run_goes_on_and_says_so(finished: Path, tmp_path: Path, rooms: tuple[str, ...]) -> None:
    import shutil

    run = tmp_path / "run"
    shutil.copytree(finished, run)
    for room in rooms:
        (run / room / "manifest.json").unlink()
    (run / ".export.json.99.tmp").write_text("half")
    lines: list[str] = []
    outcome = run_tiny(run, lines=lines)
    assert lines == [f"going on with the unfinished run in {run}"]
    assert not outcome.was_done
    assert hash_tree(run) == hash_tree(finished)


@pytest.mark.parametrize("after_s", [0.4, 1.2, 2.5])
def test_a_killed_run_ends_in_the_same_bytes(finished: Path, tmp_path: Path, after_s: float) -> None:
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "run"
    recipe.write_text(dump_recipe(make_recipe()))
    command = [str(Path(sys.executable).parent / "apothecary"), "run", str(recipe), "--out", str(out), "--quiet"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert run_tiny(out, workers=2).manifest["rows"] == 3000
    assert hash_tree(out) == hash_tree(finished)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rows": 4000}, "rows: 3000 -> 4000"),
        ({"seed": 8}, "seed: 7 -> 8"),
        ({"splits": {"test": 0.1}}, "splits.test: 0.01 -> 0.1"),
        ({"weights": {"mass": 2}}, "weights.mass: (not set) -> 2.0"),
        ({"licence": "permissive"}, "licence: share-alike -> permissive"),
        ({"export": {"jsonl": True}}, "export.jsonl: False -> True"),
        ({"pack": "pharma"}, "pack: "),
    ],
    ids=["rows", "seed", "splits", "weights", "licence", "export", "pack"],
)
def test_a_changed_run_is_refused_with_the_difference(finished: Path, settings: dict[str, object], told: str) -> None:
    before = hash_tree(finished)
    with pytest.raises(RunChangedError) as caught:
        run_tiny(finished, make_recipe(**settings))
    assert told in str(caught.value)
    assert "--out" in str(caught.value)
    assert hash_tree(finished) == before


def test_another_name_is_no_change(finished: Path) -> None:
    assert run_tiny(finished, make_recipe(name="other")).was_done


def test_an_edited_recipe_in_the_run_is_refused_by_resume(finished: Path, tmp_path: Path) -> None:
    import shutil

    run = tmp_path / "run"
    shutil.copytree(finished, run)
    (run / "recipe.yaml").write_text(dump_recipe(make_recipe(rows=10)))
    with pytest.raises(RunChangedError, match="rows: 3000 -> 10"):
        resume_run(run, workers=1, progress=SilentProgress())


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="no run"):
        run_tiny(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_resume_of_no_run_names_the_way(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run in"):
        resume_run(tmp_path / "none", workers=1, progress=SilentProgress())


def test_weight_of_an_unknown_intent_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean `mass`"):
        load_recipe_pack(make_recipe(weights={"masss": 1}))


def test_an_unreadable_table_is_named(small_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(small_cache, tmp_path / "cache", ignore=shutil.ignore_patterns("views"))
    table = next((tmp_path / "cache" / "knowledge").glob("*/facts.parquet"))
    table.write_bytes(b"\0" * table.stat().st_size)
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path / "cache"))
    with pytest.raises(SourceError, match="cannot be read") as caught:
        run_tiny(tmp_path / "run")
    assert f"delete {table.parent}" in str(caught.value)


def test_damaged_views_in_the_cache_are_made_again(
    small_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    shutil.copytree(small_cache, tmp_path / "cache", ignore=shutil.ignore_patterns("views"))
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path / "cache"))
    first = run_tiny(tmp_path / "first")
    (table,) = (tmp_path / "cache" / "views").glob("*/facts.parquet")
    sound = table.read_bytes()
    table.write_bytes(b"\0" * len(sound))
    second = run_tiny(tmp_path / "second")
    assert table.read_bytes() == sound
    assert [file["sha256"] for file in first.manifest["files"]] == [file["sha256"] for file in second.manifest["files"]]


def test_the_log_says_what_happened_and_when(finished: Path) -> None:
    lines = [json.loads(line) for path in (finished / "log").iterdir() for line in path.read_text().splitlines()]
    assert [line["data"]["room"] for line in lines if line["message"] == "room entered"] == list(ROOMS)


def test_manifests_tell_no_times_and_no_places(finished: Path) -> None:
    for path in finished.rglob("manifest.json"):
        text = path.read_text()
        assert str(finished) not in text
        assert "workers" not in text
