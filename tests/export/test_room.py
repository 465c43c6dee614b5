import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import change_rows, hash_tree, make_run

from apothecary.curate.room import run_curate
from apothecary.engine.commit import read_json
from apothecary.engine.progress import SilentProgress
from apothecary.errors import CapacityError
from apothecary.export.room import run_export
from apothecary.recipe import Recipe

Row = dict[str, Any]


def finish(run: Path, recipe: Recipe, workers: int = 1) -> dict[str, Any]:
    told = {"inputs": "test", "progress": SilentProgress()}
    run_curate(run, recipe, workers=workers, **told)
    return run_export(run, recipe, workers=workers, **told)


def spoil(run: Path, name: str, count: int) -> None:
    """Make the first rows of a file wrong."""

    def lie(rows: list[Row]) -> None:
        for row in rows[:count]:
            row["answer"] += "1"

    change_rows(run, name, lie)


def read_dataset(run: Path, manifest: dict[str, Any]) -> pl.DataFrame:
    paths = [file["path"] for file in manifest["files"] if file["path"].startswith("data/")]
    return pl.concat([pl.read_parquet(run / "export" / path) for path in paths])


@pytest.fixture
def run(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> Path:
    return make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)


def test_a_dataset_has_exactly_the_rows_asked_for(run: Path, tiny_recipe: Recipe) -> None:
    spoil(run, "train-00000", 9)
    spoil(run, "test-00000", 2)
    manifest = finish(run, tiny_recipe)
    rows = read_dataset(run, manifest)
    assert manifest["rows"] == rows.height == tiny_recipe.rows
    assert manifest["splits"] == {"train": 2550, "validation": 150, "test": 300}
    assert dict(rows["split"].value_counts().rows()) == manifest["splits"]
    assert rows["id"].n_unique() == rows.height
    assert rows.select(pl.col("messages").list.head(1).n_unique()).item() > 1000


def test_the_funnel_accounts_for_every_row(run: Path, tiny_recipe: Recipe) -> None:
    spoil(run, "train-00000", 9)
    manifest = finish(run, tiny_recipe)
    made = read_json(run / "generate" / "manifest.json")["rows"]
    *judged, exported = manifest["funnel"]
    assert [books["component"] for books in manifest["funnel"]] == ["verify", "deduplicate", "export"]
    assert sum(judged[0]["dropped"].values()) == 9
    assert exported["read"] == made
    assert exported["kept"] == tiny_recipe.rows
    assert exported["dropped"] == judged[0]["dropped"] | {"surplus": made - 9 - tiny_recipe.rows}
    assert manifest["mix"]["split"]["train"]["rows"] == 2550
    assert sum(line["rows"] for line in manifest["mix"]["intent"].values()) == tiny_recipe.rows


def test_too_many_faults_are_a_capacity_error(run: Path, tiny_recipe: Recipe) -> None:
    spoil(run, "test-00000", 200)
    with pytest.raises(CapacityError, match="the test split is"):
        finish(run, tiny_recipe)
    assert not (run / "export" / "manifest.json").exists()


def test_workers_do_not_change_a_byte(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    recipe = tiny_recipe.model_copy(update={"export": tiny_recipe.export.model_copy(update={"jsonl": True})})
    trees = []
    for workers in (1, 2):
        run = make_run(tmp_path / f"with{workers}", tiny_knowledge, recipe)
        spoil(run, "train-00001", 5)
        manifest = finish(run, recipe, workers)
        trees.append(hash_tree(run / "export"))
    assert trees[0] == trees[1]
    assert {path.split("/")[0] for path in trees[0]} >= {"data", "jsonl", "done", "sample.jsonl", "manifest.json"}
    assert manifest["rows"] == recipe.rows


def test_the_sample_is_all_rows_of_a_small_dataset_and_is_mended(run: Path, tiny_recipe: Recipe) -> None:
    manifest = finish(run, tiny_recipe)
    path = run / "export" / "sample.jsonl"
    whole = path.read_bytes()
    lines = [json.loads(line) for line in whole.decode().split("\n")[:-1]]
    assert manifest["sample"]["rows"] == len(lines) == tiny_recipe.rows
    assert {line["id"] for line in lines} == set(read_dataset(run, manifest)["id"])
    path.write_bytes(whole[:100])
    assert run_export(run, tiny_recipe, inputs="test", workers=1, progress=SilentProgress()) == manifest
    assert path.read_bytes() == whole


def test_the_audit_stands_in_the_manifest(run: Path, tiny_recipe: Recipe) -> None:
    audit = finish(run, tiny_recipe)["audit"]
    assert audit["prompts_in_two_splits"] == 0
    assert audit["held_out_parents_in_training"] == 0
    assert audit["held_out_prompts"] == 450
    assert min(audit["held_out_parents"], audit["held_out_computed_facts"], audit["recall_facts_in_training"]) > 10
