"""Written files to what they show of benchmark items: the last look, at the bytes that are published.

Parquet and JSONL (.zst and .gz too) are read again in pieces, whatever wrote them: chat messages, or text columns.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from apothecary.curate.contamination import OVERLAP, Index, find_overlaps
from apothecary.errors import SourceError

FINDING = pl.Schema([("file", pl.String), ("id", pl.String), *OVERLAP.items()])
TURNS = ("messages", "conversations")
SPOKEN = ("content", "value")  # what a turn says
TEXTS = ("system", "instruction", "prompt", "question", "input", "response", "answer", "output", "completion", "text")
BATCH_ROWS = 20_000
BLOCK_BYTES = 16 << 20


def check_export(files: Sequence[Path], index: Index) -> pl.DataFrame:
    """Written files and the index to FINDING: one line for each row and item it shows, in the order of the files.

    `row` counts from 0 in its file. SourceError for a file that cannot be read or has no text.
    """
    found = [pl.DataFrame(schema=FINDING)]
    for path in files:
        start = 0
        for rows in _read_rows(path):
            overlaps = find_overlaps(join_columns(rows, path), index)
            if overlaps.height:
                ids = rows["id"].cast(pl.String) if "id" in rows.columns else pl.Series([None], dtype=pl.String)
                named = ids.gather(overlaps["row"]) if "id" in rows.columns else ids.new_from_index(0, overlaps.height)
                place = (pl.col("row") + start).cast(pl.UInt32)
                lines = overlaps.with_columns(pl.lit(str(path)).alias("file"), named.alias("id"), place)
                found.append(lines.select(FINDING.names()))
            start += rows.height
    return pl.concat(found)


def join_columns(rows: pl.DataFrame, path: Path) -> pl.Series:
    """Rows (n) of any usual shape to all that they say (n), a line a turn or column."""
    parts = []
    for name in TURNS:
        if (
            name in rows.columns
            and isinstance(kind := rows.schema[name], pl.List)
            and isinstance(kind.inner, pl.Struct)
        ):
            says = next((field.name for field in kind.inner.fields if field.name in SPOKEN), None)
            if says:
                parts.append(pl.col(name).list.eval(pl.element().struct.field(says).cast(pl.String)).list.join("\n"))
    parts += [pl.col(name) for name in TEXTS if rows.schema.get(name) == pl.String]
    if not parts:
        expected = f"`messages`, or a text column such as {', '.join(TEXTS[:4])}"
        hint = "export writes `messages`; rename the column of another tool's file"
        raise SourceError("the written file has no text", where=str(path), expected=expected, hint=hint)
    return rows.select(pl.concat_str(parts, separator="\n", ignore_nulls=True).alias("text")).to_series()


def _read_rows(path: Path) -> Iterator[pl.DataFrame]:
    """A written file to frames of the columns that matter."""
    import pyarrow as pa

    try:
        yield from _read_parquet(path) if path.suffix == ".parquet" else _read_lines(path)
    except (OSError, EOFError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        reason = str(error).split("\n")[0]
        hint = "write it again: `apothecary resume`"
        raise SourceError(f"the written file cannot be read: {reason}", where=str(path), hint=hint) from None


def _read_parquet(path: Path) -> Iterator[pl.DataFrame]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        columns = [name for name in file.schema_arrow.names if name in ("id", *TURNS, *TEXTS)]
        if not columns:
            yield pl.DataFrame({"": [None]})
        for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
            yield pl.DataFrame(batch)


def _read_lines(path: Path) -> Iterator[pl.DataFrame]:
    import pyarrow as pa

    rest = b""
    with pa.input_stream(str(path)) as file:
        while block := file.read(BLOCK_BYTES):
            whole, mark, rest = (rest + block).rpartition(b"\n")
            if mark and whole.strip():
                yield pl.read_ndjson(io.BytesIO(whole), infer_schema_length=None)
    if rest.strip():
        yield pl.read_ndjson(io.BytesIO(rest), infer_schema_length=None)
