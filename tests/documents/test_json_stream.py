from __future__ import annotations

import io
import itertools
import json
import tracemalloc
from typing import Any

import pytest

from apothecary.documents import json_stream
from apothecary.documents.json_stream import iter_json
from apothecary.errors import SourceError


def read(text: str | bytes) -> list[Any]:
    data = text.encode() if isinstance(text, str) else text
    return list(iter_json(io.BytesIO(data), ("results",), file="f.json"))


RECORDS: list[Any] = [{"a": 1, "é": "x\n"}, {"b": [1.5, {"c": None}]}, {}]


@pytest.mark.parametrize("chunk", [1, 7, 2**18])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2, ensure_ascii=False),
        "\n".join(json.dumps(one) for one in RECORDS),
        "\ufeff" + "\r\n\r\n".join(json.dumps(one) for one in RECORDS) + "\n",
        json.dumps({"meta": {"n": 3}, "results": RECORDS}),
        json.dumps({"results": RECORDS, "meta": 12}, indent=1),
    ],
)
def test_records_are_found_in_every_form(text: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", chunk)
    assert read(text) == RECORDS


def test_an_object_without_the_list_is_a_record() -> None:
    assert read('{"7": {"q": [1]}, "8": 2}') == [{"7": {"q": [1]}, "8": 2}]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<html>", "not JSON"),
        ("12", "not JSON"),
        ('[{"a": 1}', "not JSON"),
        ('[{"a": 1} {"b": 2}]', "not JSON"),
        ('{"a" 1}', "not JSON"),
        ('{"a": 1', "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ("[" + "[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_json_is_told(text: str | bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(text)


def test_records_before_the_damage_are_given() -> None:
    records = iter_json(io.BytesIO(b'[{"a": 1}, {"b": 2'), (), file="f")
    assert next(records) == {"a": 1}
    with pytest.raises(SourceError):
        next(records)


def test_a_huge_record_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_RECORD_CHARS", 1000)
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 100)
    with pytest.raises(SourceError, match="too large"):
        read(json.dumps(["x" * 2000]))
    with pytest.raises(SourceError, match="too large"):
        read(json.dumps({str(n): "x" * 50 for n in range(50)}))


def test_memory_is_one_record() -> None:
    class Long:
        chunks = iter([b"[", *[b'{"text": "' + b"x" * 990 + b'"},'] * 20_000, b"{}]"])

        def read(self, size: int = -1, /) -> bytes:
            return b"".join(itertools.islice(self.chunks, max(1, size // 1000)))

    tracemalloc.start()
    count = sum(1 for _ in iter_json(Long(), (), file="f"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_001
    assert peak < 5_000_000
