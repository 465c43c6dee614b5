"""Frames of a run: its published rows, its made rows, its entities."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import RecipeError, RunError
from apothecary.report.dataset import (
    filter_rows,
    find_entities,
    read_pack_dump,
    require_dataset,
    scan_dataset,
    scan_made,
)


def test_published_rows_are_those_of_the_manifest(quick_run: Path) -> None:
    assert scan_dataset(quick_run).select(pl.len()).collect().item() == require_dataset(quick_run)["rows"] == 20_000


def test_one_split_can_be_read_alone(quick_run: Path) -> None:
    assert scan_dataset(quick_run, "test").select(pl.col("split").unique()).collect()["split"].to_list() == ["test"]


def test_more_rows_are_made_than_published(quick_run: Path) -> None:
    assert scan_made(quick_run).select(pl.len()).collect().item() > 20_000


def test_entities_are_found_by_name_in_any_case(quick_run: Path) -> None:
    (entity,) = find_entities(quick_run, "Imatinib")
    assert find_entities(quick_run, entity) == [entity]


def test_unknown_name_gets_near_ones(quick_run: Path) -> None:
    with pytest.raises(RecipeError, match="imatinib"):
        find_entities(quick_run, "imatinibb")


def test_rows_are_filtered_by_entity_and_intent(quick_run: Path) -> None:
    rows = scan_dataset(quick_run)
    some = rows.filter(pl.col("entities").list.len() > 0).head(1).collect().row(0, named=True)
    found = filter_rows(rows, some["intent"], some["entities"][:1]).collect()
    assert some["id"] in found["id"].to_list()
    assert set(found["intent"]) == {some["intent"]}
    assert all(some["entities"][0] in entities for entities in found["entities"].to_list())


def test_pack_of_the_run_is_kept(quick_run: Path) -> None:
    assert read_pack_dump(quick_run)["pack"] == "pharma"


def test_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run"):
        require_dataset(tmp_path)
