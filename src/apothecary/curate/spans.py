"""The joins of the substring stage: fingerprints and windows on disk to what documents share, within a memory limit.

DuckDB groups and joins, and spills to `folder` what does not fit. Its results are ordered before they are used: they
depend neither on threads nor on the order of the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

SPAN = pl.Schema(
    {
        "file": pl.UInt32,
        "row": pl.UInt32,
        "start": pl.UInt32,  # in tokens
        "end": pl.UInt32,
        "other_file": pl.UInt32,  # the document that has it first
        "other_row": pl.UInt32,
        "other_start": pl.UInt32,
        "rows": pl.UInt32,  # the most documents that any part of it stands in
    }
)
MARK = pl.Schema({"file": pl.UInt32, "row": pl.UInt32, "token": pl.UInt32})
FOUND = pl.Schema(dict.fromkeys(("doc", "start", "end", "other", "other_start", "rows"), pl.UInt32))
FIRST = pl.Schema(dict.fromkeys(("doc", "start", "end", "rows"), pl.UInt32))

THREADS = 2  # each takes its part of the memory; more of them would spill more

_SHARED_PRINTS = """
    SELECT file, row, token FROM prints SEMI JOIN (
        SELECT hash FROM prints GROUP BY hash
        HAVING min((file::UBIGINT << 32) | row) <> max((file::UBIGINT << 32) | row)
    ) AS shared USING (hash) ORDER BY file, row, token
"""
_SHARED_WINDOWS = """
    CREATE TEMP TABLE shared AS
    SELECT hash, min(key) AS first FROM windows GROUP BY hash HAVING min(key >> 32) <> max(key >> 32)
"""
_PLACES = """
    CREATE TEMP TABLE places AS
    SELECT windows.hash, first, key FROM windows JOIN shared USING (hash)
"""
_COUNTS = """
    CREATE TEMP TABLE counts AS
    SELECT first, count(*) AS rows FROM (SELECT DISTINCT first, key >> 32 AS doc FROM places) GROUP BY first
"""
# Windows that follow each other in both documents are one span: their number in line stays behind by a constant.
_SPANS = """
    SELECT doc, min(token) AS start, max(token) + $tokens AS "end", other, min(other_token) AS other_start,
        max(rows) AS rows
    FROM (
        SELECT *, token - row_number() OVER (PARTITION BY doc, other, token - other_token ORDER BY token) AS block
        FROM (
            SELECT key >> 32 AS doc, (key & 4294967295)::BIGINT AS token,
                first >> 32 AS other, (first & 4294967295)::BIGINT AS other_token, rows
            FROM places JOIN counts USING (first) WHERE key >> 32 <> first >> 32
        )
    ) GROUP BY doc, other, token - other_token, block ORDER BY doc, start, other, other_start
"""
_BOILERPLATE = """
    SELECT doc, min(token) AS start, max(token) + $tokens AS "end", max(rows) AS rows
    FROM (
        SELECT *, token - row_number() OVER (PARTITION BY doc ORDER BY token) AS block
        FROM (SELECT first >> 32 AS doc, (first & 4294967295)::BIGINT AS token, rows FROM counts WHERE rows >= $rows)
    ) GROUP BY doc, block ORDER BY rows DESC, doc, start
"""


def join_prints(files: Sequence[Path], folder: Path, memory_mb: int) -> pl.DataFrame:
    """Files of fingerprints (`hash, file, row, token`) to MARK: those whose hash two documents have."""
    with _connect(folder, memory_mb) as database:
        _read(database, "prints", files)
        return _take(database.sql(_SHARED_PRINTS), MARK)


def join_windows(
    files: Sequence[Path], folder: Path, tokens: int, boilerplate_rows: int, memory_mb: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Files of windows (`hash, key`) to the spans FOUND in an earlier document, and FIRST: those of many documents."""
    with _connect(folder, memory_mb) as database:
        _read(database, "windows", files)
        for step in (_SHARED_WINDOWS, _PLACES, "DROP TABLE shared", _COUNTS):
            database.execute(step)
        spans = _take(database.sql(_SPANS, params={"tokens": tokens}), FOUND)
        many = _take(database.sql(_BOILERPLATE, params={"tokens": tokens, "rows": boilerplate_rows}), FIRST)
        return spans, many


def _connect(folder: Path, memory_mb: int) -> Any:
    import duckdb

    settings = {
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
        "threads": THREADS,
    }
    return duckdb.connect(config=settings)


def _read(database: Any, name: str, files: Sequence[Path]) -> None:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")


def _take(result: Any, schema: pl.Schema) -> pl.DataFrame:
    """A result to a frame of the schema."""
    frame = pl.DataFrame(result.to_arrow_table())
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
