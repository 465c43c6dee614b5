import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.curate.examples import frame_rows, make_row, tabulate, two_turns

from apothecary.curate.verdicts import PLACED_VERDICT, STRATUM_OF_ID
from apothecary.example import EXAMPLE
from apothecary.export.write import (
    IN_JSONL,
    PUBLISHED,
    build_table,
    count_books,
    find_reasons,
    find_surplus,
    list_leaves,
    read_examples,
    write_jsonl,
    write_table,
)

ROWS = frame_rows(
    [make_row(0, 1), two_turns(make_row(1, 2, reasoning=["1 + 1 = 2"]), "Is it?", "Yes."), make_row(2, 3)]
)


def test_published_columns_are_all_but_those_that_messages_hold(tmp_path: Path) -> None:
    write_table(tabulate(ROWS), tmp_path / "a.parquet", level=1)
    read = pl.read_parquet(tmp_path / "a.parquet")
    assert read.columns == ["id", "messages", *PUBLISHED[1:]]
    assert set(read.columns) == {*EXAMPLE.names(), "messages"} - {"prompt", "response", "system", "history"}
    assert read.drop("messages").equals(ROWS.select(PUBLISHED))
    assert read.schema["facts"] == EXAMPLE["facts"]
    assert [len(turns) for turns in read["messages"]] == [2, 4, 2]


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = ROWS if name == "a" else pl.concat([ROWS.head(1), ROWS.tail(2)])
        write_table(tabulate(rows), tmp_path / name, level=3)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_leaves_are_the_columns_of_the_file(tmp_path: Path) -> None:
    table = tabulate(ROWS)
    write_table(table, tmp_path / "a.parquet", level=1)
    schema = pq.ParquetFile(tmp_path / "a.parquet").schema
    assert list_leaves(table.schema) == [schema.column(index).path for index in range(len(schema))]


def test_no_rows_can_be_written(tmp_path: Path) -> None:
    write_table(tabulate(ROWS.clear()), tmp_path / "a.parquet", level=1)
    assert pl.read_parquet(tmp_path / "a.parquet").height == 0


def test_jsonl_holds_chat_lines_and_the_answer(tmp_path: Path) -> None:
    write_jsonl(tabulate(ROWS), tmp_path / "a.jsonl.zst", level=3)
    with pa.CompressedInputStream(pa.OSFile(str(tmp_path / "a.jsonl.zst")), "zstd") as stream:
        lines = [json.loads(line) for line in stream.read().decode().splitlines()]
    assert [line["id"] for line in lines] == ROWS["id"].to_list()
    assert set(lines[0]) == set(IN_JSONL)
    assert lines[1]["messages"][0] == {"role": "user", "content": "Is it?"}
    assert lines[1]["reasoning"] == ["1 + 1 = 2"]


def test_a_file_of_examples_is_read_whole(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "a.parquet", compression="lz4")
    rows, facts = read_examples(tmp_path / "a.parquet")
    assert rows.with_columns(facts=pl.Series(facts)).select(EXAMPLE.names()).equals(ROWS)
    assert build_table(rows, facts).to_pylist() == tabulate(ROWS).to_pylist()


def test_reasons_lie_at_the_rows_of_their_file(tmp_path: Path) -> None:
    verdicts = pl.DataFrame(
        [
            {"id": "a", "verdict": "dropped", "reason": "number", "file": 1, "row": 2},
            {"id": "b", "verdict": "dropped", "reason": "unit", "file": 0, "row": 1},
        ],
        schema=PLACED_VERDICT,
    )
    verdicts.write_parquet(tmp_path / "v.parquet")
    assert find_reasons(tmp_path, ["v.parquet"], 1, 4).to_list() == [None, None, "number", None]
    assert find_reasons(tmp_path, ["v.parquet"], 5, 2).to_list() == [None, None]


def test_surplus_begins_at_the_cutoff_of_each_stratum() -> None:
    rows = frame_rows([make_row(9, 1), make_row(10, 1), make_row(0, 1, split="test"), make_row(1, 1, split="test")])
    strata = rows.select(STRATUM_OF_ID).to_series()
    cutoffs = {"pharma/weight/plain/train-drug": 10, "pharma/weight/plain/test-drug": 0, "other": 5}
    assert find_surplus(rows["id"], strata, cutoffs).to_list() == [False, True, True, True]


@pytest.mark.parametrize(
    ("reasons", "surplus", "books"),
    [
        pytest.param(
            ["unit", None, None],
            [True, True, False],
            {"read": 3, "kept": 1, "dropped": {"unit": 1, "surplus": 1}, "failed": {}},
            id="a verdict goes first",
        ),
        pytest.param(
            [None, None, None],
            [False, False, False],
            {"read": 3, "kept": 3, "dropped": {}, "failed": {}},
            id="all kept",
        ),
    ],
)
def test_books_count_each_row_once(reasons: list[str | None], surplus: list[bool], books: dict[str, object]) -> None:
    assert count_books(3, pl.Series("reason", reasons, pl.String), pl.Series(np.array(surplus))) == books
