"""A new pack from the starter: it loads, has no fault, renders, and the checker finds nothing wrong."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import PackError
from apothecary.facts.checker import Checker
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.attach import attach_tables, needs_knowledge, read_entities, start_views
from apothecary.packs.check import check_pack
from apothecary.packs.load import BUILT_IN, dump_pack, load_pack
from apothecary.packs.scaffold import create_pack, format_recipe, rename_pack
from apothecary.packs.tables import read_pack_tables
from apothecary.recipe import load_recipe

PARTS = {"facts", "comparison", "calculation", "dialogue"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_pack("my_pack", tmp_path / "mine")
    return tmp_path / "mine"


@pytest.fixture
def views(folder: Path, tmp_path: Path) -> Path:
    pack = load_pack(folder)
    (tmp_path / "views").mkdir()
    start_views(tmp_path / "views")
    tables = read_pack_tables(folder, pack)
    attach_tables(tmp_path / "views", pack, tables, allowed=("permissive",), start_sentence=str.capitalize)
    return tmp_path / "views"


def test_a_new_pack_is_the_starter_under_its_own_name(folder: Path) -> None:
    pack, starter = load_pack(folder), load_pack("starter")
    assert pack.name == "my_pack"
    assert pack.intents == starter.intents
    assert pack.tables["solvents"].source == "my-pack-solvents"
    assert {intent.topic for intent in pack.intents} == PARTS
    assert not needs_knowledge(pack)


def test_a_new_pack_has_no_fault(folder: Path, views: Path) -> None:
    frames = {"solvent": pl.read_parquet(views / "solvent.parquet")}
    assert [str(problem) for problem in check_pack(load_pack(folder), frames)] == []


def test_rows_of_a_new_pack_are_accepted_by_the_checker(folder: Path, views: Path) -> None:
    pack, recipe = load_pack(folder), load_recipe(folder / "recipe.yaml")
    bench = Workbench(recipe, pack, views)
    rows = bench.render_spans([Span(stratum, 0, min(stratum.capacity, 60)) for stratum in bench.strata.values()])
    assert set(rows["intent"]) == {intent.intent for intent in pack.intents}
    names = read_entities(views, dump_pack(pack), ["entity_id", "name", "Name"])
    facts = pl.read_parquet(views / "facts.parquet")
    assert Checker(dump_pack(pack), facts, names).check(rows).to_dicts() == []


@pytest.mark.parametrize("name", ["My Pack", "1st", "", "a-b", "x" * 61], ids=lambda name: name[:8] or "empty")
def test_a_name_that_no_pack_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="for instance"):
        create_pack(name, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_the_name_of_a_built_in_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="`pharma` is a built-in pack"):
        create_pack("pharma", tmp_path / "mine")


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there already"):
        create_pack("my_pack", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_file_of_the_starter_is_taken(folder: Path) -> None:
    starter = {path.relative_to(BUILT_IN / "starter") for path in (BUILT_IN / "starter").rglob("*") if path.is_file()}
    mine = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert mine == starter | {Path("recipe.yaml")}


@pytest.mark.parametrize(
    ("folder", "path"), [("mine", "./mine"), ("./mine", "./mine"), ("a/b", "./a/b"), ("/a/b", "/a/b"), ("../b", "../b")]
)
def test_a_recipe_takes_the_folder_as_a_path(folder: str, path: str) -> None:
    assert f"\npack: {path}\n" in format_recipe("mine", Path(folder))


def test_only_the_name_and_the_source_ids_change() -> None:
    text = "# starter\npack: starter\nsource: starter-solvents # pack: starter\n"
    assert rename_pack(text, "my_pack") == "# starter\npack: my_pack\nsource: my-pack-solvents # pack: starter\n"
