from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from tests.documents.studies import CLASSIC, V2, XML

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.readers import READERS, read_source

SHARED = Path(__file__).parents[3] / "shared" / "data"
CITATION = b"<s><MedlineCitation><PMID>7</PMID><Article/></MedlineCitation></s>"


def read(source: str, path: Path, data: bytes) -> list[Item]:
    path.write_bytes(data)
    return list(read_source(source, path))


@pytest.mark.parametrize(
    ("source", "data", "form"),
    [
        ("pubmed", CITATION, "pubmed xml"),
        ("pubmed", gzip.compress(b"\xef\xbb\xbf\n" + CITATION, mtime=0), "pubmed xml"),
        ("pubmed", CITATION.decode().encode("utf-16"), "pubmed xml"),
        ("pubmed", b"\n\nPMID- 7\n", "medline text"),
        ("trials", XML.encode(), "trial xml classic"),
        ("trials", json.dumps(V2).encode(), "trial json v2"),
        ("trials", json.dumps(CLASSIC).encode(), "trial json classic"),
    ],
)
def test_formats_are_known_by_content(tmp_path: Path, source: str, data: bytes, form: str) -> None:
    (document,) = read(source, tmp_path / "file", data)
    assert isinstance(document, Document)
    assert (document.format, document.file) == (form, "file")


def test_a_zip_of_studies_goes_on_after_what_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Contents.txt", "a list")
        archive.writestr("a/NCT00000007.xml", XML)
        archive.writestr("a/NCT00000008.json", json.dumps(V2))
    failed, first, second = read_source("trials", tmp_path / "all.zip")
    assert isinstance(failed, Failure)
    assert (failed.file, failed.reason) == ("all.zip!Contents.txt", "the file is not JSON")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert second.notices[0] == "the file is named NCT00000008"


def test_what_precedes_the_damage_is_kept(tmp_path: Path) -> None:
    document, failed = read("pubmed", tmp_path / "f.xml", CITATION.removesuffix(b"</s>"))
    assert isinstance(document, Document)
    assert isinstance(failed, Failure)
    assert failed.reason == "the XML is not well-formed"


@pytest.mark.parametrize("source", READERS)
def test_hostile_files_are_survived_soon(source: str) -> None:
    folder = SHARED / "adversarial"
    if not folder.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        start = time.monotonic()
        items = list(read_source(source, path))
        assert time.monotonic() - start < 5
        if path.parent.name != "trials" or source == "pubmed":
            assert not any(isinstance(item, Document) for item in items), path


def test_nothing_else_is_opened_or_called_and_memory_stays_small() -> None:
    paths = sorted(str(path) for path in (SHARED / "adversarial").rglob("*") if path.is_file())
    if not paths:
        pytest.skip("needs the real files beside the repository, under shared/data")
    script = str(Path(__file__).parent / "survive.py")
    done = subprocess.run([sys.executable, script, *paths], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["opened"], told["called"]) == ([], [])
    assert told["grown_mb"] < 256
    assert all(one["took"] < 5 and (one["items"] or one["reasons"]) for one in told["results"])
