"""Names in rows, counted by intent and perspective."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import SourceError
from apothecary.report.coverage import COVERAGE, count_coverage, load_names, report_coverage


@pytest.fixture
def views(tmp_path: Path) -> Path:
    folder = tmp_path / "views"
    folder.mkdir()
    names = {"entity_id": ["a", "b", "c"], "name": ["metformin", "insulin glargine", None]}
    pl.DataFrame(names).write_parquet(folder / "compounds.parquet")
    return folder


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.parquet"
    pl.DataFrame(
        {
            "entities": [[], None, []],
            "prompt": ["Is Metformin safe with insulin glargine?", "What is metformin, metformin?", "And aspirin?"],
            "response": ["Yes.", "A biguanide.", "No."],
            "intent": ["x", "y", "y"],
            "perspective": ["basic facts"] * 3,
        }
    ).write_parquet(path)
    return path


def test_a_row_counts_once_for_each_entity_it_names(views: Path, rows: Path) -> None:
    table = count_coverage([rows], views)
    assert table.schema == COVERAGE
    assert set(table.select("name", "intent", "rows").iter_rows()) == {
        ("metformin", "x", 1),
        ("metformin", "y", 1),
        ("insulin glargine", "x", 1),
    }


def test_the_table_is_written_and_told(views: Path, rows: Path, tmp_path: Path) -> None:
    lines = list(report_coverage([rows], views, tmp_path / "out"))
    assert lines[0].startswith("2 entities in 3 cells")
    assert pl.read_parquet(tmp_path / "out" / "coverage.parquet").height == 3


def test_a_folder_without_views_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no views"):
        load_names(tmp_path)
