from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.label_text import is_labeledin, read_label_texts
from apothecary.documents.model import Document, Failure
from apothecary.documents.readers import read_source

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "labeledin_annotated_part1.txt"
LINE = (
    '7|9c983da1-a8e0-479e-8816-5d5668ea242e| X is for <br> <br> <div> <annotation cui="C1">Pain</annotation> &amp; '
    '<annotation cui="C2">fever</annotation> < 3 days </div> Rest.'
)


def test_lines_are_read() -> None:
    one, two = read_label_texts(io.BufferedReader(io.BytesIO(f"{LINE}\nnone\n".encode())), file="f")  # type: ignore[arg-type]
    assert isinstance(one, Document)
    assert one.sections == [("indications", "X is for\n\nPain & fever < 3 days\n\nRest.")]
    assert one.links == [("set_id", LINE[2:38]), ("disease", "C1"), ("disease", "C2")]
    assert one.subjects == ["Pain", "fever"]
    assert isinstance(two, Failure)


def test_other_text_is_none() -> None:
    assert is_labeledin(LINE.encode())
    assert not is_labeledin(b"7|8|x\n")


def test_the_real_file_has_the_counts_of_readme() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    documents = [item for item in read_source("labels", SHARED) if isinstance(item, Document)]
    assert len(documents) == 250
    assert sum(kind == "disease" for one in documents for kind, _ in one.links) == 1524
