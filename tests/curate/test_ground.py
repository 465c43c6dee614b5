"""A pack and its views to what free text is held against."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.conftest import TINY_PACK

from apothecary.curate.ground import CLOSED_VALUES, NO_GROUND, find_ground, list_closed, list_gated, stamp_files
from apothecary.errors import PackError


def test_a_pack_and_its_views_are_found(tiny_knowledge: Path) -> None:
    ground = find_ground(str(TINY_PACK), tiny_knowledge)
    assert ground.name_tables == ("compounds.parquet",)
    assert ground.claims is None
    assert Path(ground.views) == tiny_knowledge
    assert {"drug", "compound"} <= set(ground.closed)
    assert list(ground.closed) == sorted(ground.closed)


def test_the_pharma_pack_has_rules_about_claims(tiny_knowledge: Path) -> None:
    ground = find_ground("pharma", tiny_knowledge)
    assert ground.claims is not None
    assert "fields" in ground.claims


def test_an_unknown_pack_is_refused(tiny_knowledge: Path) -> None:
    with pytest.raises(PackError):
        find_ground("farma", tiny_knowledge)


def test_columns_of_few_values_are_closed(tmp_path: Path) -> None:
    count = CLOSED_VALUES + 1
    pl.DataFrame(
        {
            "state": ["solid", "liquid", None] * count,
            "name": [f"n{number}" for number in range(3 * count)],
            "rings": [1] * (3 * count),
        }
    ).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"number": [1]}).write_parquet(tmp_path / "b.parquet")
    assert list_closed([tmp_path / "a.parquet", tmp_path / "b.parquet"]) == {"solid", "liquid"}
    assert list_closed([]) == set()


def test_names_of_gated_entities_are_listed_with_their_synonyms(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "entity_id": ["a", "b"],
            "name": ["alphine", "betine"],
            "synonyms": [["alfin", "alphina"], None],
            "gates": [["controlled"], []],
        },
        schema_overrides={"gates": pl.List(pl.String)},
    ).write_parquet(tmp_path / "compounds.parquet")
    assert list_gated(tmp_path, TINY_PACK).rows() == [
        ("alfin", "controlled"),
        ("alphina", "controlled"),
        ("alphine", "controlled"),
    ]
    assert list_gated(tmp_path / "nothing", TINY_PACK).is_empty()


def test_a_changed_file_changes_the_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = stamp_files([tmp_path / "a", tmp_path / "b"])
    assert stamp_files([tmp_path / "a", tmp_path / "b"]) == one
    (tmp_path / "a").write_text("2")
    assert stamp_files([tmp_path / "a", tmp_path / "b"]) != one


def test_no_ground_holds_nothing() -> None:
    assert not NO_GROUND.claims and not NO_GROUND.closed and not NO_GROUND.name_tables
