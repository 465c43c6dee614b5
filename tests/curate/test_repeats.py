"""Spans of documents that stand in other documents, over all files of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from tests.curate.examples import frame_rows, make_row
from tests.curate.own_data import curate, read_reasons, write_jsonl

from apothecary.curate.repeats import measure_repeats, read_free
from apothecary.curate.rows import Shape
from apothecary.curate.source import Source
from apothecary.engine.commit import make_folder
from apothecary.engine.run import Shard, ShardFolder


def write_text(start: int, count: int) -> str:
    return " ".join(f"word{number}" for number in range(start, start + count))


TEXTS = [write_text(0, 200), write_text(1000, 300), write_text(5000, 20) + " " + write_text(0, 120)]


def make_source(folder: Path) -> Source:
    for number, texts in enumerate((TEXTS[:1], TEXTS[1:])):
        ids = [f"x:{number}-{row}" for row in range(len(texts))]
        pl.DataFrame({"row_id": ids, "text": texts}).write_parquet(folder / f"{number}.parquet")
    return Source(folder, ("0.parquet", "1.parquet"), (1, 2), Shape("texts", response="text"))


def measure(folder: Path, source: Source) -> dict[str, Any]:
    make_folder(folder / "data")
    return measure_repeats(Shard("all", {"rows": 3}), ShardFolder(folder), {"source": source.to_context()})


def test_a_span_in_another_file_is_found_once(tmp_path: Path) -> None:
    told = measure(tmp_path / "room", make_source(tmp_path))
    shares = pl.read_parquet(tmp_path / "room" / "data" / "shares-all.parquet")
    assert told["rows_with_repeats"] == 1
    assert shares.select("file", "row").rows() == [(1, 1)]
    assert 0.8 < shares["share"][0] < 0.9
    assert not (tmp_path / "room" / "work").exists()


def test_what_a_killed_run_has_left_is_removed(tmp_path: Path) -> None:
    make_folder(tmp_path / "room" / "work")
    (tmp_path / "room" / "work" / "rest.parquet").write_text("half")
    measure(tmp_path / "room", make_source(tmp_path))
    assert not (tmp_path / "room" / "work").exists()


def test_rows_of_our_own_are_no_documents(tmp_path: Path) -> None:
    frame_rows([make_row(1, 1), make_row(2, 2, template=None)]).write_parquet(tmp_path / "a.parquet")
    own, free = read_free(Source(tmp_path, ("a.parquet",), (2,)), 0)
    assert own == ""
    assert free.startswith("What is") and free.endswith("g/mol.")


def test_a_row_that_mostly_repeats_another_is_dropped_where_that_is_asked(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": text} for text in TEXTS])
    curate([path], tmp_path / "out", repeated_spans=True, near_duplicates=False)
    assert read_reasons(tmp_path / "out") == {"a.jsonl:3": "repeated_text"}
    curate([path], tmp_path / "out", repeated_spans=True, near_duplicates=False, bounds={"repeated_text": "0.9"})
    assert read_reasons(tmp_path / "out") == {}
