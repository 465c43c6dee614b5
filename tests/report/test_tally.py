"""What rows are about, against a plain count."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.report.tally import PLAIN, describe_reach, list_known, tally_files

ROWS = [  # intent, template, entities, sources
    ("mass", "a", ["e1"], ["rdkit"]),
    ("mass", "a", ["e1"], ["rdkit"]),
    ("pair", "b", ["e1", "e2"], ["rdkit", "names"]),
    ("note", None, [], []),
    ("pair", "b", ["gone"], ["rdkit"]),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pl.DataFrame(
        {
            "entity_id": ["e1", "e2", "e3", "e4"],
            "name": ["aspirin", "caffeine", "CCO", "iron"],
            "named": [True, True, False, True],
            "group": ["drug", "drug", "drug", "compound"],
        }
    ).write_parquet(tmp_path / "compounds.parquet")
    pl.DataFrame({"entity_id": ["d1"], "name": ["gout"]}).write_parquet(tmp_path / "diseases.parquet")
    pl.DataFrame({"fact_id": ["x"]}).write_parquet(tmp_path / "facts.parquet")
    rows = pl.DataFrame(ROWS, schema=["intent", "template", "entities", "sources"], orient="row")
    plain = {name: pl.lit(3, pl.Int8) if name == "difficulty" else pl.lit("x") for name in PLAIN}
    rows.cast({"entities": pl.List(pl.String), "sources": pl.List(pl.String)}).with_columns(**plain).write_parquet(
        tmp_path / "rows.parquet"
    )
    return tmp_path


def test_counts_and_reach(folder: Path) -> None:
    known = list_known(folder)
    tally = tally_files([folder / "rows.parquet"], known, ["mass", "note", "pair"])
    assert tally.sources == {"rdkit": 4, "names": 1}
    assert tally.templates == {("mass", "a"): 2, ("pair", "b"): 2, ("note", ""): 1}
    assert tally.by["difficulty"] == {"3": 5}
    assert dict(zip(known["entity_id"], tally.rows_about.tolist(), strict=True)) == {
        "e1": 3,
        "e2": 1,
        "e3": 0,
        "e4": 0,
        "d1": 0,
    }
    told = describe_reach(tally, known, {"mass": "facts", "pair": "comparison"})
    assert [one["group"] for one in told["groups"]] == ["drug", "compound", "disease"]
    assert told["groups"][0] == {"group": "drug", "known": 3, "reached": 2, "median_rows": 2.0}
    assert told["intents"]["pair"]["drug"] == 2
    topics = {line["topic"]: line["drug"] for line in told["topics"]}
    assert topics == {"facts": pytest.approx(1 / 3), "comparison": pytest.approx(2 / 3), "authored": 0}
    assert told["fewest"]["drug"][0] == {"name": "caffeine", "rows": 1}  # one without a name is not named
