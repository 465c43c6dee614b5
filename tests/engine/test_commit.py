from __future__ import annotations

import errno
import hashlib
import os
import pickle

import polars as pl
import pytest

from apothecary.engine import fault
from apothecary.engine.commit import (
    SEAL,
    explain_storage,
    hash_file,
    is_temp,
    make_folder,
    read_json,
    read_sealed,
    remove_file,
    write_bytes,
    write_file,
    write_json,
    write_sealed,
)
from apothecary.errors import RunDamagedError, StorageError


def test_written_file_comes_with_its_size_and_hash(tmp_path):
    record = write_bytes(tmp_path / "a.bin", b"morphine")
    assert (record.path, record.bytes, record.sha256) == ("a.bin", 8, hashlib.sha256(b"morphine").hexdigest())
    assert hash_file(tmp_path / "a.bin") == record.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_frames_go_through_the_same_door(tmp_path):
    frame = pl.DataFrame({"a": [1, 2, 3]})
    record = write_file(tmp_path / "a.parquet", frame.write_parquet)
    assert record.bytes == (tmp_path / "a.parquet").stat().st_size
    assert pl.read_parquet(tmp_path / "a.parquet").equals(frame)


@pytest.mark.parametrize("had_one", [False, True], ids=["new", "replaced"])
@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("code", ["EIO", "ENOSPC", "EACCES"])
def test_failing_operation_leaves_the_old_file_or_the_new_one(tmp_path, monkeypatch, had_one, number, code):
    target = tmp_path / "a.bin"
    if had_one:
        target.write_bytes(b"old")
    monkeypatch.setattr(fault, "_passed", 0)
    monkeypatch.setenv(fault.FAULT_VARIABLE, f"fail:{code}@{number}")
    with pytest.raises(OSError, match=r"a\.bin") as caught:
        write_bytes(target, b"new")
    assert caught.value.errno == getattr(errno, code)
    is_renamed = number == 5
    assert (target.read_bytes() if target.exists() else None) == (b"new" if is_renamed else b"old" if had_one else None)
    assert not [path for path in tmp_path.iterdir() if is_temp(path)]


def test_error_while_writing_leaves_nothing(tmp_path):
    def write_half(path):
        path.write_bytes(b"half")
        raise KeyError("no")

    with pytest.raises(KeyError):
        write_file(tmp_path / "a", write_half)
    assert list(tmp_path.iterdir()) == []


def test_json_is_canonical(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": ["µg", None]})
    assert (tmp_path / "a.json").read_text() == '{\n  "a": [\n    "µg",\n    null\n  ],\n  "b": 1\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": ["µg", None], "b": 1}
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "b.json", {"a": float("nan")})


@pytest.mark.parametrize(
    "data", [None, b"", b"{", b"\xff\xfe", b"[" * 100_000], ids=["missing", "empty", "cut", "binary", "deep"]
)
def test_json_that_cannot_be_read_is_named(tmp_path, data):
    if data is not None:
        (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(RunDamagedError, match=r"a\.json"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1", "2", 1),
        lambda text: text + " ",
        lambda text: text.replace("  ", "\t"),
        lambda text: text.replace(SEAL, "sael"),
        lambda text: "[]",
        lambda text: '{"a": NaN}',
    ],
    ids=["value", "space", "indent", "no-seal", "list", "nan"],
)
def test_seal_shows_every_change(tmp_path, change):
    path = tmp_path / "a.json"
    sealed = write_sealed(path, {"a": 1, "b": {"c": 1}})
    assert read_sealed(path) == sealed and sealed["a"] == 1
    path.write_text(change(path.read_text()))
    with pytest.raises(RunDamagedError, match=r"a\.json"):
        read_sealed(path)


def test_folders_are_made_and_files_removed(tmp_path):
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b")
    path = tmp_path / "a" / "b" / "c" / "d"
    path.write_text("x")
    remove_file(path)
    remove_file(path)
    assert not path.exists() and path.parent.is_dir()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENOSPC, "no", "/some/file"), "the disk is full"),
        (PermissionError(errno.EACCES, "no"), "permission denied"),
        (OSError(errno.EIO, "no"), "input/output error"),
        (pl.exceptions.ComputeError("parquet: No space left on device (os error 28)"), "the disk is full"),
    ],
    ids=["full", "access", "io", "polars"],
)
def test_storage_errors_say_what_is_free_and_what_to_do(tmp_path, error, cause):
    with pytest.raises(StorageError, match=cause) as caught, explain_storage(tmp_path / "not" / "yet"):
        raise error
    text = str(pickle.loads(pickle.dumps(caught.value)))
    assert "bytes are free" in text and "hint:" in text
    assert (getattr(error, "filename", None) or str(tmp_path)) in text


def test_other_errors_pass_unchanged(tmp_path):
    for error in (KeyError("x"), FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "x")):
        with pytest.raises(type(error)), explain_storage(tmp_path):
            raise error
