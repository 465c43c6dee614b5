from __future__ import annotations

import polars as pl
import pytest

from apothecary.documents.settle import DELETED, DROPPED, settle_documents

COLUMNS = ("shard", "position", "document_id", "revised", "format", "notices", "chars", "file", "record")
SCHEMA = {
    "shard": pl.String,
    "position": pl.Int64,
    "document_id": pl.String,
    "revised": pl.String,
    "format": pl.String,
    "notices": pl.List(pl.String),
    "chars": pl.Int64,
    "file": pl.String,
    "record": pl.Int64,
}


LATER, AGAIN, GONE = "a later revision stands", "the same record again", "deleted by its source"


def settle(
    *rows: tuple[str, str | None, str, list[str], int], deleted: int | None = None, reason: str = GONE
) -> list[tuple[str, str]]:
    """Rows as (id, revised, format, notices, chars), each in a file of its own; (file, reason) of those dropped."""
    frame = pl.DataFrame([(str(at), at, *row, str(at), 1) for at, row in enumerate(rows)], schema=SCHEMA, orient="row")
    gone = pl.DataFrame(schema={**DELETED, "position": pl.Int64})
    if deleted is not None:
        gone = pl.DataFrame({"document_id": ["a"], "file": ["x"], "reason": [reason], "position": [deleted]})
    dropped = settle_documents(frame, gone)
    assert dropped.schema == DROPPED
    return [(row["file"], row["reason"]) for row in dropped.to_dicts()]


@pytest.mark.parametrize(
    ("rows", "dropped"),
    [
        ([("a", "2020", "f", [], 1), ("b", "2020", "f", [], 1)], []),
        ([("a", "2021", "f", [], 1), ("a", "2020", "f", [], 9)], [("1", LATER)]),
        ([("a", None, "f", [], 9), ("a", "2020", "f", [], 1)], [("0", LATER)]),
        ([("a", "2020", "f", ["has results"], 1), ("a", "2020", "f", [], 9)], [("1", AGAIN)]),
        ([("a", "2020", "trial json v2", [], 1), ("a", "2020", "trial xml classic", [], 9)], [("1", AGAIN)]),
        ([("a", "2020", "f", [], 1), ("a", "2020", "f", [], 2)], [("0", AGAIN)]),
        ([("a", "2020", "f", [], 1), ("a", "2020", "f", [], 1)], [("0", AGAIN)]),
    ],
    ids=["others", "later", "dated", "results", "format", "fuller", "last file"],
)
def test_of_records_with_one_id_one_stands(
    rows: list[tuple[str, str | None, str, list[str], int]], dropped: list[tuple[str, str]]
) -> None:
    assert settle(*rows) == dropped


def test_a_deletion_takes_back_what_came_before_it() -> None:
    rows = [("a", "2020", "f", [], 1), ("a", "2021", "f", [], 1), ("a", "2022", "f", [], 1), ("b", "2020", "f", [], 1)]
    assert settle(*rows, deleted=1) == [("0", GONE), ("1", GONE)]


def test_a_notice_of_retraction_takes_back_every_record_of_its_id() -> None:
    rows = [("a", None, "jats xml", [], 5), ("b", None, "jats xml", [], 5), ("a", None, "jats xml", [], 6)]
    assert settle(*rows, deleted=0, reason="retracted") == [("0", "retracted"), ("2", "retracted")]


def test_papers_that_take_back_or_correct_are_dropped_and_other_sources_keep_them() -> None:
    rows = [
        ("papers:a", None, "jats xml", ["retraction notice"], 5),
        ("papers:b", None, "jats xml", ["erratum"], 5),
        ("papers:c", None, "jats xml", ["no abstract"], 5),
        ("papers:d", None, "jats xml", ["no abstract", "retracted"], 5),
        ("pubmed:1", None, "pubmed xml", ["retracted"], 5),
    ]
    assert settle(*rows) == [("0", "a retraction notice"), ("1", "a correction"), ("3", "retracted")]
