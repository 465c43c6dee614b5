"""Files of one dump in, a folder of facts out: facts.parquet, identities.parquet, failed.parquet and a manifest.

Records are read and written in blocks, so memory does not grow with the dump but for the ids that were seen.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.dumps.chembl import LICENCE as CHEMBL
from apothecary.dumps.chembl import SQLITE, read_chembl_sqlite, read_chembl_tsv
from apothecary.dumps.drugbank import LICENCE as DRUGBANK
from apothecary.dumps.drugbank import read_drugbank
from apothecary.dumps.mesh import LICENCE as MESH
from apothecary.dumps.mesh import read_mesh
from apothecary.dumps.model import IDENTITY, Fault, Record, Tables
from apothecary.dumps.pubchem import LICENCE as PUBCHEM
from apothecary.dumps.pubchem import read_pubchem
from apothecary.dumps.rxnorm import LICENCE as RXNORM
from apothecary.dumps.rxnorm import read_rxnorm
from apothecary.engine.commit import hash_file, make_folder, write_file, write_json
from apothecary.engine.lock import RunLock
from apothecary.engine.unpack import iter_members
from apothecary.errors import RecipeError, SourceError
from apothecary.example import FACT

BLOCK_RECORDS = 5_000
DUMPS: dict[str, tuple[Callable[..., Iterator[Record | Fault]], str]] = {
    "drugbank": (read_drugbank, DRUGBANK),
    "rxnorm": (read_rxnorm, RXNORM),
    "chembl": (read_chembl_tsv, CHEMBL),
    "pubchem": (read_pubchem, PUBCHEM),
    "mesh": (read_mesh, MESH),
}
FAILED = pl.Schema({"file": pl.String, "record": pl.Int64, "reason": pl.String, "detail": pl.String})
FILES = ("facts.parquet", "identities.parquet", "failed.parquet", "manifest.json")


def read_dump(kind: str, path: Path) -> Iterator[Record | Fault]:
    """A file of a dump, packed or not, to its records and faults; what cannot be read on is a fault without number."""
    read, _ = DUMPS[kind]
    try:
        with path.open("rb") as file:
            is_sqlite = kind == "chembl" and file.read(len(SQLITE)) == SQLITE
        if is_sqlite:
            yield from read_chembl_sqlite(path, file=path.name)
            return
        for member in iter_members(path):
            try:
                yield from read(member.stream, file=member.name)
            except SourceError as error:
                yield _tell(member.name, error)
    except SourceError as error:
        yield _tell(path.name, error)


def _tell(file: str, error: SourceError) -> Fault:
    return Fault(file, None, error.what, "; ".join(part for part in (error.where, error.expected) if part))


def gather_dump(kind: str, files: Sequence[Path], out: Path) -> dict[str, Any]:
    """Files of a dump to the manifest of `out`, which is written last.

    Raises SourceError when a file is missing or nothing could be read, RecipeError when the folder holds other files.
    """
    if kind not in DUMPS:
        raise RecipeError(f"no dump called {kind}", expected=", ".join(DUMPS))
    for path in files:
        if not path.is_file():
            raise SourceError(f"no file at {path}", where=str(path), hint="give the paths of files")
    make_folder(out)
    with RunLock(out):
        others = [path.name for path in out.iterdir() if path.name not in (*FILES, ".lock", "log")]
        if others:
            raise RecipeError("the folder holds other files", where=str(out), expected="a new or empty folder")
        pump = _Pump(kind, files)
        records = [
            write_file(out / "identities.parquet", lambda temp: _write_both(out / "facts.parquet", temp, pump)),
            write_file(out / "failed.parquet", lambda temp: pump.list_failed().write_parquet(temp)),
        ]
        if not pump.books["records"]:
            reasons = ", ".join(pump.reasons) or "no record in them"
            raise SourceError(f"nothing could be read: {reasons}", where=", ".join(path.name for path in files[:5]))
        manifest = {
            "room": "dump",
            "source": kind,
            "licence": DUMPS[kind][1],
            **{name: pump.books[name] for name in ("records", "facts", "failed", "dropped")},
            "reasons": dict(sorted(pump.reasons.items())),
            "mapped_by": dict(sorted(pump.tables.mapped.items())),
            "fields": dict(sorted(pump.fields.items())),
            "inputs": [{"name": path.name, "sha256": hash_file(path)} for path in files],
            "files": [{"path": "facts.parquet", "sha256": hash_file(out / "facts.parquet")}]
            + [{"path": one.path, "sha256": one.sha256} for one in records],
        }
        write_json(out / "manifest.json", manifest)
    return manifest


def _write_both(facts: Path, identities: Path, pump: _Pump) -> None:
    """Both tables in one pass over the files."""
    write_file(facts, lambda temp: pump.write(temp, identities))


class _Pump:
    """Reads files block by block into two open Parquet files, and counts."""

    def __init__(self, kind: str, files: Sequence[Path]) -> None:
        self.kind, self.files = kind, files
        self.tables = Tables(kind, DUMPS[kind][1])
        self.books: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        self.failed: list[Fault] = []

    def write(self, facts: Path, identities: Path) -> None:
        """Write both tables."""
        import pyarrow.parquet as pq

        shapes = [pl.DataFrame(schema=schema).to_arrow().schema for schema in (FACT, IDENTITY)]
        with (
            pq.ParquetWriter(facts, shapes[0], compression="zstd") as first,
            pq.ParquetWriter(identities, shapes[1], compression="zstd") as second,
        ):
            for block in self._iter_blocks():
                told, known, again = self.tables.add(block)
                first.write_table(told.to_arrow().cast(shapes[0]))
                second.write_table(known.to_arrow().cast(shapes[1]))
                self.books.update(records=known.height, facts=told.height, dropped=len(again))
                self.fields.update(told["field"].to_list())

    def _iter_blocks(self) -> Iterator[list[Record]]:
        items = itertools.chain.from_iterable(read_dump(self.kind, path) for path in self.files)
        while block := list(itertools.islice(items, BLOCK_RECORDS)):
            for item in block:
                if isinstance(item, Fault):
                    self.books["failed"] += 1
                    self.reasons[item.reason] += 1
                    if len(self.failed) < 100_000:
                        self.failed.append(item)
            yield [item for item in block if isinstance(item, Record)]

    def list_failed(self) -> pl.DataFrame:
        """The records that failed, at most 100,000 of them."""
        rows = [(one.file, one.record, one.reason, one.detail) for one in self.failed]
        return pl.DataFrame(rows, schema=FAILED, orient="row")
