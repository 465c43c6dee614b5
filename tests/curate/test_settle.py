"""The verdicts of all stages about a file: the first about each row counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.settle import count_stages, settle_file
from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.engine.commit import make_folder
from apothecary.engine.run import Shard, ShardFolder


def write_table(path: Path, *lines: tuple[int, int, str]) -> None:
    rows = [
        {"id": f"{file}/{row}", "verdict": "dropped", "reason": reason, "detail": "x", "file": file, "row": row}
        for file, row, reason in lines
    ]
    pl.DataFrame(rows, schema=PLACED_VERDICT).write_parquet(path)


def settle(folder: Path, tables: dict[str, list[str]], rows: int = 10) -> tuple[pl.DataFrame, dict[str, Any]]:
    make_folder(folder / "settled" / "data")
    shard = Shard("a", {"file": 1, "rows": rows})
    written = ShardFolder(folder / "settled")
    books = settle_file(shard, written, {"room": str(folder), "tables": tables})
    return pl.read_parquet(folder / "settled" / "data" / "verdicts-a.parquet"), books


def test_the_first_stage_in_order_tells_the_reason(tmp_path: Path) -> None:
    write_table(tmp_path / "verify", (1, 3, "number"))
    write_table(tmp_path / "exact", (1, 3, "duplicate"), (1, 2, "duplicate"), (0, 2, "duplicate"))
    write_table(tmp_path / "near", (1, 7, "near_duplicate"), (1, 2, "near_duplicate"))
    write_table(tmp_path / "judge", (1, 0, "few_words"), (1, 7, "few_words"))
    tables = {"verify": ["verify"], "exact": ["exact"], "near": ["near"], "judge": ["judge"]}
    verdicts, books = settle(tmp_path, tables)
    assert verdicts.schema == PLACED_VERDICT
    assert verdicts.select("row", "reason").rows() == [
        (0, "few_words"),
        (2, "duplicate"),
        (3, "number"),
        (7, "near_duplicate"),
    ]
    assert books == {
        "verify": {"read": 10, "kept": 9, "dropped": {"number": 1}, "failed": {}},
        "deduplicate": {"read": 9, "kept": 7, "dropped": {"duplicate": 1, "near_duplicate": 1}, "failed": {}},
        "quality": {"read": 7, "kept": 6, "dropped": {"few_words": 1}, "failed": {}},
    }


def test_a_file_without_verdicts_has_an_empty_table(tmp_path: Path) -> None:
    write_table(tmp_path / "verify", (0, 3, "number"))
    verdicts, books = settle(tmp_path, {"verify": ["verify"], "exact": []})
    assert verdicts.schema == PLACED_VERDICT
    assert verdicts.is_empty()
    assert books["verify"]["kept"] == books["deduplicate"]["kept"] == 10


def test_stages_of_one_component_are_counted_once() -> None:
    verdicts = pl.DataFrame(
        {"verdict": ["dropped", "failed"], "reason": ["duplicate", "ValueError"], "stage": ["exact", "facts"]}
    )
    assert count_stages(5, verdicts, ["exact", "facts", "near", "benchmark"]) == {
        "deduplicate": {"read": 5, "kept": 3, "dropped": {"duplicate": 1}, "failed": {"ValueError": 1}},
        "decontaminate": {"read": 3, "kept": 3, "dropped": {}, "failed": {}},
    }
