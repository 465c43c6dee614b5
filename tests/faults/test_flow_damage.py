"""R7 on the whole flow: damage to any file of any room is found by name and repaired to the same tree."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from engine_toy import hash_tree
from flow_runs import Flow, Reference, try_each

from apothecary.flow import ROOMS

Damage = Callable[[Path, random.Random], None]


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def truncate(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


def delete(path: Path, chance: random.Random) -> None:
    path.unlink()


def swap(path: Path, chance: random.Random) -> None:
    """Exchange the content with that of another file of its kind in the run, or of any kind."""
    run = next(folder for folder in path.parents if (folder / "run.json").exists())
    mine = path.read_bytes()
    files = [other for other in sorted(run.rglob("*.*")) if other.is_file() and "log" not in other.parts]
    others = [other for other in files if other.read_bytes() != mine]
    other = chance.choice([other for other in others if other.suffix == path.suffix] or others)
    theirs = other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)


DAMAGES: list[Damage] = [flip, truncate, delete, swap]
name_damage = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)


def group_files(tree: Iterable[str]) -> list[list[str]]:
    """The files in sets of which one can be damaged whole: no file of a set is named by another one of it."""
    manifests = [name for name in tree if name.endswith("manifest.json")]
    records = [name for name in tree if "/done/" in name]
    heads = ["run.json"]
    data = [name for name in tree if name not in {*manifests, *records, *heads}]
    return [data, records, manifests, heads]


def list_unnamed(run: Path, damaged: set[str], output: str) -> list[str]:
    """Damaged files that `verify` did not name; without its manifest, gather is made again as a whole."""
    unnamed = [name for name in damaged if f"damaged: {run / name}: " not in output]
    return [name for name in unnamed if "gather/manifest.json" not in damaged or not name.startswith("gather/")]


@name_damage
def test_damage_to_every_file_is_found_by_name(
    flow: Flow, reference: Reference, tmp_path: Path, damage: Damage
) -> None:
    def try_files(names: list[str]) -> int:
        run = Path(shutil.copytree(reference.run, tmp_path / names[0].replace("/", "-")))
        chance = random.Random(f"{damage.__name__} {names[0]}")
        for name in names:
            damage(run / name, chance)
        damaged = {name for name in reference.tree if hash_tree(run).get(name) != reference.tree[name]}
        code, output = flow.call("verify", run)
        assert code == 1 and "Traceback" not in output, output
        assert list_unnamed(run, damaged, output) == []
        return len(damaged)

    groups = group_files(reference.tree)
    if damage is swap:
        tries = [[name] for group in groups for name in group[:: max(1, len(group) // 3)]]
    elif damage is delete:
        tries = groups[:2]  # a room without a manifest is unfinished, a folder without run.json is no run
    else:
        tries = groups
    assert sum(try_each(try_files, tries)) >= (16 if damage is swap else 75)


PICKED = [
    ["gather/facts.parquet", "generate/done/train-00003.json", "curate/verify/data/keys-test-00000.parquet"],
    ["gather/manifest.json", "generate/data/train-00001.parquet", "export/jsonl/train-00002.jsonl.zst", "recipe.yaml"],
    ["gather/sources.json", "generate/strata.json", "curate/exact/data/exact-00000.parquet", "export/sample.jsonl"],
    ["generate/manifest.json", "curate/manifest.json", "curate/verify/manifest.json", "export/manifest.json"],
]


@name_damage
def test_damage_in_all_rooms_is_repaired_to_the_same_tree(
    flow: Flow, reference: Reference, tmp_path: Path, damage: Damage
) -> None:
    names = PICKED[DAMAGES.index(damage)]
    if damage is delete:
        names = [name for name in names if not name.endswith("manifest.json")]
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    chance = random.Random(damage.__name__)
    for name in names:
        damage(run / name, chance)
    damaged = {name for name in reference.tree if hash_tree(run).get(name) != reference.tree[name]}
    assert damaged >= set(names) if damage is not swap else damaged
    code, output = flow.call("verify", run, "--repair", "--quiet")
    assert code == 0, output
    assert list_unnamed(run, damaged, output) == []
    assert "still damaged" not in output
    assert hash_tree(run) == reference.tree


@pytest.mark.parametrize("room", ROOMS[1:])
def test_damage_in_an_unfinished_room_is_mended_by_resume(
    flow: Flow, reference: Reference, tmp_path: Path, room: str
) -> None:
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    for later in ROOMS[ROOMS.index(room) :]:
        (run / later / "manifest.json").unlink()
    chance = random.Random(room)
    files = sorted(path for path in (run / room).rglob("*") if path.is_file())
    for path, damage in zip(chance.sample(files, 4), DAMAGES[:3] * 2, strict=False):
        damage(path, chance)
    code, output = flow.call("resume", run, "--quiet")
    assert code == 0, output
    assert hash_tree(run) == reference.tree


def test_repair_keeps_whole_shards(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    flip(run / "export" / "data" / "train-00002.parquet", random.Random(1))
    whole = [path for path in run.rglob("*.parquet") if path.name != "train-00002.parquet"]
    before = [path.stat().st_ino for path in whole]
    assert flow.call("verify", run, "--repair", "--quiet")[0] == 0
    assert [path.stat().st_ino for path in whole] == before
    assert hash_tree(run) == reference.tree


@pytest.mark.parametrize("manifest", ["gather/manifest.json", "generate/manifest.json", "export/manifest.json"])
def test_whole_files_in_each_other_s_place_are_found_and_repaired(
    flow: Flow, reference: Reference, tmp_path: Path, manifest: str
) -> None:
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    other = "curate/manifest.json" if manifest != "export/manifest.json" else "run.json"
    (run / manifest).write_bytes((reference.run / other).read_bytes())
    (run / other).write_bytes((reference.run / manifest).read_bytes())
    code, output = flow.call("resume", run)
    assert code == 2 or hash_tree(run) == reference.tree, output
    assert "Traceback" not in output
    code, output = flow.call("verify", run, "--repair", "--quiet")
    assert code == 0, output
    assert hash_tree(run) == reference.tree
