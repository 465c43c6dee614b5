from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from apothecary.documents.label_json import read_labels_json
from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.readers import read_source

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs"
LABEL: dict[str, Any] = {
    "set_id": "ABC-1",
    "id": "x",
    "version": "3",
    "effective_time": "20200102",
    "boxed_warning": ["WARNING: may harm."],
    "indications_and_usage": ["1 INDICATIONS For pain."],
    "indications_and_usage_table": ["<table/>"],
    "drug_interactions": ["With A.", ""],
    "openfda": {
        "brand_name": ["Brandex"],
        "generic_name": ["DRUG X"],
        "substance_name": ["DRUG X"],
        "unii": ["U1"],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
        "manufacturer_name": ["Maker"],
        "route": ["ORAL"],
    },
}


def read(content: Any) -> list[Item]:
    return list(read_labels_json(io.BytesIO(json.dumps(content).encode()), file="f.json"))


def test_a_label_is_read_whole() -> None:
    (document,) = read({"meta": {}, "results": [LABEL]})
    assert isinstance(document, Document)
    assert (document.document_id, document.title) == ("labels:abc-1", "Brandex (DRUG X)")
    assert (document.date, document.revised, document.rights) == ("2020-01-02", "version 000003", "Maker")
    assert (document.chemicals, document.links, document.notices) == (["DRUG X"], [("unii", "U1")], [])
    assert document.sections[2:] == [
        ("boxed_warning", "WARNING: may harm."),
        ("indications", "1 INDICATIONS For pain."),
        ("interactions", "With A."),
    ]


def test_labels_without_set_id_fail_and_the_rest_goes_on() -> None:
    one, two, three = read([{"id": "x"}, 7, LABEL])
    assert isinstance(one, Failure)
    assert isinstance(two, Failure)
    assert one.reason == "not shaped like a label"
    assert isinstance(three, Document)


def test_real_records_have_the_counts_of_a_plain_parser() -> None:
    path = SHARED / "openfda_harmonized.small.jsonl"
    if not path.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    documents = list(read_source("labels", path))
    assert len(documents) == 500
    assert all(isinstance(one, Document) and one.notices == ["no label text"] for one in documents)
    assert len({one.document_id for one in documents}) == 500
