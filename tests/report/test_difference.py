import json
from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import RunError
from apothecary.report.difference import open_side, report_difference

ROWS = pl.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "answer": ["1", "2", "3", "4"],
        "messages": [[{"role": "user", "content": text}] for text in "wxyz"],
    }
)


def make_export(folder: Path, rows: pl.DataFrame, removed: pl.DataFrame | None = None) -> Path:
    """An export folder with two tables."""
    half = rows.height // 2
    parts = {"parquet/train-00000.parquet": rows[:half], "parquet/train-00001.parquet": rows[half:]}
    if removed is not None:
        parts["removed/train-00000.parquet"] = removed
    for path, part in parts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        part.write_parquet(folder / path)
    files = [{"path": path, "rows": part.height} for path, part in parts.items()]
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder


def compare(before: Path, after: Path, out: Path) -> dict[str, tuple[str, str]]:
    lines = list(report_difference(before, after, out))
    found = pl.read_parquet(out)
    assert lines[0].count(",") == 3
    assert found["id"].is_sorted()
    return {name: (change, reason) for name, change, reason in found.iter_rows()}


def test_rows_are_added_removed_and_changed(tmp_path: Path) -> None:
    changed = ROWS.with_columns(answer=pl.Series(["1", "9", "3", "4"])).with_columns(
        messages=pl.Series(
            [*ROWS["messages"].to_list()[:2], [{"role": "user", "content": "!"}], ROWS["messages"][3].to_list()]
        )
    )
    after = pl.concat([changed[1:], ROWS[:1].with_columns(id=pl.lit("e"))])
    removed = pl.DataFrame({"id": ["a"], "reason": ["recalled fact f"]})
    one, two = make_export(tmp_path / "one", ROWS), make_export(tmp_path / "two", after, removed)
    assert compare(one, two, tmp_path / "diff.parquet") == {
        "a": ("removed", "dropped there: recalled fact f"),
        "b": ("changed", "answer"),
        "c": ("changed", "messages"),
        "e": ("added", "not in it"),
    }


def test_equal_datasets_differ_in_nothing(tmp_path: Path) -> None:
    one, two = make_export(tmp_path / "one", ROWS), make_export(tmp_path / "two", ROWS[::-1])
    assert compare(one, two, tmp_path / "diff.parquet") == {}


def test_a_column_that_only_one_has_is_not_compared(tmp_path: Path) -> None:
    one, two = make_export(tmp_path / "one", ROWS), make_export(tmp_path / "two", ROWS.drop("answer"))
    assert compare(one, two, tmp_path / "diff.parquet") == {}


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"files": [{"path": "chat/train.jsonl", "rows": 3}]}')
    with pytest.raises(RunError, match="no table to compare"):
        open_side(tmp_path)
    one, two = make_export(tmp_path / "one", ROWS), make_export(tmp_path / "two", ROWS.drop("id"))
    with pytest.raises(RunError, match="no ids"):
        list(report_difference(one, two, None))
