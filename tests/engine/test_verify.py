from __future__ import annotations

import pytest
from engine_toy import OPTIONS, ROOM, run_toy

from apothecary.engine.shard import Shard
from apothecary.engine.verify import (
    Damage,
    keep_valid_records,
    list_strays,
    refuse_foreign_folder,
    repair_room,
    verify_room,
)
from apothecary.errors import RunError


@pytest.fixture
def room(tmp_path):
    run_toy(tmp_path / "run", OPTIONS)
    return tmp_path / "run" / ROOM


def test_whole_room_has_no_damage(room):
    assert verify_room(room) == []


def test_missing_manifest_is_a_damage_when_it_is_expected(room):
    manifest_path = room / "manifest.json"
    repair_room(room)
    assert not manifest_path.exists()
    assert verify_room(room) == []
    assert verify_room(room, {"format": 1}) == [Damage("manifest.json", "a file is missing")]


def test_another_manifest_is_a_damage(room):
    assert verify_room(room, {"format": 1}) == [Damage("manifest.json", "not the manifest expected")]


@pytest.mark.parametrize(
    ("data", "what"),
    [(None, "missing"), (b"x", "1 bytes instead of 640"), (bytes(640), "the content does not match its SHA-256")],
    ids=["missing", "size", "content"],
)
def test_damaged_file_is_named_with_what_is_wrong(room, data, what):
    path = room / "data" / "a-00001.bin"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    assert verify_room(room) == [Damage("data/a-00001.bin", what)]


def test_strays_list_records_first(room):
    for name in ("data/x.bin", "done/00009.json", "data/sub/y.bin"):
        (room / name).parent.mkdir(exist_ok=True)
        (room / name).write_bytes(b"")
    (room / "card.md").write_text("not ours")
    (room / "data" / "link").symlink_to(room)
    known = {path.relative_to(room).as_posix() for path in room.rglob("*[0-4].*") if path.is_file()}
    strays = list_strays(room, known | {"manifest.json"})
    assert strays == ["done/00009.json", "data/link", "data/sub/y.bin", "data/x.bin"]


@pytest.mark.parametrize("inputs", ["toy-1", "toy-2"])
def test_records_are_kept_for_the_same_inputs_only(room, inputs):
    shards = [Shard(f"{number:05d}", {"rows": 40, "files": 2}) for number in range(3)]
    kept = keep_valid_records(room, shards, inputs)
    assert sorted(kept) == ([shard.name for shard in shards] if inputs == "toy-1" else [])
    assert len(list((room / "data").iterdir())) == 2 * len(kept)


def test_folder_made_by_nobody_is_fine_when_empty_or_half_begun(tmp_path):
    refuse_foreign_folder(tmp_path / "none")
    refuse_foreign_folder(tmp_path)
    (tmp_path / ".x.1.tmp").write_text("")
    refuse_foreign_folder(tmp_path)
    (tmp_path / "x").write_text("")
    with pytest.raises(RunError, match="no run has made"):
        refuse_foreign_folder(tmp_path)
