from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.curate.benchmark_files import ITEM, PIECE_ITEMS, iter_benchmark, read_benchmarks
from apothecary.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"
MMLU = '"What is the dose, in mg?",1,2,"3, or 4",5,C\n"What ""is"" a drug?",a,b,c,d,A\n'
ARC = {
    "id": "q7",
    "question": {"stem": "Why?", "choices": [{"text": "so", "label": "A"}, {"text": "no", "label": "B"}]},
}
COLUMNS = {"question": ["Who?", "Why?"], "A": ["x", "y"]}
BIOASQ = {
    "questions": [
        {"body": "Who?", "id": "b1", "snippets": [{"text": "He.", "document": "u"}], "exact_answer": [["He"]]}
    ]
}


def item(item: str, text: str, options: Any = (), answers: Any = (), contexts: Any = ()) -> dict[str, Any]:
    lists = {"options": list(options), "answers": list(answers), "contexts": list(contexts)}
    return {"item": item, "text": text, **lists}


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_bytes(
        content
        if isinstance(content, bytes)
        else content.encode()
        if isinstance(content, str)
        else json.dumps(content).encode()
    )
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param(
            "mmlu.csv",
            MMLU,
            [
                item("1", "What is the dose, in mg?", ["1", "2", "3, or 4", "5"], ["3, or 4"]),
                item("2", 'What "is" a drug?', "abcd", ["a"]),
            ],
            id="csv-without-header",
        ),
        pytest.param(
            "h.csv",
            "\ufeffID,Question,Answer\nq1,Who?,He\n",
            [item("q1", "Who?", answers=["He"])],
            id="csv-with-header-and-mark",
        ),
        pytest.param(
            "h.tsv",
            "question\toption_a\toption_b\tanswer\nWho?\tme\tyou\tB\n",
            [item("1", "Who?", ["me", "you"], ["you"])],
            id="tsv",
        ),
        pytest.param(
            "plain.csv",
            "7,a long question about a drug\n8,another one\n",
            [item("1", "a long question about a drug", contexts=["7"]), item("2", "another one", contexts=["8"])],
            id="csv-of-no-known-form",
        ),
        pytest.param(
            "m.jsonl",
            '{"question":"Who?","opa":"x","opb":"y","cop":1,"id":"m1"}\n\n',
            [item("m1", "Who?", "xy")],
            id="medmcqa",
        ),
        pytest.param("b.json", BIOASQ, [item("b1", "Who?", answers=["He"], contexts=["He."])], id="bioasq"),
        pytest.param(
            "p.json",
            {"21": {"QUESTION": "Do they?", "CONTEXTS": ["c"], "LONG_ANSWER": "Yes."}},
            [item("21", "Do they?", answers=["Yes."], contexts=["c"])],
            id="objects-by-id",
        ),
        pytest.param("arc.jsonl", json.dumps(ARC), [item("q7", "Why?", ["so", "no"])], id="nested-question"),
        pytest.param("columns.json", COLUMNS, [item("1", "Who?", "x"), item("2", "Why?", "y")], id="json-columns"),
        pytest.param("texts.json", ["Who?", "Why?"], [item("1", "Who?"), item("2", "Why?")], id="list-of-texts"),
        pytest.param(
            "rows.json", {"rows": [{"row": {"question": "Who?"}}]}, [item("1", "Who?")], id="rows-of-a-hub-page"
        ),
        pytest.param(
            "chat.jsonl",
            json.dumps({"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "He."}]}),
            [item("1", "Who?", answers=["He."])],
            id="chat",
        ),
        pytest.param("z.jsonl.gz", gzip.compress(b'{"question":"Who?"}\n'), [item("1", "Who?")], id="compressed"),
        pytest.param(
            "some.jsonl",
            '{"question":"Who?"}\n{"label":1}\n{"question":null}\n',
            [item("1", "Who?")],
            id="some-without-text",
        ),
        pytest.param("lone.jsonl", '{"question":"Who \\ud800?"}', [item("1", "Who ??")], id="lone-surrogate"),
    ],
)
def test_shapes(tmp_path: Path, name: str, content: Any, expected: list[dict[str, Any]]) -> None:
    frame = read_benchmarks([write(tmp_path, name, content)])
    assert frame.schema == ITEM
    assert frame["benchmark"].unique().to_list() == [name]
    assert frame.drop("benchmark").to_dicts() == expected


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        pytest.param("a.csv", "", "is empty", id="empty-csv"),
        pytest.param("a.json", "", "is empty", id="empty-json"),
        pytest.param("a.json", [], "is empty", id="json-without-items"),
        pytest.param("a.jsonl", "\n\n", "is empty", id="blank-lines"),
        pytest.param("a.json", '{"questions": [', "cannot be read", id="cut-json"),
        pytest.param("a.jsonl", '{"question": "Who?"}\n{"quest', "cannot be read", id="cut-jsonl"),
        pytest.param("a.parquet", b"PAR1 and no more", "cannot be read", id="damaged-parquet"),
        pytest.param("a.parquet", b"", "cannot be read", id="empty-parquet"),
        pytest.param("a.jsonl.gz", gzip.compress(b"{}" * 99)[:-9], "cannot be read", id="cut-gzip"),
        pytest.param("a.csv", b"\xff\xfe\x00", "cannot be read", id="not-utf-8"),
        pytest.param("a.csv", 'question\n"never closed', "cannot be read", id="open-quote"),
        pytest.param("a.csv", "question,answer\na,b,c\n", "line 2 of the benchmark file has 3", id="too-many-cells"),
        pytest.param("a.json", {"123": "yes", "124": "no"}, "no question text", id="labels-by-id"),
        pytest.param("a.jsonl", '{"label": 3}', "no question text", id="no-text"),
        pytest.param("a.json", 7, "no records", id="a-number"),
        pytest.param("a.json", "[" * 100_000, "cannot be read", id="too-deep"),
        pytest.param("a.xlsx", "x", "format is not known", id="other-format"),
    ],
)  # fmt: skip
def test_one_clear_error(tmp_path: Path, name: str, content: Any, what: str) -> None:
    with pytest.raises(SourceError, match=what) as error:
        read_benchmarks([write(tmp_path, name, content)])
    assert error.value.hint
    assert name in str(error.value)


@pytest.mark.parametrize("name", ["none.csv", "."], ids=["missing", "folder"])
def test_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"no benchmark file|this is none"):
        read_benchmarks([tmp_path / name])


def test_parquet_in_pieces_and_names_of_files(tmp_path: Path) -> None:
    pl.DataFrame({"question": [f"Who is {n}?" for n in range(PIECE_ITEMS + 5)]}).write_parquet(tmp_path / "t.parquet")
    assert [part.height for part in iter_benchmark(tmp_path / "t.parquet")] == [PIECE_ITEMS, 5]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "t.parquet").write_bytes((tmp_path / "t.parquet").read_bytes())
    both = read_benchmarks([tmp_path / "t.parquet", tmp_path / "other" / "t.parquet"])
    assert both["benchmark"].unique().sort().to_list() == sorted([f"{tmp_path.name}/t.parquet", "other/t.parquet"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(
            st.sampled_from(["question", "options", "answer", "id", "a", "messages", "rows"]) | st.text(max_size=3),
            one,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(document=JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    path = write(tmp_path_factory.mktemp("json"), "a.json", json.dumps(document))
    try:
        frame = read_benchmarks([path])
    except SourceError as error:
        assert error.hint
    else:
        assert frame["text"].str.strip_chars().str.len_chars().min() > 0


@given(content=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.parquet", "a.csv.gz"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = write(tmp_path_factory.mktemp("bytes"), name, content)
    try:
        assert read_benchmarks([path]).height
    except SourceError as error:
        assert error.hint


@pytest.mark.parametrize(
    ("path", "items", "options"),
    [
        ("benchmarks/mmlu_anatomy_test.csv", 135, 4),
        ("benchmarks/mmlu_clinical_knowledge_test.csv", 265, 4),
        ("benchmarks/mmlu_college_medicine_test.csv", 173, 4),
        ("benchmarks/medmcqa_dev.jsonl", 4183, 4),
        ("benchmarks/bioasq/7B1_golden.json", 100, 0),
        ("pubmedqa/ori_pqal.json", 1000, 0),
    ],
)
def test_real_benchmarks(path: str, items: int, options: int) -> None:
    if not (SHARED / path).exists():
        pytest.skip(f"needs {path} beside the repository")
    frame = read_benchmarks([SHARED / path])
    assert frame.height == items
    assert frame["options"].list.len().unique().to_list() == [options]
    assert frame["item"].n_unique() == items


def test_real_labels_without_text() -> None:
    path = SHARED / "pubmedqa" / "test_ground_truth.json"
    if not path.exists():
        pytest.skip("needs pubmedqa beside the repository")
    with pytest.raises(SourceError, match="no question text"):
        read_benchmarks([path])
