"""A finished run in which curate dropped a row, whatever the knowledge base of the day gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from apothecary.curate.verdicts import PLACED_VERDICT
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
    row = dict.fromkeys(PLACED_VERDICT) | {
        "id": left["id"][0],
        "verdict": "dropped",
        "reason": "planted",
        "detail": "x",
    }
    table = next((run / "curate" / "data").glob("duplicates-*.parquet"))
    pl.DataFrame([row], schema=PLACED_VERDICT).write_parquet(table)
    return run, left["id"][0]
