"""Cells that the facts allow beside the rows of a real small run; the settings that fill holes fill some."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import RunError
from apothecary.flow import run_recipe
from apothecary.recipe import load_recipe
from apothecary.report.holes import report_holes, tell_holes

PACK = Path(__file__).parents[1] / "data" / "tiny_pack"


def make_run(folder: Path, *sets: str) -> Path:
    """A finished run of the tiny pack."""
    recipe = folder / "recipe.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    recipe.write_text(f"name: tiny\npack: {PACK}\nrows: 800\nseed: 3\nsplits: {{validation: 0.05, test: 0.1}}\n")
    return run_recipe(load_recipe(recipe, sets), out=folder / "run", workers=2, progress=SilentProgress()).run


def test_holes_are_the_cells_without_rows_and_can_be_filled(
    tmp_path: Path, small_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))
    run = make_run(tmp_path / "one")
    lines = list(report_holes(run, None, cap=1, fill=True, out=tmp_path / "map"))
    cells = pl.read_parquet(tmp_path / "map" / "cells.parquet")
    rows = pl.concat([pl.read_parquet(path) for path in (run / "export" / "data").glob("*.parquet")])
    named = rows.select("intent", pl.col("entities").alias("entity")).explode("entity").drop_nulls().unique()
    filled = cells.join(named, on=["intent", "entity"], how="semi").height
    assert 0 < filled < cells.height and cells.filter(pl.col("rows") > 0).height == filled
    assert lines[0].endswith(f"{cells.height:,}; holes: {cells.height - filled:,}")
    drugs = pl.read_parquet(run / "gather" / "compounds.parquet").filter(pl.col("group") == "drug")["entity_id"]
    assert set(cells["entity"]) <= set(drugs)

    sets = [line.split("--set ")[1] for line in lines if "--set weights." in line]
    chosen = [one.removeprefix("weights.").partition("=")[0] for one in sets]
    again = make_run(tmp_path / "two", *sets)
    list(report_holes(again, None, cap=1, fill=False, out=tmp_path / "map_two"))
    after = pl.read_parquet(tmp_path / "map_two" / "cells.parquet")
    count = (pl.col("rows") > 0) & pl.col("intent").is_in(chosen)
    assert chosen and after.filter(count).height > cells.filter(count).height


def test_what_is_told_of_a_map() -> None:
    about = {"perspective": ["basic facts"] * 4, "entity": list("aabb"), "name": ["A", "A", "B", "B"]}
    mapped = pl.DataFrame(about | {"intent": list("xyxy"), "rows": [7, 0, 0, 0]})
    counted = mapped.filter(pl.col("rows") > 0)
    said = "\n".join(tell_holes(mapped, counted, 5))
    assert "allow: 4; holes: 3" in said and "drugs without a row: 1 of 2: B" in said
    assert "intents without a row: 1 of 2: y" in said and "more than 5 rows: 1\n          7  A, x" in said


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run"):
        list(report_holes(tmp_path, None, cap=5, fill=False, out=None))
