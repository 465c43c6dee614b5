"""Files of a dump of knowledge in, what was read of them out, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from apothecary.dumps.room import gather_dump

TOLD = {"inchikey": "by InChIKey", "unii": "by UNII only"}


def report_dump(kind: str, files: Sequence[Path], out: Path) -> Iterator[str]:
    """Read files of a dump into a folder of facts; how much of it there is, and how it can be joined."""
    manifest = gather_dump(kind, files, out)
    yield (
        f"{manifest['records']:,} records, {manifest['facts']:,} facts, "
        f"{manifest['failed']:,} failed, {manifest['dropped']:,} doubled: {out}"
    )
    mapped = (f"{count:,} {TOLD.get(how, 'by its own id only')}" for how, count in manifest["mapped_by"].items())
    yield f"records are known {', '.join(mapped)}; licence: {manifest['licence']}"
    yield from (f"  {count:,} failed: {reason}" for reason, count in manifest["reasons"].items())
