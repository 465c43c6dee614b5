from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.documents.studies import CLASSIC, V2, XML
from tests.documents.test_papers import ARTICLE

from apothecary.documents import room
from apothecary.documents.model import DOCUMENT
from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError, RunError, SourceError
from apothecary.example import PASSAGE

SHARED = Path(__file__).parents[3] / "shared" / "data"


def gather(source: str, files: list[Path], out: Path) -> dict[str, Any]:
    return room.gather_documents(source, files, out, stamp="s", workers=1, progress=SilentProgress())


def load(out: Path, manifest: dict[str, Any], kind: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(out / one["path"]) for one in manifest["files"] if f".{kind}." in one["path"]])


def cite(*pmids: int) -> str:
    record = "<MedlineCitation><PMID>{}</PMID><Article><ArticleTitle>T</ArticleTitle></Article></MedlineCitation>"
    return "".join(record.format(pmid or "") for pmid in pmids)


def test_trials_of_three_formats_become_one(tmp_path: Path) -> None:
    texts = {"a.xml": XML, "b.json": json.dumps(CLASSIC), "c.json": json.dumps(V2), "d.json": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    out = tmp_path / "out"
    manifest = gather("trials", [tmp_path / name for name in texts], out)
    assert (manifest["records"], manifest["passages"], manifest["failed"]) == (1, 9, 1)
    assert manifest["books"]["records"]["dropped"] == {"the same record again": 2}
    assert manifest["books"]["records"]["failed"] == {"the file is empty": 1}
    documents, passages = load(out, manifest, "documents"), load(out, manifest, "passages")
    assert documents.schema == DOCUMENT
    assert passages.schema == PASSAGE
    assert documents["format"].to_list() == ["trial json v2"]
    assert load(out, manifest, "failed")["file"].to_list() == ["d.json"]


def test_doubled_and_deleted_records_are_dropped_and_bad_ones_fail(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(room, "BLOCK_DOCUMENTS", 2)
    (tmp_path / "1.xml").write_text(f"<s>{cite(1, 2, 2, 0, 3)}</s>")
    (tmp_path / "2.xml").write_text(f"<s>{cite(4)}<DeleteCitation><PMID>3</PMID></DeleteCitation></s>")
    out = tmp_path / "out"
    manifest = gather("pubmed", [tmp_path / "1.xml", tmp_path / "2.xml"], out)
    assert manifest["books"]["records"] == {
        "read": 6,
        "kept": 3,
        "dropped": {"deleted by its source": 1, "the same record again": 1},
        "failed": {"no PMID": 1},
    }
    assert load(out, manifest, "documents")["document_id"].to_list() == ["pubmed:1", "pubmed:2", "pubmed:4"]
    assert load(out, manifest, "passages")["document_id"].to_list() == ["pubmed:1", "pubmed:2", "pubmed:4"]
    before = (out / "manifest.json").read_bytes()
    assert gather("pubmed", [tmp_path / "1.xml", tmp_path / "2.xml"], out) == manifest
    assert (out / "manifest.json").read_bytes() == before


def test_a_paper_that_any_file_takes_back_is_dropped(tmp_path: Path) -> None:
    link = '<related-article related-article-type="retracted-article" xlink:href="info:doi/10.1/OLD"/>'
    (tmp_path / "a.xml").write_text(ARTICLE.replace("10.1/ABC", "10.1/Old"))
    notice = ARTICLE.replace('"research-article"', '"retraction"').replace("</article-meta>", f"{link}</article-meta>")
    (tmp_path / "b.xml").write_text(notice)
    (tmp_path / "c.xml").write_text(ARTICLE.replace("10.1/ABC", "10.1/other"))
    files = [tmp_path / name for name in ("b.xml", "a.xml", "c.xml")]
    manifest = gather("papers", files, tmp_path / "out")
    assert manifest["books"]["records"]["dropped"] == {"a retraction notice": 1, "retracted": 1}
    assert load(tmp_path / "out", manifest, "documents")["document_id"].to_list() == ["papers:10.1/other"]


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html></html>")
    with pytest.raises(SourceError, match="HTML page"):
        gather("pubmed", [tmp_path / "a.xml"], tmp_path / "out")
    with pytest.raises(SourceError, match="no file"):
        gather("pubmed", [tmp_path / "missing"], tmp_path / "out")
    with pytest.raises(RecipeError, match="no source"):
        gather("nosuch", [tmp_path / "a.xml"], tmp_path / "out")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(f"<s>{cite(1)}</s>")
    with pytest.raises(RunError):
        gather("pubmed", [tmp_path / "a.xml"], tmp_path)


@pytest.mark.parametrize(
    ("source", "files", "records", "dropped"),
    [
        ("pubmed", "pubmed/*", 1128, {}),
        ("trials", "trials/*_*/*", 140, {"the same record again": 2}),
        ("papers", "pmc_jats/**/*ml", 69, {"a retraction notice": 1}),
    ],
)
def test_real_files_are_all_read(
    tmp_path: Path, source: str, files: str, records: int, dropped: dict[str, int]
) -> None:
    found = sorted(SHARED.glob(files))
    if not found:
        pytest.skip("needs the real files beside the repository, under shared/data")
    manifest = gather(source, found, tmp_path / "out")
    books = manifest["books"]["records"]
    # README: 1,128 of PubMed, one deleted elsewhere; 32 + 6 + 1 + 1 + 102 trials, of which two are there twice.
    assert books["kept"] == records
    assert books["failed"] == {}
    assert books["dropped"] == dropped
