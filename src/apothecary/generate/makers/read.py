"""A folder of documents and passages to records, a block of files at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.errors import SourceError
from apothecary.generate.makers.model import Record, Section
from apothecary.generate.makers.sections import find_kind

NOT_USED = ("retracted", "retraction notice", "expression of concern")


def list_blocks(folder: Path) -> list[dict[str, Any]]:
    """A folder that `gather` wrote to its blocks: paths of documents and passages, and how many documents each has.

    Raises SourceError where the folder holds no documents.
    """
    manifest = read_json(folder / "manifest.json")
    entries = {entry["path"]: entry for entry in manifest.get("files", ())}
    blocks = [
        {
            "documents": str(folder / path),
            "passages": str(folder / path.replace(".documents.", ".passages.")),
            "sha256": entry["sha256"] + entries[path.replace(".documents.", ".passages.")]["sha256"],
            "rows": entry["rows"],
        }
        for path, entry in entries.items()
        if path.endswith(".documents.parquet")
    ]
    if not blocks:
        hint = "name a folder that `apothecary gather pubmed ... --out DIR` wrote"
        raise SourceError("the folder holds no documents", where=str(folder), hint=hint)
    return blocks


def read_block(documents: Path, passages: Path) -> tuple[list[Record], int]:
    """The tables of a block to its records, and how many were left out because their paper was taken back.

    Passages follow their document in the order of the tables, for ids can come twice.
    """
    table = pl.read_parquet(documents)
    texts = pl.read_parquet(passages, columns=["passage_id", "section", "text"])
    records, withdrawn, at = [], 0, 0
    rows: Sequence[tuple[str, str, str]] = texts.rows()
    for row in table.iter_rows(named=True):
        own = rows[at : at + row["passages"]]
        at += row["passages"]
        if row["retraction"] in NOT_USED:
            withdrawn += 1
        else:
            records.append(_build_record(row, own))
    return records, withdrawn


def _build_record(row: dict[str, Any], own: Sequence[tuple[str, str, str]]) -> Record:
    return Record(
        document_id=row["document_id"],
        source=row["source"],
        title=row["title"] or "",
        licence=row["licence"],
        date=row["date"] or "",
        rights=row["rights"] or "",
        sections=tuple(Section(key, name, find_kind(name), text) for key, name, text in own),
        links=tuple((link["type"], link["id"]) for link in row["links"] or ()),
        **{name: tuple(row[name] or ()) for name in ("languages", "types", "subjects", "chemicals", "keywords")},
    )


def read_passages(folder: Path) -> Iterator[pl.DataFrame]:
    """The tables of passages of a folder, one after the other."""
    for block in list_blocks(folder):
        yield pl.read_parquet(block["passages"])
