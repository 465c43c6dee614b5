from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import change_rows, hash_tree, make_run

import apothecary.curate.room
from apothecary.curate.buckets import plan_buckets
from apothecary.curate.keys import KEYS
from apothecary.curate.room import run_curate
from apothecary.curate.settle import join_books
from apothecary.curate.verdicts import list_verdict_files, scan_verdicts
from apothecary.engine.commit import read_json
from apothecary.engine.progress import SilentProgress
from apothecary.recipe import Recipe

Row = dict[str, Any]


def curate(run: Path, recipe: Recipe, workers: int = 1) -> dict[str, Any]:
    return run_curate(run, recipe, inputs="test", workers=workers, progress=SilentProgress())


def read_verdicts(run: Path) -> dict[str, tuple[str, str]]:
    rows = scan_verdicts(list_verdict_files(run)).select("id", "reason", "detail").collect().rows()
    return {row_id: (reason, detail) for row_id, reason, detail in rows}


def plant_faults(run: Path) -> dict[str, str]:
    """Wrong numbers in one file, and in another the text of its first rows once more; the reasons by id."""
    planted: dict[str, str] = {}

    def miscount(rows: list[Row]) -> None:
        for row in [row for row in rows if row["intent"] == "mass"][:3]:
            row["response"] = row["response"].replace(row["answer"], "7" + row["answer"])
            planted[row["id"]] = "number"

    def repeat(rows: list[Row]) -> None:
        copied = [name for name in rows[0] if name not in ("id", "split")]
        for row, twin in zip(rows[:4], rows[10:14], strict=True):
            twin |= {name: row[name] for name in copied}
            planted[twin["id"]] = "duplicate"

    change_rows(run, "train-00000", miscount)
    change_rows(run, "train-00001", repeat)
    return planted


def test_a_clean_run_keeps_every_row(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    manifest = curate(run, tiny_recipe)
    made = read_json(run / "generate" / "manifest.json")["rows"]
    assert read_verdicts(run) == {}
    assert [(books["component"], books["read"], books["kept"]) for books in manifest["funnel"]] == [
        ("verify", made, made),
        ("deduplicate", made, made),
    ]


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    planted = plant_faults(run)
    manifest = curate(run, tiny_recipe)
    found = read_verdicts(run)
    assert {row_id: reason for row_id, (reason, _) in found.items()} == planted
    verify, deduplicate = manifest["funnel"]
    assert verify["dropped"] == {"number": 3}
    assert deduplicate["dropped"] == {"duplicate": 4}
    assert deduplicate["read"] == verify["kept"] == verify["read"] - 3
    ids = pl.read_parquet(run / "generate" / "data" / "train-00001.parquet")["id"].to_list()
    assert [found[row_id][1] for row_id in ids[10:14]] == ids[:4]


def test_two_compounds_of_one_name_contradict_each_other(
    tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe
) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    for path in tiny_knowledge.iterdir():
        (knowledge / path.name).write_bytes(path.read_bytes())
    views = pl.read_parquet(knowledge / "compounds.parquet")
    same = pl.col("entity_id") < "c0040"
    views = views.with_columns(
        pl.when(same).then(pl.lit("doubline")).otherwise("name").alias("name"),
        pl.when(same).then(pl.lit("Doubline")).otherwise("Name").alias("Name"),
    )
    views.write_parquet(knowledge / "compounds.parquet")
    run = make_run(tmp_path / "run", knowledge, tiny_recipe)
    dropped = curate(run, tiny_recipe)["funnel"][1]["dropped"]
    assert dropped["contradiction"] > 10
    rows = pl.concat([pl.read_parquet(path) for path in sorted((run / "generate" / "data").iterdir())])
    rows = rows.with_columns(pl.struct("history", "prompt").alias("shown"))
    verdicts = read_verdicts(run)
    told = dict(rows.select("id", "shown").rows())
    answers = dict(rows.select("id", "answer").rows())
    for row_id, (reason, detail) in verdicts.items():
        assert told[row_id] == told[detail]
        assert (answers[row_id] != answers[detail]) == (reason == "contradiction")
    kept = rows.filter(~pl.col("id").is_in(list(verdicts)))
    assert kept["shown"].n_unique() == kept.height


def test_workers_and_buckets_do_not_change_the_verdicts(
    tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [make_run(tmp_path / name, tiny_knowledge, tiny_recipe) for name in ("one", "two", "cut")]
    for run in runs:
        plant_faults(run)
    curate(runs[0], tiny_recipe, workers=1)
    curate(runs[1], tiny_recipe, workers=2)
    assert hash_tree(runs[0] / "curate") == hash_tree(runs[1] / "curate")
    monkeypatch.setattr(apothecary.curate.room, "BUCKET_ROWS", 500)
    manifest = curate(runs[2], tiny_recipe, workers=2)
    assert manifest["rows"] == 7
    assert len(read_json(runs[2] / "curate" / "exact" / "manifest.json")["shards"]) > 5
    assert read_verdicts(runs[2]) == read_verdicts(runs[0])


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(2_000_000, 1, id="one bucket"),
        pytest.param(2_000_001, 2, id="two"),
        pytest.param(10**12, 65_536, id="as many as there are"),
    ],
)
def test_buckets_part_all_numbers(rows: int, count: int) -> None:
    shards = plan_buckets(rows, 2_000_000)
    assert len(shards) == count
    assert shards[0].payload["low"] == 0
    assert shards[-1].payload["high"] == 65_536
    assert all(a.payload["high"] == b.payload["low"] for a, b in pairwise(shards))


def test_keys_are_sorted_and_hold_the_sound_rows(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    plant_faults(run)
    curate(run, tiny_recipe)
    keys = pl.read_parquet(run / "curate" / "verify" / "data" / "keys-train-00000.parquet")
    assert keys.schema == KEYS
    assert keys["bucket"].is_sorted()
    assert keys.height == pl.read_parquet(run / "generate" / "data" / "train-00000.parquet").height - 3


def test_books_of_files_are_summed_in_the_order_of_the_components() -> None:
    settled = [
        {
            "verify": {"read": 6, "kept": 5, "dropped": {"unit": 1}, "failed": {}},
            "deduplicate": {"read": 5, "kept": 3, "dropped": {"duplicate": 2}, "failed": {}},
        },
        {
            "verify": {"read": 4, "kept": 4, "dropped": {}, "failed": {}},
            "deduplicate": {"read": 4, "kept": 1, "dropped": {"contradiction": 2, "duplicate": 1}, "failed": {}},
        },
    ]
    assert join_books(settled) == [
        {"component": "verify", "read": 10, "kept": 9, "dropped": {"unit": 1}, "failed": {}},
        {
            "component": "deduplicate",
            "read": 9,
            "kept": 4,
            "dropped": {"contradiction": 2, "duplicate": 3},
            "failed": {},
        },
    ]
