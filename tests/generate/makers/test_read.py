"""Folders of documents become records."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generate.makers.documents import list_raw, write_folder

from apothecary.documents.model import Document
from apothecary.engine.commit import write_json
from apothecary.errors import SourceError
from apothecary.generate.makers.read import list_blocks, read_block, read_passages


def test_a_folder_gives_its_blocks_and_records(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "docs")
    blocks = list_blocks(folder)
    assert len(blocks) == 1
    assert blocks[0]["rows"] == len(list_raw())
    records, withdrawn = read_block(Path(blocks[0]["documents"]), Path(blocks[0]["passages"]))
    assert withdrawn == 0
    assert [record.document_id for record in records] == [raw["id"] for raw in list_raw()]
    for record, raw in zip(records, list_raw(), strict=True):
        assert {one.name: one.text for one in record.sections} == raw["sections"]
    assert sum(table.height for table in read_passages(folder)) == sum(len(raw["sections"]) for raw in list_raw())


def test_what_was_taken_back_is_left_out(tmp_path: Path) -> None:
    kept = Document("pubmed", "1", "invented", "Kept", "CC0", sections=[("title", "Kept")])
    gone = Document("pubmed", "2", "invented", "Gone", "CC0", sections=[("title", "Gone")], retraction="retracted")
    block = list_blocks(write_folder(tmp_path / "docs", [gone, kept]))[0]
    records, withdrawn = read_block(Path(block["documents"]), Path(block["passages"]))
    assert [record.title for record in records] == ["Kept"]
    assert [one.text for one in records[0].sections] == ["Kept"]
    assert withdrawn == 1


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", {"files": []})
    with pytest.raises(SourceError, match="no documents"):
        list_blocks(tmp_path)
