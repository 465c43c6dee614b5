from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.curate import check_export as module
from apothecary.curate.benchmark_files import ITEM
from apothecary.curate.check_export import FINDING, check_export
from apothecary.curate.contamination import Index, build_index
from apothecary.errors import SourceError

ASK = "Which structure carries the urine from the kidney into the bladder of a healthy adult?"


@pytest.fixture(scope="module")
def index() -> Index:
    item = {"benchmark": "b", "item": "1", "text": ASK, "options": [], "answers": [], "contexts": []}
    return build_index(pl.DataFrame([item], schema=ITEM))


def chat(text: str) -> dict[str, Any]:
    return {"id": text[:3], "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}]}


ROWS = [chat("one"), chat("two " + ASK), chat("thr")]
OTHER = [{"instruction": "a", "output": "b"}, {"instruction": ASK, "output": None}, {"instruction": "c", "output": "d"}]


@pytest.mark.parametrize(
    ("name", "rows", "found"),
    [
        pytest.param("a.parquet", ROWS, "two", id="parquet"),
        pytest.param("a.jsonl", ROWS, "two", id="jsonl"),
        pytest.param("a.jsonl.gz", ROWS, "two", id="compressed"),
        pytest.param("a.jsonl", OTHER, None, id="alpaca"),
        pytest.param("b.parquet", OTHER, None, id="alpaca-parquet"),
    ],
)
def test_written_rows_are_read_again(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch, name: str, rows: list[Any], found: str | None
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 1)
    monkeypatch.setattr(module, "BLOCK_BYTES", 90)
    path = tmp_path / name
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    if name.endswith(".parquet"):
        pl.DataFrame(rows).write_parquet(path)
    else:
        path.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    findings = check_export([path, path], index)
    assert findings.schema == FINDING
    assert findings.select("file", "id", "row", "item").rows() == [(str(path), found, 1, "1")] * 2


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        pytest.param("a.parquet", b"PAR1", "cannot be read", id="damaged-parquet"),
        pytest.param("a.jsonl", b'{"text": ', "cannot be read", id="damaged-jsonl"),
        pytest.param("a.jsonl.gz", b"\x1f\x8b", "cannot be read", id="damaged-gzip"),
        pytest.param("a.jsonl", b'{"label": 1}\n', "has no text", id="no-text"),
        pytest.param("missing.jsonl", None, "cannot be read", id="missing"),
    ],
)
def test_one_clear_error(tmp_path: Path, index: Index, name: str, content: bytes | None, what: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=what) as error:
        check_export([tmp_path / name], index)
    assert error.value.hint


def test_no_text_column_in_parquet(tmp_path: Path, index: Index) -> None:
    pl.DataFrame({"label": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="has no text"):
        check_export([tmp_path / "a.parquet"], index)
