"""An expert's own test file, sealed: rows that state its facts, are about its entities, or show its questions, go.

The file is the expert's alone: no split may touch it, so rows of validation and test are held against it too. Facts
and entities are told by their columns, see `held_out`; questions are test items like those of a benchmark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.benchmark_files import iter_benchmark
from apothecary.curate.held_out import HeldOut, find_held_out, read_held_out, read_names
from apothecary.curate.source import Source
from apothecary.curate.verdicts import PLACED_VERDICT, write_books
from apothecary.engine.run import Shard, ShardFolder, load_once
from apothecary.errors import SourceError, VerdictError

COLUMNS = ("id", "prompt", "response", "history", "facts", "entities")


def settle_sealed(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file of rows to the verdicts about those that touch what is sealed."""
    file = int(shard.payload["file"])
    source = Source.from_context(context["source"])
    columns = [name for name in COLUMNS if name != "entities" or source.shape is None]
    rows = source.read_rows(file, columns)
    sealed, names = load_once(load_sealed, {"sealed": context["sealed"], "views": context["sealed_views"]})
    found = find_held_out(rows, sealed.facts, sealed.entities, names)
    verdicts = found.select(
        rows["id"][found["row"]].alias("id"),
        pl.lit("dropped").alias("verdict"),
        pl.format("sealed_{}", pl.col("reason").str.strip_prefix("held_out_")).alias("reason"),
        "detail",
        pl.lit(None, pl.Float64).alias("score"),
        pl.lit(file, pl.UInt32).alias("file"),
        "row",
    ).select(PLACED_VERDICT.names())
    folder.write_parquet(f"data/sealed-{shard.name}.parquet", verdicts, compression="zstd")
    return {"sealed": write_books(rows.height, verdicts)}


def load_sealed(context: dict[str, Any]) -> tuple[HeldOut, pl.DataFrame]:
    """Sealed files and the views of a knowledge base ("" for none) to what they seal together, and all names."""
    schema = {"name": pl.String, "entity_id": pl.String}
    names = read_names(Path(context["views"])) if context["views"] else pl.DataFrame(schema=schema)
    told = [read_held_out(Path(path), names) for path in context["sealed"] if seals_facts(Path(path), names)]
    facts = frozenset(fact for one in told for fact in one.facts)
    entities = frozenset(entity for one in told for entity in one.entities)
    return HeldOut(facts, entities, tuple(name for one in told for name in one.unknown)), names


def list_questions(sealed: Sequence[str]) -> tuple[str, ...]:
    """Sealed files to those that hold questions. SourceError for a file that holds neither those nor facts or names."""
    asked = tuple(path for path in sealed if holds_questions(Path(path)))
    for path in sealed:
        if path not in asked:
            seals_facts(Path(path), None)
    return asked


def holds_questions(path: Path) -> bool:
    """Whether a file has test items: texts that are asked, not fact ids or names alone."""
    if not path.is_file():
        hint = "name the file in `curate.sealed`"
        raise SourceError(f"no sealed test file at {path}", where=str(path), hint=hint)
    try:
        items = next(iter_benchmark(path), None)
    except SourceError:
        return False
    return items is not None and bool(items["text"].str.contains(r"\s").any())


def seals_facts(path: Path, names: pl.DataFrame | None) -> bool:
    """Whether a file names facts or entities. SourceError when it does neither, and holds no questions."""
    known = names if names is not None else pl.DataFrame(schema={"name": pl.String, "entity_id": pl.String})
    try:
        read_held_out(path, known)
    except SourceError as error:
        if "names no fact and no entity" in error.what:
            if holds_questions(path):
                return False
            raise
    return True


def refuse_touched(files: Iterable[Path], sealed: Sequence[str], views: str) -> int:
    """Written dataset files, read again, to 0 rows that touch what is sealed; VerdictError when there is one."""
    if not sealed:
        return 0
    held, _ = load_sealed({"sealed": list(sealed), "views": views})
    for path in files:
        rows = pl.read_parquet(path, columns=["id", "facts", "entities"])
        found = find_held_out(rows, held.facts, held.entities)
        if found.height:
            first = found.row(0, named=True)
            raise VerdictError(
                f"{found.height:,} written rows touch the sealed test file",
                where=f"{path.name}: {rows['id'][first['row']]} holds {first['detail']}",
                expected="none: such rows are dropped; the dataset was not published",
                hint="this is a bug in curate, or the file has changed since; apothecary run starts it anew",
            )
    return 0
