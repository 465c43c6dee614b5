"""Files or addresses of documents in, what was read of them out, as one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from apothecary.documents.origins import make_policy
from apothecary.documents.room import gather_documents
from apothecary.engine.commit import make_folder
from apothecary.engine.fetch import check_address, fetch_files
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import make_progress
from apothecary.gather.wheels import find_cache
from apothecary.report.curated import stamp_code


def report_documents(
    kind: str,
    files: Sequence[str | Path],
    out: Path,
    *,
    workers: int,
    quiet: bool,
    allowed: Sequence[str] = (),
    tell: Callable[[str], Any] = lambda line: None,
) -> str:
    """Read files of one kind of document into a folder; how many records, passages and failures there were.

    Addresses among the files are downloaded into the cache first, once. `allowed` are hosts besides the publisher's.
    """
    paths = fetch_addresses(kind, [str(file) for file in files], allowed, tell)
    manifest = gather_documents(kind, paths, out, stamp=stamp_code(), workers=workers, progress=make_progress(quiet))
    told = f"{manifest['records']:,} records, {manifest['passages']:,} passages, {manifest['failed']:,} failed"
    return f"{told}: {out}"


def fetch_addresses(kind: str, files: Sequence[str], allowed: Sequence[str], tell: Callable[[str], Any]) -> list[Path]:
    """Paths and addresses, in their order, to paths."""
    addresses = [file for file in files if re.match(r"[a-z]+://", file, re.IGNORECASE)]
    if not addresses:
        return [Path(file) for file in files]
    policy = make_policy(kind, allowed)
    for address in addresses:
        check_address(address, policy)
    folder = find_cache() / "downloads" / kind
    make_folder(folder)
    with RunLock(folder):
        wanted = list(dict.fromkeys(addresses))
        fetched = dict(zip(wanted, fetch_files(wanted, folder, policy, tell=tell), strict=True))
    return [fetched.get(file, Path(file)) for file in files]
