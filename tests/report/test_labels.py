"""Labels are read from what people have, and the interval is Wilson's."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import SourceError
from apothecary.report.labels import rate, read_labels

LABELS = {"a/1": True, "a/2": False}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.csv", "id,accepted\na/1,yes\na/2,0\n"),
        ("l.csv", "note,accepted,id\nfine,Accepted,a/1\n,no,a/2\n"),
        ("l.jsonl", '{"id": "a/1", "accepted": true}\n{"id": "a/2", "accepted": false}\n'),
    ],
)
def test_labels_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_labels(tmp_path / name) == LABELS


def test_parquet_is_read(tmp_path: Path) -> None:
    pl.DataFrame({"id": list(LABELS), "accepted": list(LABELS.values())}).write_parquet(tmp_path / "l.parquet")
    assert read_labels(tmp_path / "l.parquet") == LABELS


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("id,verdict\na,1\n", "columns id, verdict"),
        ("id,accepted\na,perhaps\n", "perhaps"),
        ("id,accepted\na,yes\na,no\n", "both ways"),
        ("", "cannot be read"),
    ],
)
def test_what_is_no_label_is_refused(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(SourceError, match=match):
        read_labels(tmp_path / "l.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")


def test_the_interval_is_wilsons() -> None:
    told = rate([True] * 294 + [False] * 6)
    assert told is not None
    assert (told["labels"], told["accepted"]) == (300, 294)
    assert told["low"] == pytest.approx(0.957, abs=0.001)  # 0.9 to 4.3 % wrong, as docs/quality.md says of 6 in 300
    assert told["high"] == pytest.approx(0.991, abs=0.001)


def test_none_is_unmeasured() -> None:
    assert rate([]) is None
