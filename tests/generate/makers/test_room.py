"""A folder of documents becomes a folder of examples, the same for any number of workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.generate.makers.documents import build_document, find_record, list_raw, write_folder

from apothecary.engine.progress import make_progress
from apothecary.errors import SourceError
from apothecary.example import EXAMPLE
from apothecary.generate.makers.room import (
    Wish,
    find_split,
    list_maker_strata,
    list_shares,
    make_documents,
    read_ids,
)


def make(folders: list[Path], out: Path, workers: int = 1, **wish: Any) -> dict[str, Any]:
    return make_documents(folders, out, Wish(**wish), stamp="x", workers=workers, progress=make_progress(True))


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    documents = [build_document(raw) for raw in list_raw()]
    return [write_folder(tmp_path / "a", documents[:11]), write_folder(tmp_path / "b", documents[8:])]


def test_rows_are_numbered_without_gaps(folders: list[Path], tmp_path: Path) -> None:
    manifest = make(folders, tmp_path / "out", workers=2)
    rows = pl.concat([pl.read_parquet(tmp_path / "out" / entry["path"]) for entry in manifest["files"]])
    assert rows.schema == EXAMPLE
    assert manifest["rows"] == rows.height > 200
    numbered = rows.select(
        pl.col("id").str.replace(r"/\d+$", "").alias("stratum"), pl.col("id").str.extract(r"/(\d+)$").cast(pl.Int64)
    )
    for _, group in numbered.group_by("stratum"):
        assert sorted(group["id"].to_list()) == list(range(group.height))
    strata = list_maker_strata(tmp_path / "out")
    assert sum(one["rows"] for one in strata) == rows.height
    assert list_shares(strata, "split").keys() <= {"train", "validation", "test"}
    assert make(folders, tmp_path / "out") == manifest
    again = make(folders, tmp_path / "again", workers=1)
    assert [entry["sha256"] for entry in again["files"]] == [entry["sha256"] for entry in manifest["files"]]


def test_books_balance_and_ids_can_be_left_out(folders: list[Path], tmp_path: Path) -> None:
    ids = tmp_path / "ids.json"
    ids.write_text('{"90000901": "yes"}')
    make(folders, tmp_path / "out", leave_out=(ids,))
    from apothecary.engine.commit import read_json

    books = read_json(tmp_path / "out" / "made" / "manifest.json")["books"]
    assert books["documents"]["dropped"] == {"not used: left out by its id": 1}
    assert books["rows"]["read"] == books["rows"]["kept"] + sum(books["rows"]["dropped"].values())
    assert books["rows"]["failed"] == {}
    files = read_json(tmp_path / "out" / "manifest.json")["files"]
    rows = pl.concat([pl.read_parquet(tmp_path / "out" / entry["path"]) for entry in files])
    assert not rows["sources"].explode().str.contains("90000901").any()


def test_ids_are_read_from_lists(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("1\n\n2 \n")
    assert read_ids(path) == {"1", "2"}
    with pytest.raises(SourceError, match="no file"):
        read_ids(tmp_path / "none")


def test_what_is_about_one_thing_stays_together() -> None:
    context = {"seed": 0, "test": 0.3, "validation": 0.3}
    one, two = (find_record(f"questions:medquad/INVENTED/0001-{n}/aaaa000{n}") for n in (1, 2))
    assert find_split(one, context) == find_split(two, context)
    assert {find_split(find_record(raw["id"]), context) for raw in list_raw()} == {"train", "validation", "test"}
