import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, tabulate

from apothecary.errors import SourceError
from apothecary.export.external import index_test_items, take_external
from apothecary.export.write import write_table

TABLE = tabulate(frame_rows([make_row(j, j, split="test") for j in range(20)]))


def write_chat(path: Path, rows: int, *more: tuple[str, str]) -> str:
    pairs = [(f"What do you think of the number {n} in a poem?", f"It rhymes with {n + 1}.") for n in range(rows)]
    turns = [
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]}
        for asked, said in [*pairs, *more]
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in turns))
    return str(path)


def take(files: list[str], out: Path, characters: int = 10_000, **other: Any) -> tuple[pl.DataFrame, dict[str, Any]]:
    paths, told = take_external(
        files, other.get("share", 0.2), characters, other.get("index"), TABLE.schema, out, seed=1
    )
    rows = pl.concat([pl.read_parquet(path) for path in paths]) if paths else pl.DataFrame()
    return rows, told


def test_the_share_of_tokens_is_met(tmp_path: Path) -> None:
    rows, told = take([write_chat(tmp_path / "chat.jsonl", 500)], tmp_path / "out")
    spoken = rows["messages"].explode(empty_as_null=False).struct.field("content").str.len_chars().sum()
    assert spoken / (spoken + 10_000) == pytest.approx(0.2, abs=0.01)
    assert told["share_got"] == pytest.approx(0.2, abs=0.01)
    assert told["rows"] == rows.height
    assert told["read"] == rows.height + told["not_drawn"]
    assert set(rows["origin"]) == {"external"}
    assert set(rows["split"]) == {"train"}
    assert rows.schema == pl.DataFrame(TABLE).schema
    assert rows["facts"].null_count() == rows.height


def test_the_same_rows_are_drawn_again(tmp_path: Path) -> None:
    chat = write_chat(tmp_path / "chat.jsonl", 500)
    assert take([chat], tmp_path / "a")[0].equals(take([chat], tmp_path / "b")[0])


def test_test_items_and_repeats_are_left_out(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "test-00000.parquet", level=1)
    asked = TABLE["messages"][0].as_py()[-2]["content"]
    chat = write_chat(
        tmp_path / "chat.jsonl",
        5,
        (asked, "I know that one."),
        ("Hello there you", ""),
        ("Twice?", "Yes."),
        ("Twice?", "Yes."),
    )
    index = index_test_items([tmp_path / "test-00000.parquet"], [])
    rows, told = take([chat], tmp_path / "out", 10**6, index=index)
    assert told["left_out"] == {"no prompt or no response": 1, "shows a test item": 1, "stands twice": 1}
    assert rows.height == 6
    assert told["share_got"] < 0.01


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no chat file"):
        take([str(tmp_path / "none.jsonl")], tmp_path / "out")


def test_no_test_items_need_no_index() -> None:
    assert index_test_items([], []) is None


def test_columns_have_the_types_of_the_dataset(tmp_path: Path) -> None:
    rows, _ = take([write_chat(tmp_path / "chat.jsonl", 3)], tmp_path / "out")
    assert rows["licences"].to_list() == [["user's own"]] * rows.height
