from __future__ import annotations

import gzip
import time
from pathlib import Path

import polars as pl
import pytest
from tests.dumps.test_drugbank import TEXT

from apothecary.dumps import room
from apothecary.dumps.model import IDENTITY, Record
from apothecary.dumps.room import DUMPS, gather_dump, read_dump
from apothecary.errors import RecipeError, SourceError
from apothecary.example import FACT

ADVERSARIAL = Path(__file__).parents[3] / "shared" / "data" / "adversarial"


def test_a_dump_becomes_a_folder_of_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "BLOCK_RECORDS", 1)
    head, first, bad, _ = TEXT.split("\n")
    other = first.replace("DB1", "DB2").replace("BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress("\n".join([head, first, bad, other, first]).encode()))
    out = tmp_path / "out"
    manifest = gather_dump("drugbank", [tmp_path / "d.csv.gz"], out)
    told = {name: manifest[name] for name in ("records", "facts", "failed", "dropped", "mapped_by")}
    assert told == {"records": 2, "facts": 10, "failed": 1, "dropped": 1, "mapped_by": {"inchikey": 1, "unii": 1}}
    facts, known = pl.read_parquet(out / "facts.parquet"), pl.read_parquet(out / "identities.parquet")
    assert (facts.schema, known.schema) == (FACT, IDENTITY)
    assert set(facts["licence"]) == {manifest["licence"]}
    assert known["key"].to_list() == ["BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "R16CO5Y76E"]
    assert pl.read_parquet(out / "failed.parquet")["reason"].to_list() == ["no id or name"]
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix}
    assert gather_dump("drugbank", [tmp_path / "d.csv.gz"], out) == manifest
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.suffix} == before


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(SourceError, match="not the table"):
        gather_dump("drugbank", [tmp_path / "a.csv"], tmp_path / "out")
    with pytest.raises(SourceError, match="no file"):
        gather_dump("drugbank", [tmp_path / "b.csv"], tmp_path / "out")
    with pytest.raises(RecipeError, match="no dump"):
        gather_dump("nosuch", [], tmp_path / "out")
    with pytest.raises(RecipeError, match="other files"):
        gather_dump("drugbank", [tmp_path / "a.csv"], tmp_path)


@pytest.mark.parametrize("kind", DUMPS)
def test_hostile_files_are_survived_soon(kind: str) -> None:
    if not ADVERSARIAL.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    for path in sorted(path for path in ADVERSARIAL.rglob("*") if path.is_file()):
        start = time.monotonic()
        assert not any(isinstance(one, Record) for one in read_dump(kind, path)), path
        assert time.monotonic() - start < 5
