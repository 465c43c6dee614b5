"""A run is what it says: every kind of damage is named by file, and repaired to the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import read_sealed, write_sealed
from apothecary.engine.progress import SilentProgress
from apothecary.errors import RunError
from apothecary.flow import run_recipe
from apothecary.recipe import Recipe
from apothecary.report import verify
from apothecary.report.table import Checked

TINY_PACK = Path(__file__).parent.parent / "data" / "tiny_pack"


def check(run: Path, repair: bool = False, sample: int = 100) -> Checked:
    return verify.verify_run(run, repair=repair, sample=sample, workers=2, progress=SilentProgress())


def hash_tree(run: Path) -> dict[str, str]:
    paths = [path for path in run.rglob("*") if path.is_file() and "log" not in path.parts]
    return {path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def finished(small_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = {"name": "tiny", "pack": str(TINY_PACK), "rows": 2000, "seed": 7, "shard_rows": 500, "surplus": 0.02}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APOTHECARY_CACHE", str(small_cache))
        out = tmp_path_factory.mktemp("finished") / "run"
        return run_recipe(Recipe.model_validate(settings), out=out, workers=2, progress=SilentProgress()).run


@pytest.fixture
def run(finished: Path, tmp_path: Path, small_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: list[tuple[str, Callable[[Path], None]]] = [
    ("gather/facts.parquet", flip),
    ("gather/compounds.parquet", Path.unlink),
    ("gather/manifest.json", flip),
    ("generate/data/train-00001.parquet", flip),
    ("generate/done/train-00001.json", Path.unlink),
    ("generate/manifest.json", empty),
    ("generate/pack.json", empty),
    ("generate/strata.json", flip),
    ("curate/verify/data/keys-train-00001.parquet", empty),
    ("curate/exact/data/exact-00000.parquet", flip),
    ("export/data/test-00000.parquet", flip),
    ("export/data/train-00002.parquet", Path.unlink),
    ("export/manifest.json", flip),
    ("export/sample.jsonl", flip),
    ("recipe.yaml", flip),
    ("run.json", flip),
]


def test_a_sound_run_is_said_to_be_sound(finished: Path) -> None:
    checked = check(finished)
    assert checked.is_sound
    assert checked.lines[1] == "100 rows made again from their ids: 100 equal"


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=[f"{damage.__name__} {name}" for name, damage in DAMAGES])
def test_damage_is_named_and_repaired(finished: Path, run: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(run / name)
    found = check(run)
    assert not found.is_sound
    assert any(str(run / name) in line for line in found.lines), found.lines
    assert "--repair" in found.lines[-1]
    repaired = check(run, repair=True)
    assert repaired.is_sound, repaired.lines
    assert hash_tree(run) == hash_tree(finished)


def test_a_stray_file_is_named(run: Path) -> None:
    (run / "export" / "data" / "extra.parquet").write_text("x")
    assert any("extra.parquet" in line for line in check(run).lines)


def test_a_row_that_is_not_what_its_id_says_is_found(run: Path) -> None:
    path = run / "export" / "data" / "test-00000.parquet"
    rows = pl.read_parquet(path)
    rows.with_columns(answer=pl.lit("wrong")).write_parquet(path)
    manifest = read_sealed(run / "export" / "manifest.json")
    count, differing = verify.compare_sample(run, sample=manifest["rows"])
    assert count == manifest["rows"]
    assert len(differing) == rows.height
    assert set(map(tuple, differing.values())) == {("answer",)}


def test_changed_code_is_offered_as_the_cause(run: Path) -> None:
    identity = read_sealed(run / "run.json")
    body = {key: value for key, value in identity.items() if key != "seal"}
    write_sealed(run / "run.json", body | {"versions": {**identity["versions"], "polars": "0.1"}})
    assert any("polars: 0.1 -> " in line for line in verify.describe_drift(run))


def test_an_unfinished_run_is_checked_as_far_as_it_is(run: Path) -> None:
    for room in ("curate", "export"):
        shutil.rmtree(run / room)
    checked = check(run)
    assert checked.is_sound
    assert "stands in curate" in checked.lines[-1]


def test_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run"):
        check(tmp_path)
