"""Folders of documents in, what was made of them out, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from apothecary.engine.commit import read_json
from apothecary.engine.progress import make_progress
from apothecary.generate.makers.room import Wish, list_shares, make_documents
from apothecary.report.curated import stamp_code


def report_made(folders: Sequence[Path], out: Path, wish: Wish, *, workers: int, quiet: bool) -> Iterator[str]:
    """Make examples of folders of documents; how many there are of each intent, and what was dropped and why."""
    progress = make_progress(quiet)
    manifest = make_documents(folders, out, wish, stamp=stamp_code(), workers=workers, progress=progress)
    books = read_json(out / "made" / "manifest.json")["books"]
    yield f"{manifest['rows']:,} examples of {books['documents']['kept']:,} documents: {out / 'data'}"
    for intent, rows in sorted(list_shares(manifest["strata"], "intent").items(), key=lambda one: (-one[1], one[0])):
        yield f"{rows:9,}  {intent}"
    for kind in ("documents", "rows"):
        for how in ("dropped", "failed"):
            for reason, count in books[kind][how].items():
                yield f"{count:9,}  {kind} {how}: {reason}"
