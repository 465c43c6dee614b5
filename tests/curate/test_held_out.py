from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.curate.held_out import find_held_out, read_held_out, read_names
from apothecary.errors import SourceError
from apothecary.example import EXAMPLE

NAMES = pl.DataFrame(
    {"name": ["aspirin", "acetylsalicylic acid", "ibuprofen", "gout"], "entity_id": ["a", "a", "i", "d1"]}
)


def row(**changes: Any) -> dict[str, Any]:
    return {"id": "x", "prompt": "What?", "response": "That."} | changes


def stated(entity: str, fact: str | None) -> dict[str, Any]:
    return row(entities=[entity], facts=[{"entity": 0, "field": "mw", "value": "1", "unit": None, "fact_id": fact}])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([stated("i", "i:mw:rdkit")], [], id="neither"),
        pytest.param([stated("i", "i:mp:lab")], [(0, "held_out_fact", "i:mp:lab")], id="fact"),
        pytest.param([stated("a", "a:mw:rdkit")], [(0, "held_out_entity", "a")], id="entity"),
        pytest.param([stated("a", "i:mp:lab")], [(0, "held_out_fact", "i:mp:lab")], id="both-once"),
        pytest.param([row(prompt="Is Acetylsalicylic  ACID safe?")], [(0, "held_out_entity", "a")], id="free-text"),
        pytest.param([stated("i", "f") | {"prompt": "Is it aspirin?"}], [], id="names-beside-entities-are-not-asked"),
        pytest.param([], [], id="no-rows"),
    ],
)  # fmt: skip
def test_find_held_out(rows: list[dict[str, Any]], expected: list[tuple[int, str, str]]) -> None:
    frame = pl.DataFrame(rows, schema=EXAMPLE)
    assert find_held_out(frame, {"i:mp:lab"}, {"a"}, NAMES).rows() == expected


def test_rows_of_other_data() -> None:
    rows = pl.DataFrame({"prompt": ["Is gout bad?", "Is aspirin?"], "response": ["yes", None]})
    assert find_held_out(rows, [], ["d1"], NAMES)["row"].to_list() == [0]
    assert find_held_out(rows, [], ["d1"]).is_empty()


@pytest.mark.parametrize(
    ("name", "content", "facts", "entities", "unknown"),
    [
        pytest.param("t.csv", "name,question\nAcetylsalicylic Acid,?\nXanol,?\n", set(), {"a"}, ("Xanol",), id="names"),
        pytest.param("t.jsonl", '{"fact_id": "a:mw", "entity_id": "i"}', {"a:mw"}, {"i"}, (), id="ids"),
        pytest.param("t.json", [{"names": ["gout"], "facts": [{"fact_id": "f"}]}], {"f"}, {"d1"}, (), id="lists"),
        pytest.param("t.csv", "drug\naspirin; ibuprofen\n", set(), {"a", "i"}, (), id="several-in-a-cell"),
    ],
)  # fmt: skip
def test_read_held_out(
    tmp_path: Path, name: str, content: Any, facts: set[str], entities: set[str], unknown: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    found = read_held_out(tmp_path / name, NAMES)
    assert (found.facts, found.entities, found.unknown) == (facts, entities, unknown)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "is empty"),
        ('{"q": "Who?"}', "names no fact"),
        ('{"name": "Xanol"}', "knows none"),
        ("{", "cannot be read"),
    ],
    ids=["empty", "no-column", "unknown", "damaged"],
)
def test_one_clear_error(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "t.jsonl").write_text(content)
    with pytest.raises(SourceError, match=what) as error:
        read_held_out(tmp_path / "t.jsonl", NAMES)
    assert error.value.hint


def test_read_names(tiny_knowledge: Path) -> None:
    names = read_names(tiny_knowledge)
    assert names.columns == ["name", "entity_id"]
    assert names.filter(pl.col("entity_id") == "c0001")["name"].to_list() == ["b1-testane", "Brand1x1"]
