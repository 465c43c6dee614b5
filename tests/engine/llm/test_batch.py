"""Batches: out without what is known, back in any order, with doubles, strangers, failures and torn lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apothecary.engine.llm.batch import export_batch, import_batch
from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.ledger import Ledger, Price
from apothecary.engine.llm.request import Answer, Outcome, Request
from apothecary.errors import RecipeError

ASKS = [Request("m", (("user", f"q{number}"),)) for number in range(10)]


def answer_line(line: dict, text: str = "fine", status: int = 200) -> str:
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    body["usage"] = {"prompt_tokens": 100, "completion_tokens": 50}
    return json.dumps(
        {"custom_id": line["custom_id"], "response": {"status_code": status, "body": body}, "error": None}
    )


def read_lines(paths: list[Path]) -> list[dict]:
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def cache(tmp_path: Path):
    with Cache(tmp_path / "c") as opened:
        yield opened


def test_round_trip_with_everything_that_happens(tmp_path: Path, cache: Cache) -> None:
    cache.put(ASKS[0], Outcome(ASKS[0].key, Answer(("known",), ("stop",))))
    lines = read_lines(export_batch([*ASKS, ASKS[3]], tmp_path / "out", cache))
    assert {line["custom_id"] for line in lines} == {ask.key for ask in ASKS[1:]}
    assert len(lines) == 9
    results = [answer_line(line) for line in lines[:5]] + [
        answer_line(lines[5], "q6"),
        answer_line(lines[6], status=500),
    ]
    results += [answer_line(lines[0]), answer_line({"custom_id": "f" * 64}), results[0][:40], "[]"]
    (tmp_path / "in.jsonl").write_text("\n".join(reversed(results)))
    ledger = Ledger(cache, "m", price=Price(10.0, 10.0, 0.5))
    books = import_batch([tmp_path / "in.jsonl"], cache, ledger=ledger)
    fates = {"answered": 5, "echo": 1, "server error": 1, "already there": 1, "unknown": 1, "damaged line": 2}
    assert books == {"read": 11} | fates
    assert ledger.spent.tokens == 6 * 150
    assert ledger.spent.usd == pytest.approx(6 * 150 * 10e-6 / 2)
    again = read_lines(export_batch(ASKS, tmp_path / "again", cache))
    assert {line["custom_id"] for line in again} == {line["custom_id"] for line in lines[6:]}
    assert import_batch([tmp_path / "in.jsonl"], cache, ledger=ledger)["answered"] == 0
    assert ledger.spent.tokens == 6 * 150


def test_files_are_cut_by_requests_and_bytes(tmp_path: Path, cache: Cache) -> None:
    assert [len(read_lines([path])) for path in export_batch(ASKS, tmp_path / "a", cache, max_requests=4)] == [4, 4, 2]
    files = export_batch(ASKS, tmp_path / "b", cache, max_bytes=700)
    assert all(path.stat().st_size <= 700 for path in files)
    assert len(read_lines(files)) == 10


def test_anthropic_form(tmp_path: Path, cache: Cache) -> None:
    asked = Request("m", (("user", "q"),), n=3)
    [path] = export_batch([asked], tmp_path / "out", cache, dialect="anthropic")
    requests = json.loads(path.read_text("utf-8"))["requests"]
    assert len(requests) == 3 and len({line["custom_id"] for line in requests}) == 3
    message = {"content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn", "usage": {}}
    results = [
        {"custom_id": line["custom_id"], "result": {"type": "succeeded", "message": message}} for line in requests
    ]
    results[2]["result"] = {"type": "canceled"}
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(line) for line in results))
    books = import_batch([tmp_path / "in.jsonl"], cache, dialect="anthropic")
    assert books == {"read": 3, "answered": 2, "batch canceled": 1}


def test_missing_file_is_explained(tmp_path: Path, cache: Cache) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        import_batch([tmp_path / "none"], cache)
