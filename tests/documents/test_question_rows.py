from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from apothecary.documents.model import Failure
from apothecary.documents.question_rows import Row, iter_parquet, iter_rows
from apothecary.errors import SourceError

RECORDS = [{"question": "Was ist é?", "answer": "x"}, {"question": "b", "answer": "y, z"}]


def read(data: bytes) -> list[Row | Failure]:
    return list(iter_rows(io.BufferedReader(io.BytesIO(data)), file="f"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(RECORDS).encode(),
        json.dumps(RECORDS, indent=1).encode(),
        json.dumps({"data": RECORDS}).encode(),
        json.dumps({"version": 1, "data": RECORDS}, indent=1).encode(),
        "\n\n".join(json.dumps(one, ensure_ascii=False) for one in RECORDS).encode("utf-8-sig"),
        'question,answer\r\nWas ist é?,x\r\nb,"y, z"\r\n'.encode(),
        "question\tanswer\nWas ist é?\tx\nb\ty, z\n".encode("utf-16"),
    ],
    ids=["list", "pretty", "line wrapper", "wrapper", "lines", "csv", "tsv utf-16"],
)
def test_records_are_found_in_every_format(data: bytes) -> None:
    assert read(data) == [(number, record, "") for number, record in enumerate(RECORDS, 1)]


def test_lines_that_are_no_records_fail_and_the_rest_goes_on() -> None:
    good = json.dumps(RECORDS[1]).encode()
    one, two, three, four = read(good + b'\n{"a": \n[1]\n{"question": "caf\xe9"}\n')
    assert one == (1, RECORDS[1], "")
    assert isinstance(two, Failure)
    assert isinstance(three, Failure)
    assert (two.reason, three.reason) == ("a line is not JSON", "not an object")
    assert four == (4, {"question": "café"}, "bytes that are not UTF-8, read as cp1252")


def test_rows_of_another_width_fail_and_mixed_encodings_are_read() -> None:
    rows = read("question,answer\nné,b\nc\n".encode() + b"caf\xe9,d\n" + "ü,e\n".encode())
    assert isinstance(rows[1], Failure)
    assert rows[1].record == 2
    assert rows[0] == (1, {"question": "né", "answer": "b"}, "")
    assert rows[2] == (3, {"question": "café", "answer": "d"}, "bytes that are not UTF-8, read as cp1252")
    assert rows[3] == (4, {"question": "ü", "answer": "e"}, "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"PAR1xx", "inside an archive"), (b"one\ntwo\n", "no table"), (b"a,a\n1,2\n", "no table")],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(data)


def test_parquet_is_read(tmp_path: Path) -> None:
    pl.DataFrame(RECORDS).write_parquet(tmp_path / "a.parquet")
    with (tmp_path / "a.parquet").open("rb") as file:
        assert list(iter_parquet(file, name="f")) == [(1, RECORDS[0], ""), (2, RECORDS[1], "")]
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + bytes(100))
    with (tmp_path / "b.parquet").open("rb") as file, pytest.raises(SourceError, match="damaged"):
        list(iter_parquet(file, name="f"))
