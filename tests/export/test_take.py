from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, tabulate

from apothecary.export.take import take_rows
from apothecary.export.write import write_table
from apothecary.recipe_mix import Mix


@pytest.fixture
def files(tmp_path: Path) -> list[dict[str, Any]]:
    """Two files of training, 60 and 40 rows of two intents about ten compounds, and one of test."""
    (tmp_path / "data").mkdir()
    parts = {
        "train-00000": [make_row(j, j % 10) for j in range(60)],
        "train-00001": [make_row(j, j % 10, intent="rings", wording="1.0") for j in range(40)],
        "test-00000": [make_row(j, j, split="test") for j in range(5)],
    }
    for name, rows in parts.items():
        write_table(tabulate(frame_rows(rows)), tmp_path / "data" / f"{name}.parquet", level=1)
    return [{"path": f"data/{name}.parquet", "rows": len(rows)} for name, rows in parts.items()]


def take(folder: Path, files: list[dict[str, Any]], scratch: str = "scratch", **mix: Any) -> tuple[pl.DataFrame, Any]:
    """The training rows that are left, and the account."""
    tables, told = take_rows(folder, files, Mix.model_validate(mix), folder / scratch, seed=1)
    assert not (tables / "test-00000.parquet").exists()
    left = []
    for entry in files[:2]:
        rows = pl.read_parquet(folder / entry["path"])
        table = tables / Path(entry["path"]).name
        gone = pl.read_parquet(table)["row"].to_list() if table.exists() else []
        left.append(rows.filter(~pl.int_range(pl.len()).is_in(gone)))
    return pl.concat(left), told


def test_shares_are_taken_as_asked(tmp_path: Path, files: list[dict[str, Any]]) -> None:
    left, told = take(tmp_path, files, weights={"intent": {"weight": 1, "rings": 3}})
    assert Counter(left["intent"]) == {"rings": 40, "weight": 13}
    assert told["training_rows"] == left.height == 53
    assert told["training_rows_before"] == 100
    spoken = left["messages"].explode(empty_as_null=False).struct.field("content").str.len_chars().sum()
    assert told["characters"] == spoken


def test_no_fact_template_or_source_is_beyond_its_cap(tmp_path: Path, files: list[dict[str, Any]]) -> None:
    left, _ = take(tmp_path, files, caps={"fact": 3})
    facts = Counter(fact["fact_id"] for row in left["facts"] for fact in row if fact["fact_id"])
    assert max(facts.values()) == 3
    capped, _ = take(tmp_path, files, "two", caps={"template": 7})
    assert set(Counter(zip(capped["intent"], capped["template"], strict=True)).values()) == {7}
    sourced, _ = take(tmp_path, files, "three", caps={"source": 20})
    assert max(Counter(name for row in sourced["sources"] for name in row).values()) == 20


def test_a_total_alone_draws_fairly_and_again_the_same(tmp_path: Path, files: list[dict[str, Any]]) -> None:
    left, _ = take(tmp_path, files, rows=50)
    again, _ = take(tmp_path, files, "again", rows=50)
    assert left.height == 50
    assert left["id"].to_list() == again["id"].to_list()
    assert 20 < left.filter(pl.col("intent") == "weight").height < 40


def test_a_mix_that_asks_nothing_takes_all(tmp_path: Path, files: list[dict[str, Any]]) -> None:
    assert take(tmp_path, files)[0].height == 100
