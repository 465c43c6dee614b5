from __future__ import annotations

import os

import pytest

from apothecary.engine.commit import write_sealed
from apothecary.engine.shard import (
    Shard,
    ShardFolder,
    check_books,
    check_file_path,
    load_once,
    make_shard,
    read_record,
    record_path,
    sum_books,
)
from apothecary.errors import RunDamagedError, VerdictError


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a b", "x" * 101, "ü"])
def test_name_that_is_not_fit_for_a_file_is_refused(name):
    with pytest.raises(ValueError, match="a shard's name"):
        Shard(name, {})


@pytest.mark.parametrize(("payload", "rows"), [({}, 1), ({"rows": 7}, 7)])
def test_rows_expected_come_from_the_payload(payload, rows):
    assert Shard("test-00000", payload).rows == rows


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "data/../../x", "done/x.json", "manifest.json"])
def test_file_outside_the_room_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match="must lie in the room folder"):
        ShardFolder(tmp_path).write_bytes(path, b"")
    with pytest.raises(ValueError, match="must lie in the room folder"):
        check_file_path(path)


def test_files_are_remembered_in_order(tmp_path):
    folder = ShardFolder(tmp_path)
    folder.write_bytes("sample.jsonl", b"{}\n", rows=1)
    folder.write_with("data/deep/x", lambda temp: temp.write_text("abc"), rows=2)
    assert [(entry.path, entry.rows, entry.bytes) for entry in folder.files] == [
        ("sample.jsonl", 1, 3),
        ("data/deep/x", 2, 3),
    ]


def test_record_is_read_as_it_was_written(tmp_path):
    def work(shard, folder, context):
        folder.write_bytes("data/a", b"x", rows=context["rows"])
        return {"kept": 5}

    (tmp_path / "done").mkdir()
    record = make_shard(Shard("a", {}), tmp_path, work, {"rows": 5}, "i")
    again, content = read_record(record_path(tmp_path, "a"))
    assert again == record and content["inputs"] == "i"


@pytest.mark.parametrize(
    "change",
    [{"name": "b"}, {"files": [{"path": "x"}]}, {"files": [{"path": "../x", "rows": 1, "bytes": 1, "sha256": ""}]}],
    ids=["name", "keys", "path"],
)
def test_sealed_record_with_wrong_content_is_damaged(tmp_path, change):
    record = {"format": 1, "name": "a", "inputs": "", "payload": "", "files": [], "books": {}}
    write_sealed(tmp_path / "a.json", record | change)
    with pytest.raises(RunDamagedError):
        read_record(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(RunDamagedError):
        read_record(tmp_path / "b.json")


@pytest.mark.parametrize(
    "books",
    [
        {},
        {"rows": 5},
        {"a": {"read": 3, "kept": 3}},
        {"a": {"read": 6, "kept": 1, "dropped": {"x": {"y": 2}, "z": 1}, "failed": {"w": 2}}},
        {"read": 2, "kept": 1, "dropped": 1, "failed": 0},
    ],
)
def test_balanced_books_pass(books):
    check_books(books, "here")


@pytest.mark.parametrize(
    "books",
    [
        {"a": {"read": 3, "kept": 2}},
        {"room": {"a": {"read": 6, "kept": 1, "dropped": {"x": 2}, "failed": {"w": 2}}}},
        {"read": 2, "kept": 3},
    ],
)
def test_books_that_do_not_balance_are_refused(books):
    with pytest.raises(VerdictError, match="do not balance"):
        check_books(books, "here")


@pytest.mark.parametrize("value", [1.0, True, None, "1", [1]])
def test_books_hold_only_counts(value):
    with pytest.raises(TypeError, match=r"for a\.b"):
        check_books({"a": {"b": value}}, "here")


def test_books_are_summed():
    total = sum_books([{"a": {"x": 1}, "n": 1}, {"a": {"x": 2, "y": 3}}, {}])
    assert total == {"a": {"x": 3, "y": 3}, "n": 1}


calls: list[dict[str, object]] = []


def load(context):
    calls.append(context)
    return object()


def test_context_is_loaded_once(tmp_path):
    first = load_once(load, {"a": 1, "b": 2})
    assert load_once(load, {"b": 2, "a": 1}) is first and len(calls) == 1
    assert load_once(load, {"a": 2}) is not first and len(calls) == 2


def test_two_processes_use_different_temporary_names(tmp_path):
    seen = []
    ShardFolder(tmp_path).write_with("data/a", lambda temp: seen.append(temp) or temp.write_bytes(b""))
    assert str(os.getpid()) in seen[0].name
