"""Where rows lie: our own examples, or a user's files as they were read."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row

from apothecary.curate.rows import STAGE_COLUMNS, Shape
from apothecary.curate.source import Source
from apothecary.example import EXAMPLE


@pytest.fixture
def own(tmp_path: Path) -> Source:
    for name, start in (("a", 0), ("b", 10)):
        frame_rows([make_row(start + n, n) for n in range(3)]).write_parquet(tmp_path / f"{name}.parquet")
    entries = [{"path": f"{name}.parquet", "rows": 3} for name in ("a", "b")]
    return Source.from_manifest(tmp_path, {"files": entries})


@pytest.fixture
def foreign(tmp_path: Path) -> Source:
    """Two blocks, of which one lacks the response and has the other columns in other types."""
    pl.DataFrame({"row_id": ["x:1", "x:2"], "q": ["A?", "B?"], "a": ["1", None]}).write_parquet(tmp_path / "0.parquet")
    pl.DataFrame({"row_id": ["y:1"], "q": [7]}).write_parquet(tmp_path / "1.parquet")
    return Source(tmp_path, ("0.parquet", "1.parquet"), (2, 1), Shape("columns", "q", "a"))


def test_each_file_is_a_shard(own: Source) -> None:
    assert [(shard.name, shard.payload) for shard in own.list_shards()] == [
        ("a", {"file": 0, "rows": 3}),
        ("b", {"file": 1, "rows": 3}),
    ]


def test_examples_are_read_as_they_are(own: Source) -> None:
    assert own.id_column == "id"
    assert own.read_rows(0).schema == EXAMPLE
    assert own.read_rows(1, ["id"]).columns == ["id"]


def test_a_user_s_rows_come_in_the_columns_of_the_stages(foreign: Source) -> None:
    assert foreign.id_column == "row_id"
    assert foreign.read_rows(0).columns == list(STAGE_COLUMNS)
    assert foreign.read_rows(1).select("id", "prompt", "response").rows() == [("y:1", "7", None)]
    assert foreign.read_rows(0, ["prompt", "response"]).rows() == [("A?", "1"), ("B?", None)]


@pytest.mark.parametrize(
    "places",
    [
        pytest.param([(1, 2), (0, 0), (1, 0), (0, 0)], id="any order"),
        pytest.param([], id="none"),
    ],
)
def test_places_are_read_in_their_order(own: Source, places: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(places, schema={"file": pl.UInt32, "row": pl.UInt32}, orient="row")
    read = own.read_places(frame, ["id"])
    assert read["id"].to_list() == [f"pharma/weight/plain/train-drug/{10 * file + row}" for file, row in places]


def test_a_source_goes_to_worker_processes_and_back(own: Source, foreign: Source) -> None:
    for source in (own, foreign):
        assert Source.from_context(json.loads(json.dumps(source.to_context()))) == source
