from __future__ import annotations

from apothecary.documents.model import (
    DOCUMENT,
    FAILURE,
    GAP,
    Document,
    Failure,
    tabulate_documents,
    tabulate_failures,
)
from apothecary.example import PASSAGE


def test_documents_become_tables_whose_spans_hold() -> None:
    document = Document("pubmed", "7", "pubmed xml", "A title", "free", date="2020", links=[("ErratumIn", "8")])
    document.sections = [("title", "A title"), ("abstract/methods", "We did.")]
    documents, passages = tabulate_documents([document])
    assert documents.schema == DOCUMENT
    assert passages.schema == PASSAGE
    row = documents.row(0, named=True)
    assert (row["document_id"], row["passages"], row["links"]) == ("pubmed:7", 2, [{"type": "ErratumIn", "id": "8"}])
    whole = GAP.join(text for _, text in document.sections)
    assert row["chars"] == len(whole)
    for passage in passages.to_dicts():
        assert whole[passage["start"] : passage["end"]] == passage["text"]
    assert passages["passage_id"].to_list() == ["pubmed:7#0", "pubmed:7#1"]


def test_nothing_becomes_empty_tables() -> None:
    documents, passages = tabulate_documents([])
    assert documents.schema == DOCUMENT
    assert passages.schema == PASSAGE


def test_failures_become_a_table() -> None:
    table = tabulate_failures([Failure("a.xml", None, None, "the file is empty")])
    assert table.schema == FAILURE
    assert table.height == 1
