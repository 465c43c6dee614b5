"""Buckets of keys to verdicts: no two share a key, and what an earlier stage dropped is not asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row

from apothecary.curate.buckets import plan_buckets, read_bucket, settle_exact, settle_facts, settle_near
from apothecary.curate.keys import KEYS, build_keys
from apothecary.curate.near import build_near_keys
from apothecary.curate.provenance import build_fact_keys
from apothecary.curate.source import Source
from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.engine.commit import make_folder
from apothecary.engine.run import ShardFolder, Work

TEXTS = [
    ("At which temperature does hexane boil?", "Hexane was seen to boil at 69 °C, as the table of the maker says."),
    ("At what temperature does hexane boil?", "Hexane was seen to boil at 69 °C, as the table of the maker says."),
    ("At which temperature does hexane boil?", "Hexane was seen to boil at 69 °C, as the table of the maker says."),
    ("At which temperature does cumene boil?", "Cumene was seen to boil at 152 °C, as the table of the maker says."),
]
FREE = [
    make_row(n, n, prompt=asked, response=given, template=None, wording=None, facts=None, answer=None)
    for n, (asked, given) in enumerate(TEXTS)
]
OWN = [make_row(n, n % 2, wording=f"{n // 4}.0") for n in range(8)]


def make_context(folder: Path, rows: list[dict[str, Any]], build: Any) -> dict[str, Any]:
    frame = frame_rows(rows)
    frame.write_parquet(folder / "a.parquet")
    build(frame, 0).sort("bucket", maintain_order=True).write_parquet(folder / "keys.parquet")
    source = Source(folder, ("a.parquet",), (frame.height,))
    return {
        "room": str(folder),
        "source": source.to_context(),
        "keys": ["keys.parquet"],
        "worse": [],
        "settled": [],
        "wordings_per_fact": 1,
        "curate": {"min_jaccard": 0.6},
    }


def drop(folder: Path, name: str, *rows: int) -> str:
    lines = [{"id": "x", "verdict": "dropped", "reason": "x", "detail": "x", "file": 0, "row": row} for row in rows]
    pl.DataFrame(lines, schema=PLACED_VERDICT).write_parquet(folder / name)
    return name


def settle(folder: Path, work: Work, context: dict[str, Any], buckets: int = 1) -> list[tuple[int, str, str]]:
    """The rows that are not kept: place, reason, and the row of the proof."""
    make_folder(folder / "room" / "data")
    found = []
    for shard in plan_buckets(buckets, 1):
        books = work(shard, ShardFolder(folder / "room"), context)
        (path,) = (folder / "room" / "data").glob(f"*-{shard.name}.parquet")
        table = pl.read_parquet(path)
        assert table.schema == PLACED_VERDICT
        told = books[path.name.partition("-")[0]]
        assert told["read"] == told["kept"] + table.height
        found += table.select("row", "reason", pl.col("detail").str.extract(r"/(\d+)(?::|$)")).rows()
    return sorted(found)


def test_equal_prompts_are_settled(tmp_path: Path) -> None:
    assert settle(tmp_path, settle_exact, make_context(tmp_path, FREE, build_keys)) == [(2, "duplicate", "0")]


def test_a_row_that_will_be_dropped_survives_no_other(tmp_path: Path) -> None:
    context = make_context(tmp_path, FREE, build_keys) | {"worse": [drop(tmp_path, "judge", 0)]}
    assert settle(tmp_path, settle_exact, context) == [(0, "duplicate", "2")]


@pytest.mark.parametrize("buckets", [1, 7, 300])
def test_the_number_of_buckets_changes_nothing(tmp_path: Path, buckets: int) -> None:
    found = settle(tmp_path, settle_facts, make_context(tmp_path, OWN, build_fact_keys), buckets)
    assert sorted(reason for _, reason, _ in found) == ["same_wording"] * 4 + ["wording_cap"] * 2


def test_no_cap_leaves_all_wordings(tmp_path: Path) -> None:
    context = make_context(tmp_path, OWN, build_fact_keys) | {"wordings_per_fact": 0}
    assert {reason for _, reason, _ in settle(tmp_path, settle_facts, context)} == {"same_wording"}


def test_what_is_settled_is_not_asked_again(tmp_path: Path) -> None:
    context = make_context(tmp_path, OWN, build_fact_keys) | {"settled": [drop(tmp_path, "exact", *range(4))]}
    assert {row for row, _, _ in settle(tmp_path, settle_facts, context)} == {6, 7}


def test_free_text_with_equal_protected_words_is_settled_with_its_proof(tmp_path: Path) -> None:
    context = make_context(tmp_path, FREE, build_near_keys) | {"settled": [drop(tmp_path, "exact", 2)]}
    found = settle(tmp_path, settle_near, context)
    assert [reason for _, reason, _ in found] == ["near_duplicate"]
    assert {int(found[0][0]), int(found[0][2])} == {0, 1}


def test_a_bucket_is_a_range_of_keys(tmp_path: Path) -> None:
    make_context(tmp_path, OWN, build_keys)
    path = tmp_path / "keys.parquet"
    parts = [read_bucket([path], KEYS, low, low + 8192) for low in range(0, 65536, 8192)]
    assert pl.concat(parts).equals(pl.read_parquet(path))
    assert read_bucket([], KEYS, 0, 65536).schema == KEYS
