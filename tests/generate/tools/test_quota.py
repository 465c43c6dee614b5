"""Tool dialogues as a share of a run: exact, in the shards, checked again by curate, made again by verify."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.generate.tools.conftest import KNOWLEDGE

from apothecary.engine.progress import SilentProgress
from apothecary.errors import CapacityError
from apothecary.flow import run_recipe
from apothecary.generate.tools.quota import plan_tools, render_again, render_part
from apothecary.packs.load import find_pack
from apothecary.recipe import Recipe, Splits
from apothecary.report.verify import verify_run

RECIPE = Recipe(name="t", pack="pharma", rows=400, seed=3, tools=0.1, splits=Splits(validation=0.05, test=0.1))


def test_no_share_plans_nothing() -> None:
    assert plan_tools(RECIPE.model_copy(update={"tools": 0.0}), KNOWLEDGE) == []


def test_the_share_is_planned_exactly_and_parts_hold_each_row_once() -> None:
    planned = plan_tools(RECIPE, KNOWLEDGE)
    by_split = {
        split: [line for line in planned if line["split"] == split] for split in ("train", "validation", "test")
    }
    assert {split: sum(line["quota"] for line in lines) for split, lines in by_split.items()} == {
        "train": 34,
        "validation": 2,
        "test": 4,
    }
    parts = pl.concat([render_part(RECIPE, KNOWLEDGE, by_split["train"], number, 3) for number in range(3)])
    assert parts.height == sum(line["made"] for line in by_split["train"])
    assert parts["id"].is_unique().all()
    assert render_again(RECIPE, KNOWLEDGE, parts["id"].to_list()).sort("id").equals(parts.sort("id"))


def test_more_than_there_can_be_is_refused() -> None:
    with pytest.raises(CapacityError, match="tool dialogues"):
        plan_tools(RECIPE.model_copy(update={"rows": 10**9, "tools": 0.5}), KNOWLEDGE)


def test_a_run_holds_dialogues(tmp_path: Path, small_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))
    pack = tmp_path / "pharma"
    shutil.copytree(find_pack("pharma"), pack)
    for intent in (pack / "intents").iterdir():
        if intent.stem not in ("molecular_weight", "hbond_counts", "ring_count", "formula_from_smiles"):
            intent.unlink()
    splits = Splits(validation=0.0, test=0.05)
    recipe = Recipe(name="t", pack=str(pack), rows=3000, seed=3, tools=0.05, splits=splits)
    run_recipe(recipe, out=tmp_path / "run", workers=2, progress=SilentProgress())
    export = tmp_path / "run" / "export"
    files = [entry["path"] for entry in json.loads((export / "manifest.json").read_text())["files"]]
    rows = pl.concat([pl.read_parquet(export / path) for path in files if path.endswith(".parquet")])
    assert rows.height == 3000
    dialogues = rows.filter(pl.col("origin") == "tool")
    assert abs(dialogues.height - 150) <= 6
    verdict = verify_run(tmp_path / "run", repair=False, sample=300, workers=1, progress=SilentProgress())
    assert verdict.is_sound, verdict.lines
