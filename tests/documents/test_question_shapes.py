from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.question_shapes import list_sections, read_question_rows, write_text
from apothecary.documents.readers import read_source
from apothecary.errors import SourceError


def read(records: list[Any]) -> list[Item]:
    data = "\n".join(json.dumps(one) for one in records).encode()
    return list(read_question_rows(io.BufferedReader(io.BytesIO(data)), file="f"))  # type: ignore[arg-type]


CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi?"},
    {"role": "assistant", "content": "Yes."},
    {"role": "user", "content": "More?"},
    {"role": "assistant", "content": "No."},
]


@pytest.mark.parametrize(
    ("record", "sections"),
    [
        ({"question": " a\n b ", "answer": "c"}, [("question", "a b"), ("answer", "c")]),
        (
            {"Question": "a", "Answer": "c", "Context": ["x", "y"]},
            [("question", "a"), ("context", "x\n\ny"), ("answer", "c")],
        ),
        ({"prompt": "a", "response": "c"}, [("question", "a"), ("answer", "c")]),
        ({"instruction": "a", "input": "b", "output": "c"}, [("question", "a"), ("context", "b"), ("answer", "c")]),
        ({"instruction": "a", "input": "", "output": "c"}, [("question", "a"), ("answer", "c")]),
        ({"input": "a", "output": "c"}, [("question", "a"), ("answer", "c")]),
        ({"question": "a", "answers": {"text": ["c"], "start": [3]}}, [("question", "a"), ("answer", "c")]),
        (
            {"messages": CHAT},
            [
                ("system", "Be brief."),
                ("question", "Hi?"),
                ("answer", "Yes."),
                ("question", "More?"),
                ("answer", "No."),
            ],
        ),
        (
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "c"}]},
            [("question", "a"), ("answer", "c")],
        ),
        ({"messages": json.dumps(CHAT[1:3])}, [("question", "Hi?"), ("answer", "Yes.")]),
        ({"text": "a"}, []),
    ],
)
def test_shapes_are_known(record: dict[str, Any], sections: list[tuple[str, str]]) -> None:
    assert list_sections(record) == sections


def test_records_become_documents() -> None:
    one, two, three, four = read(
        [
            {"id": 7, "question": "a?", "answer": "c", "license": "CC0"},
            {"question": "a?", "answer": ""},
            {"text": "x"},
            {"messages": CHAT},
        ]
    )
    assert isinstance(one, Document)
    assert (one.licence, one.links, one.title) == ("CC0", [("id", "7")], "a?")
    assert isinstance(two, Document)
    assert two.notices == ["no answer"]
    assert isinstance(three, Failure)
    assert three.reason == "no question"
    assert isinstance(four, Document)
    assert four.notices == ["several turns"]


def test_the_same_pair_again_has_the_same_id() -> None:
    one, two, three = read(
        [{"question": "a", "answer": "b"}, {"prompt": "a", "response": "b"}, {"question": "a", "answer": "c"}]
    )
    assert isinstance(one, Document)
    assert isinstance(two, Document)
    assert isinstance(three, Document)
    assert one.document_id == two.document_id != three.document_id


def test_a_table_of_something_else_is_given_up() -> None:
    with pytest.raises(SourceError, match="no record is a question"):
        read([{"text": "x"}] * 1_002)


def test_values_become_text() -> None:
    assert [write_text(value) for value in (None, 7, ["a", None, "b"], {"x": 1})] == ["", "7", "a\n\nb", ""]


def test_parquet_with_chats_is_read(tmp_path: Path) -> None:
    pl.DataFrame({"messages": [CHAT, CHAT[1:3]]}).write_parquet(tmp_path / "a.parquet")
    one, two = read_source("questions", tmp_path / "a.parquet")
    assert isinstance(one, Document)
    assert isinstance(two, Document)
    assert two.sections == [("question", "Hi?"), ("answer", "Yes.")]
