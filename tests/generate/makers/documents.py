"""The invented documents of tests/data/makers as records, as passages, and as a folder as `gather` writes it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from apothecary.documents.model import Document, tabulate_documents
from apothecary.engine.commit import write_json
from apothecary.generate.makers.model import Draft, Make, Record
from apothecary.generate.makers.read import read_block

FILE = Path(__file__).parents[2] / "data" / "makers" / "documents.yaml"
LICENCES = {
    "pubmed": "PubMed record (NLM); the abstract can be its publisher's",
    "trials": "ClinicalTrials.gov record (NLM)",
    "questions": "CC BY 4.0 (MedQuAD)",
    "labels": "FDA label (US government, CC0); the text is its manufacturer's",
    "papers": "CC BY 4.0",
    "patents": "US patent text (public domain)",
}


def build_document(raw: dict[str, Any]) -> Document:
    source, _, key = raw["id"].partition(":")
    document = Document(source, key, "invented", raw["title"], raw.get("licence", LICENCES[source]))
    document.date, document.rights = raw.get("date"), raw.get("rights")
    for name in ("types", "subjects", "chemicals", "keywords", "notices"):
        setattr(document, name, list(raw.get(name, ())))
    document.links = [(kind, key) for kind, key in raw.get("links", ())]
    document.retraction = raw.get("retraction")
    document.sections = list(raw["sections"].items())
    document.file, document.record = "invented.yaml", 1
    return document


@lru_cache(maxsize=1)
def list_raw() -> list[dict[str, Any]]:
    return list(yaml.safe_load(FILE.read_text("utf-8")))


def tabulate() -> tuple[pl.DataFrame, pl.DataFrame]:
    return tabulate_documents(build_document(raw) for raw in list_raw())


def write_folder(folder: Path, documents: list[Document] | None = None) -> Path:
    """A folder of documents as `gather` writes it: one block, and a manifest that names its files."""
    tables = tabulate_documents(documents) if documents else tabulate()
    (folder / "data").mkdir(parents=True)
    files = []
    for name, table in zip(("documents", "passages"), tables, strict=True):
        path = folder / "data" / f"00000-invented-00000.{name}.parquet"
        table.write_parquet(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        size = path.stat().st_size
        files.append({"path": f"data/{path.name}", "rows": table.height, "bytes": size, "sha256": digest})
    write_json(folder / "manifest.json", {"files": files})
    return folder


@lru_cache(maxsize=1)
def list_records() -> tuple[Record, ...]:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = write_folder(Path(name) / "docs")
        data = folder / "data"
        records, _ = read_block(
            data / "00000-invented-00000.documents.parquet", data / "00000-invented-00000.passages.parquet"
        )
    return tuple(records)


def find_record(key: str) -> Record:
    return next(record for record in list_records() if record.document_id == key)


def draft_by(make: Make, key: str = "", maker: str = "") -> list[Draft]:
    """The drafts of a maker over all invented documents, of one document or one maker id only."""
    drafts = list(make(list_records()))
    return [one for one in drafts if key in ("", one.record.document_id) and maker in ("", one.maker)]
