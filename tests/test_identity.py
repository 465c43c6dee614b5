"""What a run was started with: fingerprints that change with what matters, and differences by name."""

from __future__ import annotations

from pathlib import Path

import apothecary
from apothecary.identity import (
    CODE_EXCLUDED,
    describe_run,
    fingerprint_code,
    fingerprint_inputs,
    list_changes,
    list_versions,
)
from apothecary.recipe import Recipe

RECIPE = Recipe(name="a", pack="pharma", rows=10)


def test_same_run_has_no_changes() -> None:
    assert list_changes(describe_run(RECIPE, "p", "k"), describe_run(RECIPE, "p", "k")) == []


def test_unknown_knowledge_is_no_change() -> None:
    assert list_changes(describe_run(RECIPE, "p", "k"), describe_run(RECIPE, "p", None)) == []


def test_every_difference_is_listed() -> None:
    new = describe_run(RECIPE.model_copy(update={"rows": 20}), "q", "l")
    new["versions"] = {**new["versions"], "polars": "99.0"}
    changes = [str(change) for change in list_changes(describe_run(RECIPE, "p", "k"), new)]
    assert changes[:3] == ["rows: 10 -> 20", "pack: p -> q", "knowledge: k -> l"]
    assert changes[3].endswith("-> 99.0")


def test_name_of_the_run_is_no_change() -> None:
    renamed = RECIPE.model_copy(update={"name": "b"})
    assert list_changes(describe_run(RECIPE, "p", "k"), describe_run(renamed, "p", "k")) == []


def test_versions_name_python_without_its_patch() -> None:
    versions = list_versions()
    assert versions["python"].count(".") == 1
    assert {"polars", "numpy", "rdkit", "pyarrow", "duckdb"} <= versions.keys()


def test_code_fingerprint_is_stable_and_its_exceptions_exist() -> None:
    assert fingerprint_code() == fingerprint_code()
    root = Path(str(apothecary.__file__)).parent
    for excluded in CODE_EXCLUDED:
        assert (root / excluded).exists()


def test_inputs_differ_by_room_and_by_what_came_before() -> None:
    identity = describe_run(RECIPE, "p", "k")
    prints = {fingerprint_inputs(room, identity, before) for room in ("generate", "curate") for before in ("x", "y")}
    assert len(prints) == 4
