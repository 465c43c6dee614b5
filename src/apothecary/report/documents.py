"""Files of documents in, what was read of them out, as one line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apothecary.documents.room import gather_documents
from apothecary.engine.progress import make_progress
from apothecary.report.curated import stamp_code


def report_documents(kind: str, files: Sequence[Path], out: Path, *, workers: int, quiet: bool) -> str:
    """Read files of one kind of document into a folder; how many records, passages and failures there were."""
    manifest = gather_documents(kind, files, out, stamp=stamp_code(), workers=workers, progress=make_progress(quiet))
    told = f"{manifest['records']:,} records, {manifest['passages']:,} passages, {manifest['failed']:,} failed"
    return f"{told}: {out}"
