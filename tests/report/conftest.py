"""A finished run in which curate dropped a row, whatever the knowledge base of the day gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from apothecary.curate.verdicts import PLACED_VERDICT, list_verdict_files
from apothecary.engine.commit import read_json
from apothecary.report.dataset import scan_dataset, scan_made


@pytest.fixture(scope="session")
def run_with_verdict(quick_run: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The quick run with one verdict planted about a surplus row, and that row's id."""
    run = tmp_path_factory.mktemp("planted") / "run"
    run.mkdir()
    for name in ("run.json", "recipe.yaml", "gather", "generate", "export"):
        (run / name).symlink_to(quick_run / name)
    shutil.copytree(quick_run / "curate", run / "curate")
    published = scan_dataset(quick_run).select("id")
    left = scan_made(quick_run).select("id").join(published, on="id", how="anti", maintain_order="left").collect()
    dropped = left["id"][0]
    for file, entry in enumerate(read_json(run / "generate" / "manifest.json")["files"]):
        ids = pl.read_parquet(run / "generate" / entry["path"], columns=["id"])["id"]
        place = ids.index_of(dropped)
        if place is not None:
            row = {"id": dropped, "verdict": "dropped", "reason": "planted", "detail": "x", "file": file, "row": place}
            table = list_verdict_files(run)[file]
            found = pl.concat([pl.read_parquet(table), pl.DataFrame([row], schema=PLACED_VERDICT)])
            found.unique("row", keep="last").sort("row").write_parquet(table)
    return run, dropped


@pytest.fixture(scope="session")
def starter_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the starter pack, 400 rows and no knowledge base, with two rows that curate refused; read only.

    The verdicts are planted after the run: one of the checker, one about a duplicate.
    """
    from apothecary.engine.progress import SilentProgress
    from apothecary.flow import run_recipe
    from apothecary.packs.scaffold import create_pack
    from apothecary.recipe import load_recipe

    folder = tmp_path_factory.mktemp("starter")
    create_pack("my_pack", folder / "my_pack")
    run = run_recipe(
        load_recipe(folder / "my_pack" / "recipe.yaml"), out=folder / "run", workers=1, progress=SilentProgress()
    ).run
    table = list_verdict_files(run)[0]
    made = pl.read_parquet(run / "generate" / read_json(run / "generate" / "manifest.json")["files"][0]["path"])
    rows = [
        {"id": made["id"][at], "verdict": "dropped", "reason": reason, "detail": "<b>proof</b>", "file": 0, "row": at}
        for at, reason in ((3, "planted"), (5, "duplicate"))
    ]
    found = pl.concat([pl.read_parquet(table), pl.DataFrame(rows, schema=PLACED_VERDICT)])
    found.unique("row", keep="last").sort("row").write_parquet(table)
    return run
