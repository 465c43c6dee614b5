from __future__ import annotations

import json
import logging
import signal

import engine_works as works
import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.engine.run import RunInterrupted, Shard, read_manifest, run_room, verify_room
from apothecary.errors import PackError, RunError, StorageError, VerdictError

SHARDS = [Shard(str(number), {"rows": 3}) for number in range(4)]


class Listener(SilentProgress):
    def __init__(self):
        self.heard = []

    def start(self, room, total_rows):
        self.heard.append((room, total_rows))

    def advance(self, rows):
        self.heard.append(rows)

    def finish(self):
        self.heard.append("finish")


def run(folder, work=works.write_text, shards=SHARDS, **changes):
    options = {"context": {}, "inputs": "i1", "workers": 2, "progress": SilentProgress()} | changes
    return run_room(folder, "generate", shards, work, **options)


def test_manifest_names_every_file_in_shard_order(tmp_path):
    folder = tmp_path / "generate"
    shards = list(reversed(SHARDS))
    manifest = run(folder, works.write_frame, shards, summarise=lambda records: {"names": [r.name for r in records]})
    assert manifest == read_manifest(folder)
    assert (manifest["format"], manifest["room"], manifest["inputs"], manifest["rows"]) == (1, "generate", "i1", 12)
    assert manifest["names"] == manifest["shards"] == ["3", "2", "1", "0"]
    assert [entry["path"] for entry in manifest["files"]] == [f"data/deep/{name}.parquet" for name in "3210"]
    assert manifest["books"] == {"rows": 12, "nested": {"again": 4}}
    assert {entry["rows"] for entry in manifest["files"]} == {3}
    frame = pl.read_parquet(folder / "data/deep/1.parquet")
    assert frame["shard"].to_list() == ["1"] * 3 and frame["threads"][0] == 1
    assert verify_room(folder, manifest) == []


def test_manifest_says_nothing_about_the_machine(tmp_path):
    one = run(tmp_path / "one" / "generate", workers=1)
    two = run(tmp_path / "two" / "generate", workers=4)
    assert json.dumps(one) == json.dumps(two)


def test_room_without_shards_is_done_at_once(tmp_path):
    manifest = run(tmp_path / "generate", shards=[])
    assert manifest["rows"] == 0 and manifest["files"] == [] and read_manifest(tmp_path / "generate") == manifest


def test_finished_room_is_returned_as_it_is(tmp_path):
    folder = tmp_path / "generate"
    manifest = run(folder, summarise=lambda records: {"extra": 1})
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    (folder / ".x.json.7.tmp").write_bytes(b"")
    progress = Listener()
    assert run(folder, work=works.bug, progress=progress) == manifest
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}.items() <= before.items()
    assert progress.heard == [("generate", 12), 12, "finish"]


@pytest.mark.parametrize(
    "changes",
    [{"inputs": "i2"}, {"shards": SHARDS[:2]}, {"shards": [Shard(str(number), {"rows": 4}) for number in range(4)]}],
    ids=["inputs", "fewer-shards", "payload"],
)
def test_room_for_another_plan_is_made_again(tmp_path, changes):
    fresh = run(tmp_path / "fresh" / "generate", **changes)
    run(tmp_path / "generate")
    assert run(tmp_path / "generate", **changes) == fresh
    assert verify_room(tmp_path / "generate", fresh) == []


def test_only_missing_shards_are_made(tmp_path):
    folder = tmp_path / "generate"
    manifest = run(folder)
    (folder / "manifest.json").unlink()
    (folder / "done" / "2.json").unlink()
    inodes = {name: (folder / f"data/deep/{name}.txt").stat().st_ino for name in "013"}
    progress = Listener()
    assert run(folder, progress=progress) == manifest
    assert progress.heard == [("generate", 12), 9, 3, "finish"]
    assert inodes == {name: (folder / f"data/deep/{name}.txt").stat().st_ino for name in "013"}


def test_worker_loads_once_and_has_one_thread(tmp_path, capfd):
    run(tmp_path / "generate", works.tell_process, workers=1, context={"pack": "pharma"})
    assert {path.read_text() for path in (tmp_path / "generate" / "data").iterdir()} == {"1 1"}
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("work", "kind", "text"),
    [
        (works.unbalanced, VerdictError, "books of filter do not balance"),
        (works.bad_context, PackError, "an unknown slot"),
        (works.full_disk, StorageError, "the disk is full"),
        (works.no_memory, RunError, "out of memory"),
        (works.leave, RunError, "ended with exit code 7"),
        (works.kill_itself, RunError, "killed by SIGKILL"),
        (works.bug, KeyError, "a bug"),
        (works.strange_bug, RuntimeError, "1 and 2"),
        (works.same_file, ValueError, "two shards wrote data/same.txt"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_failure_reaches_the_caller_and_no_manifest_is_written(tmp_path, work, kind, text):
    progress = Listener()
    with pytest.raises(kind, match=text):
        run(tmp_path / "generate", work, progress=progress)
    assert not (tmp_path / "generate" / "manifest.json").exists()
    assert progress.heard[-1] == "finish"
    if work is not works.same_file:
        assert not list((tmp_path / "generate" / "done").iterdir())


def test_bug_comes_with_the_workers_traceback(tmp_path):
    with pytest.raises(KeyError) as caught:
        run(tmp_path / "generate", works.bug)
    assert any("engine_works.py" in note for note in caught.value.__notes__)


def test_other_workers_finish_their_shard_after_a_failure(tmp_path):
    with pytest.raises(PackError, match="the first one fails"):
        run(tmp_path / "generate", works.fail_first)
    assert sorted(path.name for path in (tmp_path / "generate" / "done").iterdir()) in ([], ["1.json"])


def test_books_that_are_not_counts_are_refused(tmp_path):
    with pytest.raises(TypeError, match="books hold whole numbers"):
        run(tmp_path / "generate", works.write_floats, shards=SHARDS[:1])


def test_folder_of_someone_else_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="no run has made"):
        run(tmp_path)
    assert (tmp_path / "data" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"workers": 0}, RunError, "0 workers"),
        ({"shards": [SHARDS[0], SHARDS[0]]}, ValueError, "two shards have the name 0"),
        ({"summarise": lambda records: {"rows": 1}}, ValueError, "summarise must not name"),
    ],
    ids=["workers", "names", "summarise"],
)
def test_impossible_plans_are_refused(tmp_path, changes, kind, text):
    with pytest.raises(kind, match=text):
        run(tmp_path / "generate", **changes)


def test_signal_before_the_first_shard_stops_the_room(tmp_path):
    class Stopper(SilentProgress):
        def start(self, room, total_rows):
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(RunInterrupted, match="SIGTERM") as caught:
        run(tmp_path / "generate", progress=Stopper())
    assert caught.value.exit_code == 143 and signal.getsignal(signal.SIGTERM) == before
    assert run(tmp_path / "generate")["rows"] == 12


def test_log_hears_of_rooms_and_shards(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "apothecary.engine"):
        run(tmp_path / "generate", shards=SHARDS[:2])
    assert [record.getMessage() for record in caplog.records][0::3] == ["generate starts", "generate is done"]
