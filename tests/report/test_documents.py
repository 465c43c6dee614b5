"""What is told of documents that were read."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.errors import SourceError
from apothecary.report.documents import report_documents

MEDLINE = "PMID- 1\nDP  - 2001\nTI  - A title.\nAB  - An abstract of two sentences. Here is the second.\nLA  - eng\n"


def test_records_passages_and_failures_are_told(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text(MEDLINE)
    told = report_documents("pubmed", [path], tmp_path / "out", workers=1, quiet=True)
    assert told.startswith("1 records, ") and told.endswith(f" 0 failed: {tmp_path / 'out'}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file at"):
        report_documents("pubmed", [tmp_path / "none.xml"], tmp_path / "out", workers=1, quiet=True)
