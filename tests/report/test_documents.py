"""What is told of documents that were read."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from apothecary.errors import SourceError
from apothecary.report.documents import report_documents

MEDLINE = "PMID- 1\nDP  - 2001\nTI  - A title.\nAB  - An abstract of two sentences. Here is the second.\nLA  - eng\n"


def test_records_passages_and_failures_are_told(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text(MEDLINE)
    told = report_documents("pubmed", [path], tmp_path / "out", workers=1, quiet=True)
    assert told.startswith("1 records, ") and told.endswith(f" 0 failed: {tmp_path / 'out'}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file at"):
        report_documents("pubmed", [tmp_path / "none.xml"], tmp_path / "out", workers=1, quiet=True)


def test_addresses_are_downloaded_once_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path / "cache"))
    (tmp_path / "b.txt").write_text(MEDLINE.replace("- 1\n", "- 2\n", 1))
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            is_there = self.path == "/a.txt"
            self.send_response(200 if is_there else 404)
            self.send_header("Content-Length", str(len(MEDLINE) if is_there else 0))
            self.end_headers()
            self.wfile.write(MEDLINE.encode() if is_there else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        files = [f"http://127.0.0.1:{server.server_address[1]}/a.txt", str(tmp_path / "b.txt")]
        for out in ("one", "two"):
            wish = {"workers": 1, "quiet": True, "allowed": ["127.0.0.1"]}
            assert report_documents("pubmed", files, tmp_path / out, **wish).startswith("2 records, ")  # type: ignore[arg-type]
        server.shutdown()
    assert asked == ["/a.txt.md5", "/a.txt"]


def test_an_address_elsewhere_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no download from a\.invalid"):
        report_documents("pubmed", ["https://a.invalid/x.xml"], tmp_path / "out", workers=1, quiet=True)
