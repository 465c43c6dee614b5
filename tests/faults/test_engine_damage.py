"""R7: whatever happens to a file of a room is found by name, and only its shard is made again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_toy import OPTIONS, ROOM, hash_tree, run_toy

from apothecary.engine.commit import SEAL, write_sealed
from apothecary.engine.run import repair_room, verify_room

ROUNDS = 3


def flip_bit(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def zero_block(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    start = chance.randrange(len(data) - 16)
    data[start : start + 16] = bytes(16)
    path.write_bytes(data)


def truncate(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(1, len(data))])


def append_space(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def empty(path: Path, chance: random.Random) -> None:
    path.write_bytes(b"")


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def swap(path: Path, chance: random.Random) -> None:
    others = [other for other in sorted(path.parent.iterdir()) if other.suffix == path.suffix and other != path]
    other = chance.choice(others or sorted((path.parent / "done").iterdir()))
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)


DAMAGES = [flip_bit, zero_block, truncate, append_space, empty, delete, swap]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run, its files' content, and the manifest."""
    folder = tmp_path_factory.mktemp("damage") / "run"
    manifest = run_toy(folder, OPTIONS)
    return folder, {path: path.read_bytes() for path in (folder / ROOM).rglob("*") if path.is_file()}, manifest


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_every_damage_is_found_by_name(finished, damage: Callable[[Path, random.Random], None]):
    folder, content, manifest = finished
    room = folder / ROOM
    chance = random.Random(damage.__name__)
    assert verify_room(room) == [] and verify_room(room, manifest) == []
    tried = 0
    for path in sorted(content) * ROUNDS:
        damage(path, chance)
        changed = {other for other in content if not other.exists() or other.read_bytes() != content[other]}
        found = {room / item.path for item in verify_room(room, manifest)}
        for other in changed:
            other.write_bytes(content[other])
        assert path in changed and changed <= found, f"{damage.__name__} of {path} was not found"
        tried += 1
    assert tried * len(DAMAGES) >= 200


@pytest.mark.parametrize("name", ["data/stray.bin", "done/00009.json", "data/.a.bin.1.tmp", ".manifest.json.1.tmp"])
def test_a_stray_file_is_found_by_name(finished, name):
    room = finished[0] / ROOM
    (room / name).write_bytes(b"{}")
    assert [item.path for item in verify_room(room)] == [name]
    (room / name).unlink()


@pytest.mark.parametrize("part", ["data/a-00001.bin", "done/00001.json", "manifest.json"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_repair_makes_only_the_damaged_shard_again(tmp_path, damage, part):
    folder = tmp_path / "run"
    run_toy(folder, OPTIONS)
    expected = hash_tree(folder)
    untouched = [folder / ROOM / f"data/{part}-{shard}.bin" for part in "ab" for shard in ("00000", "00002")]
    if damage is swap:
        untouched = []
    before = [path.stat().st_ino for path in untouched]
    damage(folder / ROOM / part, random.Random(1))
    assert verify_room(folder / ROOM) or (damage is delete and part == "manifest.json")  # then it is unfinished
    repair_room(folder / ROOM)
    run_toy(folder, OPTIONS)
    assert hash_tree(folder) == expected and verify_room(folder / ROOM) == []
    assert [path.stat().st_ino for path in untouched] == before


def test_damage_in_an_unfinished_room_is_mended_by_resume(finished, tmp_path):
    folder = tmp_path / "run"
    run_toy(folder, OPTIONS)
    expected = hash_tree(folder)
    (folder / ROOM / "manifest.json").unlink()
    flip_bit(folder / ROOM / "data/b-00002.bin", random.Random(2))
    assert [item.path for item in verify_room(folder / ROOM)] == ["data/b-00002.bin"]
    run_toy(folder, OPTIONS)
    assert hash_tree(folder) == expected


def test_a_record_cannot_name_files_outside_the_room(tmp_path):
    folder = tmp_path / "run"
    run_toy(folder, OPTIONS)
    outside = tmp_path / "precious.txt"
    outside.write_text("mine")
    record = folder / ROOM / "done" / "00000.json"
    content = json.loads(record.read_text())
    content["files"][0]["path"] = "../../precious.txt"
    write_sealed(record, {key: value for key, value in content.items() if key != SEAL})
    assert "done/00000.json" in [item.path for item in verify_room(folder / ROOM)]
    repair_room(folder / ROOM)
    run_toy(folder, OPTIONS)
    assert outside.read_text() == "mine" and verify_room(folder / ROOM) == []
