"""R13 on the whole flow: random recipes, killed on the way: the books balance, exactly the rows asked for."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from engine_toy import end_toy, kill_toy
from flow_runs import Flow

from apothecary.engine.commit import read_sealed

INTENTS = ["brands", "choose", "dilute", "heavier", "isomers", "mass", "melts", "ranked", "stranger"]


def draw_recipe(seed: int) -> dict[str, Any]:
    """Settings at random, all of them valid."""
    chance = random.Random(seed)
    off = chance.sample(INTENTS, chance.randint(0, 3))
    weights = {intent: 0 if intent in off else chance.choice([0.5, 1, 3]) for intent in INTENTS}
    return {
        "rows": chance.randint(1, 600),
        "seed": chance.randrange(2**63),
        "licence": chance.choice(["permissive", "share-alike"]),
        "drugs": chance.choice([0, 0.35, 1]),
        "splits.validation": chance.choice([0, 0.05, 0.2]),
        "splits.test": chance.choice([0, 0.01, 0.3]),
        "shard_rows": chance.choice([60, 150, 5000]),
        "surplus": chance.choice([0.02, 0.3]),
        "export.jsonl": chance.random() < 0.5,
    } | {f"weights.{intent}": weight for intent, weight in weights.items()}


@pytest.mark.parametrize("seed", range(6))
def test_books_balance_and_no_row_comes_twice(flow: Flow, tmp_path: Path, seed: int) -> None:
    settings = draw_recipe(seed)
    overrides = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    run = tmp_path / "run"
    process = flow.start_run(run, *overrides)
    time.sleep(random.Random(seed).uniform(0.8, 3))
    kill_toy(process)
    code, output = end_toy(flow.start_run(run, *overrides, workers=2), 120)
    assert code == 0, f"{settings}: {output}"
    manifests = {path.parent.relative_to(run).as_posix(): read_sealed(path) for path in run.rglob("manifest.json")}
    assert len(manifests) == 6
    for room, manifest in manifests.items():
        for where, books in walk_books(manifest):
            parts = books["kept"] + sum(books["dropped"].values()) + sum(books["failed"].values())
            assert books["read"] == parts, f"{settings}: {room} {where}"
    assert_rooms_agree(manifests, settings["rows"])
    assert_dataset(run, manifests["export"], settings)


def walk_books(content: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything in a manifest that says what it read."""
    if isinstance(content, dict):
        if "read" in content:
            yield where, content
        for key, value in content.items():
            yield from walk_books(value, f"{where}.{key}")
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from walk_books(value, f"{where}[{number}]")


def assert_rooms_agree(manifests: dict[str, dict[str, Any]], rows: int) -> None:
    """Each component read what the one before it kept, from the first row made to the last one published."""
    funnel = manifests["export"]["funnel"]
    assert [books["component"] for books in funnel] == ["verify", "deduplicate", "export"]
    assert funnel[0]["read"] == manifests["generate"]["rows"] == manifests["generate"]["books"]["generate"]["kept"]
    assert funnel[1]["read"] == funnel[0]["kept"]
    lost = sum(sum(books["dropped"].values()) + sum(books["failed"].values()) for books in funnel)
    assert funnel[0]["read"] == rows + lost
    assert funnel[-1]["kept"] == rows


def assert_dataset(run: Path, manifest: dict[str, Any], settings: dict[str, Any]) -> None:
    """The files hold exactly the rows of the recipe, no id and no prompt twice, and only what its settings allow."""
    files = sorted((run / "export" / "data").glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(path) for path in files])
    assert rows.height == settings["rows"] == manifest["rows"] == sum(manifest["splits"].values())
    assert rows["id"].n_unique() == rows.height
    turns = pl.col("messages").list.eval(pl.element().struct.field("content"))
    shown = turns.list.head(pl.col("messages").list.len() - 1).list.join("\x1e").str.replace_all(r"\s+", " ")
    assert rows.select(shown).n_unique() == rows.height
    by_split = dict(rows["split"].value_counts().iter_rows())
    assert by_split == {split: count for split, count in manifest["splits"].items() if count}
    assert {f"weights.{intent}" for intent in rows["intent"].unique()} <= {key for key, on in settings.items() if on}
    if settings["licence"] == "permissive":
        assert not [name for name in rows["licences"].explode().unique() if "SA" in str(name)]
