"""Folders of documents in, a folder of examples out, each tied to its passage.

OUT/made/         rows block by block, numbered within their block
OUT/data/         the same, numbered without gaps in each intent, maker and split; ready for curate
OUT/manifest.json `strata` beside the books: which makers made how many rows
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import encode_json, hash_file, make_folder, read_json
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, load_once, run_room
from apothecary.engine.seed import derive_key
from apothecary.errors import SourceError
from apothecary.example import EXAMPLE, SPLITS
from apothecary.generate.makers.check import check_authored
from apothecary.generate.makers.declare import Declarations, load_declarations
from apothecary.generate.makers.model import Record
from apothecary.generate.makers.read import list_blocks, read_block
from apothecary.generate.makers.registry import make_batch
from apothecary.packs.load import find_pack

ROOM = "make"
PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "statistics": False}
BATCH = 1_000  # records that a maker sees at once: neighbours are its distractors


@dataclass(frozen=True)
class Wish:
    """What is wanted: the pack that declares the makers, held-out shares, ids of documents that may not be used."""

    pack: str = "pharma"
    seed: int = 0
    validation: float = 0.005
    test: float = 0.01
    leave_out: tuple[Path, ...] = ()


def make_documents(
    folders: Sequence[Path], out: Path, wish: Wish, *, stamp: str, workers: int, progress: Progress
) -> dict[str, Any]:
    """Folders that `gather` wrote to the manifest of `out`, a room of examples; the same again makes nothing anew.

    Raises SourceError for a folder without documents, PackError for a pack without makers.
    """
    load_declarations(wish.pack)  # a fault in the pack is told before any work
    left_out = sorted({key for path in wish.leave_out for key in read_ids(path)})
    shards = []
    for number, folder in enumerate(folders):
        for place, block in enumerate(list_blocks(folder)):
            shards.append(Shard(f"{number:03d}-{place:05d}", block))
    context = {
        "pack": wish.pack,
        "seed": wish.seed,
        "validation": wish.validation,
        "test": wish.test,
        "leave_out": left_out,
    }
    seen = _hash(
        stamp, encode_json(context).decode(), hash_pack(wish.pack), *(shard.payload["sha256"] for shard in shards)
    )
    work: dict[str, Any] = {"workers": workers, "progress": progress}
    make_folder(out)
    with RunLock(out):
        made = run_room(out / "made", ROOM, shards, make_shard, context=context, inputs=seen, **work)
        make_folder(out / "done")
        offsets = count_offsets(out / "made", made)
        again = [Shard(shard.name, {"rows": shard.rows, "offsets": offsets[shard.name]}) for shard in shards]
        told = {"made": str(out / "made")}
        return run_room(
            out, ROOM, again, number_shard, context=told, inputs=_hash(seen), **work, summarise=summarise_strata
        )


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def hash_pack(pack: str) -> str:
    """What a pack says about makers, as one hash."""
    return _hash(*(hash_file(path) for path in sorted((find_pack(pack) / "makers").glob("*.yaml"))))


def read_ids(path: Path) -> set[str]:
    """A file of ids (JSON: a list, or an object by id; else one a line) to the ids; SourceError without the file."""
    if not path.is_file():
        raise SourceError(f"no file at {path}", where=str(path), hint="name a file of document ids, one a line")
    if path.suffix == ".json":
        content = read_json(path)
        return {str(key) for key in content}
    return {line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()}


def make_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One block of documents to its rows, numbered within the block, checked against their passages."""
    declared = load_once(_load, context)
    records, withdrawn = read_block(Path(shard.payload["documents"]), Path(shard.payload["passages"]))
    left_out = set(context["leave_out"])
    usable = [one for one in records if one.key.rpartition("/")[2] not in left_out and one.document_id not in left_out]
    rows: list[dict[str, Any]] = []
    dropped: Counter[str] = Counter()
    for split in SPLITS:
        own = [one for one in usable if find_split(one, context) == split]
        for start in range(0, len(own), BATCH):
            made, lost = make_batch(own[start : start + BATCH], declared, context["seed"])
            rows.extend(row | {"split": split} for row in made)
            dropped.update(lost)
    frame = number_rows(rows)
    passages = pl.read_parquet(shard.payload["passages"])
    failed = check_authored(frame, passages, declared)
    bad = Counter(failed["reason"].to_list())
    kept = frame.join(failed.select("id"), on="id", how="anti", maintain_order="left")
    if failed.height:
        folder.write_parquet(f"data/failed-{shard.name}.parquet", failed, **PARQUET)
    folder.write_parquet(f"data/{shard.name}.parquet", kept, **PARQUET)
    told = {"not used: taken back": withdrawn, "not used: left out by its id": len(records) - len(usable)}
    documents = {
        "read": len(records) + withdrawn,
        "kept": len(usable),
        "dropped": {k: v for k, v in told.items() if v},
        "failed": {},
    }
    drafts = {
        "read": frame.height + sum(dropped.values()),
        "kept": kept.height,
        "dropped": dict(sorted(dropped.items())),
        "failed": dict(sorted(bad.items())),
    }
    return {"documents": documents, "rows": drafts, "passages_read": passages.height}


def _load(context: dict[str, Any]) -> Declarations:
    return load_declarations(context["pack"])


def find_split(record: Record, context: dict[str, Any]) -> str:
    """Which split a document is of: all that is made of one paper, trial or condition stays together."""
    key = record.document_id
    if record.key.startswith("pubmedqa/"):
        key = f"pubmed:{record.key.partition('/')[2]}"
    elif record.key.startswith("medquad/") and record.keywords:
        key = f"medquad:{record.keywords[0].lower()}"
    share = derive_key("split", context["seed"], key) / 2**64
    if share < context["test"]:
        return "test"
    return "validation" if share < context["test"] + context["validation"] else "train"


def number_rows(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows to a frame of examples with ids that count within each intent, maker and split."""
    counts: Counter[str] = Counter()
    numbered = []
    for row in rows:
        stratum = f"{row['pack']}/{row['intent']}/{row['maker']}/{row['split']}-document"
        numbered.append({name: row.get(name) for name in EXAMPLE} | {"id": f"{stratum}/{counts[stratum]}"})
        counts[stratum] += 1
    return pl.DataFrame(numbered, schema=EXAMPLE, orient="row")


def list_strata(ids: pl.Series) -> pl.Series:
    """Ids to their strata: everything before the last stroke."""
    return ids.str.replace(r"/\d+$", "")


def count_offsets(folder: Path, manifest: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Blocks of rows to where each of their strata begins, in the order of the blocks."""
    totals: Counter[str] = Counter()
    offsets: dict[str, dict[str, int]] = {}
    for entry in manifest["files"]:
        name = re.fullmatch(r"data/(\d{3}-\d{5})\.parquet", entry["path"])
        if not name:
            continue
        counts = list_strata(pl.read_parquet(folder / entry["path"], columns=["id"])["id"]).value_counts()
        own = dict(counts.iter_rows())
        offsets[name[1]] = {stratum: totals[stratum] for stratum in sorted(own)}
        totals.update(own)
    return offsets


def number_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One block's rows with the numbers that they have in the whole."""
    rows = pl.read_parquet(Path(context["made"]) / "data" / f"{shard.name}.parquet")
    strata = list_strata(rows["id"])
    offsets = shard.payload["offsets"]
    frame = rows.with_columns(strata.alias("stratum")).with_columns(
        pl.int_range(pl.len()).over("stratum").alias("place"),
        pl.col("stratum").replace_strict(offsets, default=0, return_dtype=pl.Int64).alias("first"),
    )
    frame = frame.with_columns(pl.format("{}/{}", "stratum", pl.col("first") + pl.col("place")).alias("id"))
    folder.write_parquet(f"data/{shard.name}.parquet", frame.select(EXAMPLE.names()), **PARQUET)
    return {"strata": dict(sorted(Counter(strata.to_list()).items()))}


def summarise_strata(records: Iterable[Any]) -> dict[str, Any]:
    """The strata of all blocks, each with its rows."""
    totals: Counter[str] = Counter()
    for record in records:
        totals.update(record.books["strata"])
    found = []
    for stratum, rows in sorted(totals.items()):
        pack, intent, maker, split = stratum.split("/")
        found.append(
            {"pack": pack, "intent": intent, "maker": maker, "split": split.removesuffix("-document"), "rows": rows}
        )
    return {"strata": found}


def list_maker_strata(folder: Path) -> list[dict[str, Any]]:
    """A folder of examples made from documents to its strata: pack, intent, maker, split and rows of each."""
    strata: list[dict[str, Any]] = read_json(folder / "manifest.json")["strata"]
    return strata


def list_shares(strata: Sequence[dict[str, Any]], key: str) -> dict[str, int]:
    """Strata to the rows of each of their intents, makers or splits."""
    totals: Counter[str] = Counter()
    for one in strata:
        totals[one[key]] += one["rows"]
    return dict(sorted(totals.items()))
