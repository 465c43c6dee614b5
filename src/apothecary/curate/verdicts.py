"""Verdict tables: who is not kept, why, and the proof. A row without a line is kept.

On disk a verdict also says where its row lies, so that export drops rows by position and joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.example import VERDICT

PLACED_VERDICT = pl.Schema([*VERDICT.items(), ("file", pl.UInt32), ("row", pl.UInt32)])

# The parts of a row's id: "<pack>/<intent>/<template>/<stratum>/<j>".
STRATUM_OF_ID = pl.col("id").str.strip_chars_end("0123456789").str.strip_suffix("/")


def write_books(read: int, verdicts: pl.DataFrame) -> dict[str, Any]:
    """The rows a component read and its verdicts to its books: read = kept + dropped + failed, by reason."""
    counts: dict[str, dict[str, int]] = {"dropped": {}, "failed": {}}
    for verdict, reason, count in verdicts.group_by("verdict", "reason").len().sort("verdict", "reason").iter_rows():
        counts[verdict][reason] = count
    return {"read": read, "kept": read - verdicts.height, **counts}


def list_verdict_files(run: Path) -> list[Path]:
    """A run whose curate room is done to its verdict tables, one for each file of examples, in their order."""
    from apothecary.engine.commit import read_json

    folder = run / "curate"
    return [folder / entry["path"] for entry in read_json(folder / "manifest.json")["files"]]


def scan_verdicts(files: Sequence[Path]) -> pl.LazyFrame:
    """Verdict tables to one lazy frame of PLACED_VERDICT."""
    if not files:
        return pl.LazyFrame(schema=PLACED_VERDICT)
    return pl.scan_parquet(list(files), schema=PLACED_VERDICT)


def iter_dropped(files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Verdict tables to frames of `stratum` and `j`, one a table, so that memory does not grow with the run."""
    for path in files:
        ids = pl.read_parquet(path, columns=["id"]).with_columns(STRATUM_OF_ID.alias("stratum"))
        yield ids.select("stratum", number_of_id(pl.col("stratum")).alias("j"))


def number_of_id(stratum: pl.Expr) -> pl.Expr:
    """The expression of an id's stratum to that of its combination number j."""
    return pl.col("id").str.slice(stratum.str.len_chars() + 1).cast(pl.Int64)
