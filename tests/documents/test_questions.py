from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from apothecary.documents.model import Document, Failure
from apothecary.documents.questions import read_medquad, read_pubmedqa
from apothecary.documents.readers import read_source
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"
MEDQUAD = b"""<Document id="7" source="TEST" url="https://a.invalid/"><Focus>Pain</Focus><QAPairs>
<QAPair pid="1"><Question qid="7-1" qtype="information">What is
 pain ?</Question><Answer>It
 hurts.

Much.</Answer></QAPair>
<QAPair pid="2"><Question qid="7-2" qtype="treatment">Who treats it ?</Question><Answer></Answer></QAPair>
<QAPair pid="3"><Question qid="7-3"></Question><Answer>x</Answer></QAPair></QAPairs></Document>"""
OLD = b"""<doc docid="7" corpus="OLD"><doctitle-focus>Pain</doctitle-focus><qaPairs><pair pid="1">
<question qid="7-1" qtype="information">What?</question><answer>This.</answer></pair></qaPairs></doc>"""
PUBMEDQA: dict[str, Any] = {
    "7": {
        "QUESTION": "Does it help?",
        "CONTEXTS": ["We tried.", "It did."],
        "LABELS": ["METHODS", "RESULTS"],
        "MESHES": ["Pain"],
        "YEAR": "2011",
        "LONG_ANSWER": "It helps.",
        "final_decision": "yes",
    }
}


def test_medquad_is_read() -> None:
    first, second, third = read_medquad(io.BytesIO(MEDQUAD), file="f.xml")
    assert isinstance(first, Document)
    assert first.document_id.startswith("questions:medquad/TEST/7-1/")
    assert first.sections == [("question", "What is pain ?"), ("answer", "It hurts.\n\nMuch.")]
    assert (first.types, first.keywords, first.notices) == (["information"], ["Pain"], [])
    assert isinstance(second, Document)
    assert second.notices == ["no answer"]
    assert isinstance(third, Failure)
    assert third.reason == "no question"


def test_the_oldest_files_are_read() -> None:
    (document,) = read_medquad(io.BytesIO(OLD), file="f.xml")
    assert isinstance(document, Document)
    assert document.document_id.startswith("questions:medquad/OLD/7-1/")
    assert document.sections[1] == ("answer", "This.")


def test_ids_that_files_share_are_told_apart() -> None:
    texts = (MEDQUAD, MEDQUAD.replace(b"pain ?", b"ache ?"))
    first, second = (next(read_medquad(io.BytesIO(text), file="f.xml")) for text in texts)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert first.document_id != second.document_id


def test_a_file_without_questions_is_told() -> None:
    (failed,) = read_medquad(io.BytesIO(b"<Document/>"), file="f.xml")
    assert isinstance(failed, Failure)


def test_pubmedqa_is_read() -> None:
    crooked = {"8": {"QUESTION": "Q?", "CONTEXTS": ["a"], "LABELS": ["A", "B"]}, "9": 1}
    first, *failed = read_pubmedqa(io.BytesIO(json.dumps(PUBMEDQA | crooked).encode()), file="f.json")
    assert isinstance(first, Document)
    assert first.sections == [
        ("question", "Does it help?"),
        ("context/methods", "We tried."),
        ("context/results", "It did."),
        ("answer", "It helps."),
        ("decision", "yes"),
    ]
    assert (first.date, first.subjects, first.links) == ("2011", ["Pain"], [("pmid", "7")])
    assert [item.reason for item in failed if isinstance(item, Failure)] == ["not shaped like a question"] * 2


@pytest.mark.parametrize(
    ("content", "reason"), [({"7": "yes"}, "test ids"), ([], "no questions"), ({}, "no questions")]
)
def test_other_json_is_refused(content: Any, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        list(read_pubmedqa(io.BytesIO(json.dumps(content).encode()), file="f.json"))


def read_path(name: str) -> list[Any]:
    if not (SHARED / name).exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    return list(read_source("questions", SHARED / name))


def test_medquad_has_the_counts_of_a_plain_parser() -> None:
    items = read_path("medquad/medquad_dev.tar.gz")
    assert len({item.file for item in items}) == 1921
    documents = [item for item in items if isinstance(item, Document)]
    # The plain parser counted <QAPair>; four of the oldest files have 16 <pair> more. Six files hold no question.
    assert Counter(item.reason for item in items if isinstance(item, Failure)) == {"the XML holds no questions": 6}
    assert len(documents) == len({item.document_id for item in documents}) == 16168 + 16
    assert sum("no answer" not in item.notices for item in documents) == 3279 + 16


def test_pubmedqa_has_the_counts_of_a_plain_parser() -> None:
    documents = read_path("pubmedqa/ori_pqal.json")
    decisions = Counter(dict(document.sections)["decision"] for document in documents)
    assert decisions == {"yes": 552, "no": 338, "maybe": 110}
    (failed,) = read_path("pubmedqa/test_ground_truth.json")
    assert failed.reason == "a list of test ids, not questions"
