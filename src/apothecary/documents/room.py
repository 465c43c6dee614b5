"""Files of one source in, a folder of its documents and passages out, every record of the files accounted for.

OUT/read/                 what each file holds, in blocks, as it was read
OUT/settled/data/         documents that are dropped: deleted by their source, or the same record again
OUT/data/                 <file>-<block>.documents.parquet and .passages.parquet, and failed records
OUT/manifest.json         `records`, `passages`, `failed`; last of all
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.documents.model import Deletion, Document, Failure, Item, tabulate_documents, tabulate_failures
from apothecary.documents.readers import READERS, read_source
from apothecary.documents.settle import DELETED, KEY, settle_documents
from apothecary.engine.commit import encode_json, hash_file, make_folder
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, run_room
from apothecary.engine.verify import refuse_foreign_folder
from apothecary.errors import RecipeError, SourceError

ROOM = "gather"
BLOCK_DOCUMENTS, BLOCK_CHARS = 5_000, 16_000_000
PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "statistics": False}


def gather_documents(
    source: str, files: Sequence[Path], out: Path, *, stamp: str, workers: int, progress: Progress
) -> dict[str, Any]:
    """Files of a source to the manifest of `out`; the same files in a folder of theirs are not read again.

    `stamp` says which code and libraries are at work. Raises SourceError when a file is missing or no file holds a
    record; what else is wrong with files and records is counted in the manifest, by reason.
    """
    if source not in READERS:
        raise RecipeError(f"no source called {source}", expected=", ".join(READERS))
    for path in files:
        if not path.is_file():
            raise SourceError(f"no file at {path}", where=str(path), hint="give the paths of files")
    make_folder(out)
    with RunLock(out):
        if not (out / "read").is_dir():
            _refuse_others(out)
        shards = [
            Shard(f"{number:05d}-{re.sub(r'[^A-Za-z0-9._-]', '_', path.name)[:80]}", {"path": str(path.resolve())})
            for number, path in enumerate(files)
        ]
        seen = _hash(source, stamp, *(f"{path.name} {hash_file(path)}" for path in files))
        work: dict[str, Any] = {"workers": workers, "progress": progress}
        read = run_room(out / "read", ROOM, shards, read_shard, context={"source": source}, inputs=seen, **work)
        if not read["books"]["records"]["kept"]:
            reasons = ", ".join(read["books"]["records"]["failed"]) or "no record in them"
            raise SourceError(f"nothing could be read: {reasons}", where=", ".join(path.name for path in files[:5]))
        context = {"read": str(out / "read"), "files": read["files"], "dropped": str(out / "settled" / "data")}
        seen = _hash(seen, encode_json(read["files"]).decode())
        whole = [Shard("dropped", {})]
        run_room(out / "settled", ROOM, whole, settle_shard, context=context, inputs=seen, **work)
        make_folder(out / "done")
        return run_room(out, ROOM, shards, write_shard, context=context, inputs=seen, **work, summarise=_summarise)


def _refuse_others(out: Path) -> None:
    """RunError where a folder holds what is not ours."""
    if any(path.name not in (".lock", "log") for path in out.iterdir()):
        refuse_foreign_folder(out)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _summarise(records: Iterable[Any]) -> dict[str, Any]:
    """What is looked for first in a manifest of documents."""
    totals: Counter[str] = Counter()
    for record in records:
        totals["records"] += record.books["records"]["kept"]
        totals["passages"] += record.books["passages"]["kept"]
        totals["failed"] += sum(record.books["records"]["failed"].values())
    return {name: totals[name] for name in ("records", "passages", "failed")}


def iter_blocks(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Records to lists of them that fit in memory."""
    block: list[Item] = []
    chars = 0
    for item in items:
        block.append(item)
        chars += sum(len(text) for _, text in item.sections) if isinstance(item, Document) else 0
        if len(block) >= BLOCK_DOCUMENTS or chars >= BLOCK_CHARS:
            yield block
            block, chars = [], 0
    if block:
        yield block


def read_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file to its documents and passages in blocks, its deletions and its failures."""
    failed: list[Failure] = []
    gone: list[tuple[str, str, str]] = []
    notices: Counter[str] = Counter()
    kept = 0
    for number, block in enumerate(iter_blocks(read_source(context["source"], Path(shard.payload["path"])))):
        failed += [item for item in block if isinstance(item, Failure)]
        gone += [(item.document_id, item.file, item.reason) for item in block if isinstance(item, Deletion)]
        found = [item for item in block if isinstance(item, Document)]
        notices.update(re.sub(r"NCT\d+", "otherwise", notice) for item in found for notice in item.notices)
        if found:
            documents, passages = tabulate_documents(found)
            # A passage is bound to its record, for ids can come twice in a file.
            counts = documents["passages"].to_list()
            places = [place for place, count in enumerate(counts) for _ in range(count)]
            passages = passages.with_columns(pl.Series("place", places, dtype=pl.Int64))
            folder.write_parquet(f"data/{shard.name}-{number:05d}.documents.parquet", documents, **PARQUET)
            folder.write_parquet(f"data/{shard.name}-{number:05d}.passages.parquet", passages, **PARQUET)
            kept += len(found)
    if failed:
        folder.write_parquet(f"data/{shard.name}.failed.parquet", tabulate_failures(failed), **PARQUET)
    if gone:
        table = pl.DataFrame(gone, schema=DELETED, orient="row")
        folder.write_parquet(f"data/{shard.name}.deleted.parquet", table, **PARQUET)
    reasons = dict(sorted(Counter(failure.reason for failure in failed).items()))
    records = {"read": kept + len(failed), "kept": kept, "dropped": {}, "failed": reasons}
    return {"records": records, "deletions": len(gone), "notices": dict(sorted(notices.items()))}


def settle_shard(_shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """The documents of all files to the table of those that are dropped."""
    room = Path(context["read"])
    documents: list[pl.DataFrame] = []
    deleted = [pl.DataFrame(schema={**DELETED, "position": pl.Int64})]
    for entry in context["files"]:
        name = entry["path"].removeprefix("data/")
        position = pl.lit(int(name[:5]), dtype=pl.Int64).alias("position")
        if name.endswith(".documents.parquet"):
            shard = pl.lit(re.sub(r"-\d{5}\.documents\.parquet$", "", name)).alias("shard")
            documents.append(pl.read_parquet(room / entry["path"], columns=list(KEY)).with_columns(position, shard))
        elif name.endswith(".deleted.parquet"):
            deleted.append(pl.read_parquet(room / entry["path"]).with_columns(position))
    dropped = settle_documents(pl.concat(documents), pl.concat(deleted))
    folder.write_parquet("data/dropped.parquet", dropped, **PARQUET)
    return {}


def write_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file's blocks to the same without the documents that are dropped."""
    room = Path(context["read"])
    dropped = pl.read_parquet(Path(context["dropped"]) / "dropped.parquet").filter(pl.col("shard") == shard.name)
    books: Counter[str] = Counter()
    reasons: dict[str, int] = {}
    for entry in context["files"]:
        path = entry["path"]
        if path == f"data/{shard.name}.failed.parquet":
            failed = pl.read_parquet(room / path)
            reasons = dict(sorted(Counter(failed["reason"].to_list()).items()))
            folder.write_parquet(path, failed, **PARQUET)
        if not re.fullmatch(rf"data/{re.escape(shard.name)}-\d{{5}}\.documents\.parquet", path):
            continue
        documents = pl.read_parquet(room / path).with_row_index("place")
        passages = pl.read_parquet(room / path.replace(".documents.", ".passages."))
        kept = documents.join(dropped, on=("file", "record", "document_id"), how="anti", maintain_order="left")
        left = passages.filter(pl.col("place").is_in(kept["place"].implode())).drop("place")
        books.update(read=documents.height, kept=kept.height, passages=passages.height, left=left.height)
        if kept.height:
            folder.write_parquet(path, kept.drop("place"), **PARQUET)
            folder.write_parquet(path.replace(".documents.", ".passages."), left, **PARQUET)
    why = dict(sorted(Counter(dropped["reason"].to_list()).items()))
    failures = sum(reasons.values())
    records = {"read": books["read"] + failures, "kept": books["kept"], "dropped": why, "failed": reasons}
    lost = books["passages"] - books["left"]
    told = {"read": books["passages"], "kept": books["left"], "dropped": {"of dropped documents": lost}, "failed": {}}
    return {"records": records, "passages": told}
