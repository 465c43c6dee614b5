"""A user's own files in, frames of their rows out: JSONL, JSON, CSV, TSV and Parquet, compressed or not, in blocks.

All columns are carried through as they are. A record that cannot be read is named with its place and counted, and the
rest goes on; a file that cannot be read at all is one error. CSV values stay text, so that "007" stays "007".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.errors import SourceError

BLOCK_ROWS = 50_000
BLOCK_BYTES = 64 << 20
MAX_LINE_BYTES = 256 << 20
FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet"}
COMPRESSIONS = (".gz", ".bz2", ".zst", ".lz4")
EXPECTED = "JSONL, JSON, CSV, TSV or Parquet, also as .gz, .bz2, .zst or .lz4"
_SURROGATE = "\\ud"


@dataclass
class Block:
    """Some records of a file: their columns, the number of each in the file (from 1), and those that are no records."""

    rows: pl.DataFrame
    numbers: list[int]
    failed: list[tuple[int, str]] = field(default_factory=list)  # number in the file, what is wrong


def find_format(path: Path) -> str:
    """A file's name to how it is read; SourceError for a name that says nothing."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder", where=str(path), expected=EXPECTED, hint=f"name its files: {path}/*")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    if not suffixes or suffixes[-1] not in FORMATS:
        raise SourceError(f"no known kind of file: {path.name}", where=str(path), expected=EXPECTED, hint="rename it")
    return FORMATS[suffixes[-1]]


def iter_blocks(path: Path) -> Iterator[Block]:
    """A file to blocks of at most `BLOCK_ROWS` records; memory is one block. SourceError when it cannot be read."""
    kind = find_format(path)
    if not path.is_file():
        near = sorted(str(found) for found in path.parent.glob(f"*{path.suffix}"))[:5]
        hint = f"files there: {', '.join(near)}" if near else "give the path of a file"
        raise SourceError(f"no file at {path}", where=str(path), hint=hint)
    try:
        if kind == "parquet":
            yield from _read_parquet(path)
        elif kind == "json":
            yield from _read_json(path)
        elif kind == "jsonl":
            yield from _read_jsonl(path)
        else:
            yield from _read_csv(path, "\t" if kind == "tsv" else ",")
    except (OSError, EOFError, pa.ArrowException) as error:
        problem = str(error).partition("\n")[0]
        raise SourceError(f"{path.name} cannot be read: {problem}", where=str(path), hint=_REPACK) from None


_REPACK = "the file is damaged or not what its name says; get or write it again"


def open_bytes(path: Path) -> io.BufferedReader:
    """A file to its bytes, unpacked as its name says."""
    compression = "detect" if path.suffix.lower() in COMPRESSIONS else None
    return io.BufferedReader(pa.input_stream(str(path), compression=compression), 1 << 20)


def _read_parquet(path: Path) -> Iterator[Block]:
    with pq.ParquetFile(path) as file:
        start = 1
        for batch in file.iter_batches(BLOCK_ROWS):
            rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([batch])))
            yield Block(rows, list(range(start, start + rows.height)))
            start += rows.height


def _read_jsonl(path: Path) -> Iterator[Block]:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    failed: list[tuple[int, str]] = []
    size = 0
    with open_bytes(path) as stream:
        for number, line in enumerate(_iter_lines(stream, path), 1):
            if not line.strip():
                continue
            try:
                records.append(_as_record(_parse(line.decode("utf-8-sig" if number == 1 else "utf-8"))))
                numbers.append(number)
            except (ValueError, RecursionError) as error:
                failed.append((number, _name_fault(error)))
            size += len(line)
            if len(records) + len(failed) >= BLOCK_ROWS or size >= BLOCK_BYTES:
                yield Block(build_frame(records), numbers, failed)
                records, numbers, failed, size = [], [], [], 0
    if records or failed:
        yield Block(build_frame(records), numbers, failed)


def _iter_lines(stream: io.BufferedReader, path: Path) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES:
            what = f"a line is longer than {MAX_LINE_BYTES >> 20} MB"
            raise SourceError(what, where=str(path), expected="one JSON object a line", hint=_REPACK)
        yield line


def _read_json(path: Path) -> Iterator[Block]:
    """One JSON document: a list of records, an object that holds one such list, or an object of records by id."""
    with open_bytes(path) as stream:
        content = stream.read()
    try:
        document = _parse(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where, hint = f"{path}: {_name_fault(error)}", "one object a line is JSONL: name it .jsonl"
        raise SourceError(f"{path.name} is not JSON", where=where, hint=hint) from None
    records = document if isinstance(document, list) else _find_records(document, path)
    for start in range(0, len(records), BLOCK_ROWS):
        good: list[dict[str, Any]] = []
        numbers: list[int] = []
        failed: list[tuple[int, str]] = []
        for number, record in enumerate(records[start : start + BLOCK_ROWS], start + 1):
            if isinstance(record, dict):
                good.append(record)
                numbers.append(number)
            else:
                failed.append((number, "not an object"))
        yield Block(build_frame(good), numbers, failed)


def _find_records(document: Any, path: Path) -> list[Any]:
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and value]
        if len(lists) == 1 and isinstance(lists[0][0], dict):
            return lists[0]
        if document and all(isinstance(value, dict) for value in document.values()):
            return [{"key": key, **value} for key, value in document.items()]
    expected = "a list of objects, or an object of objects"
    raise SourceError(f"{path.name} holds no list of records", where=str(path), expected=expected, hint=_REPACK)


def _read_csv(path: Path, separator: str) -> Iterator[Block]:
    csv.field_size_limit(MAX_LINE_BYTES)
    with open_bytes(path) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            header = next(reader, [])
            _check_header(header, path)
            yield from _gather_csv(reader, header)
        except UnicodeDecodeError as error:
            hint = "save it as UTF-8, as with: iconv -f latin1 -t utf-8"
            what = f"{path.name} is not UTF-8: {error.reason}"
            raise SourceError(what, where=f"{path}, near line {reader.line_num + 1}", hint=hint) from None
        except csv.Error as error:
            where = f"{path}, near line {reader.line_num}"
            raise SourceError(f"{path.name} is no sound CSV: {error}", where=where, hint="check the quotes") from None


def _gather_csv(reader: Iterator[list[str]], header: list[str]) -> Iterator[Block]:
    records: list[list[str]] = []
    numbers: list[int] = []
    failed: list[tuple[int, str]] = []
    size = 0
    for number, cells in enumerate(reader, 1):
        if not cells:
            continue
        if len(cells) == len(header):
            records.append(cells)
            numbers.append(number)
            size += sum(map(len, cells))
        else:
            failed.append((number, f"{len(cells)} cells under {len(header)} headings"))
        if len(records) + len(failed) >= BLOCK_ROWS or size >= BLOCK_BYTES:
            yield Block(_frame_cells(records, header), numbers, failed)
            records, numbers, failed, size = [], [], [], 0
    if records or failed:
        yield Block(_frame_cells(records, header), numbers, failed)


def _frame_cells(records: list[list[str]], header: list[str]) -> pl.DataFrame:
    return pl.DataFrame(records, schema=dict.fromkeys(header, pl.String), orient="row")


def _check_header(header: list[str], path: Path) -> None:
    if not header:
        raise SourceError(f"{path.name} is empty", where=str(path), expected="a line of headings", hint=_REPACK)
    doubled = [name for name in header if header.count(name) > 1]
    if doubled:
        what = f"two columns of {path.name} have the name {doubled[0]!r}"
        raise SourceError(what, where=f"{path}, line 1", hint="rename one of them")


def build_frame(records: list[dict[str, Any]]) -> pl.DataFrame:
    """Records to a frame of their columns; a column whose values do not fit each other is kept as JSON text."""
    names = dict.fromkeys(name for record in records for name in record)
    return pl.DataFrame([_build_column(name, [record.get(name) for record in records]) for name in names])


def _build_column(name: str, values: list[Any]) -> pl.Series:
    """Arrow finds the type, because it refuses what does not fit; Polars would make null of it."""
    try:
        column = pl.Series(name, pa.array(values))
        if not _is_hollow(column.dtype):
            return column
    except (pa.ArrowException, TypeError, OverflowError):
        pass
    return pl.Series(name, [_write_text(one) for one in values], pl.String)


def _is_hollow(kind: pl.DataType) -> bool:
    """Whether objects without any field are in it, which Parquet cannot hold."""
    if isinstance(kind, pl.Struct):
        return not kind.fields or any(_is_hollow(one.dtype) for one in kind.fields)  # type: ignore[arg-type]
    return isinstance(kind, pl.List) and _is_hollow(kind.inner)  # type: ignore[arg-type]


def _write_text(value: Any) -> str | None:
    """A value as text: texts as they are, all else as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def unite_schemas(schemas: Iterable[pl.Schema]) -> pl.Schema:
    """Schemas of blocks to the one that holds them all; columns whose types have nothing in common become text."""
    united: dict[str, pl.DataType] = {}
    for schema in schemas:
        for name, kind in schema.items():
            old = united.get(name)
            united[name] = (
                kind if old is None or old == pl.Null else old if kind in (old, pl.Null) else _join(old, kind)
            )
    return pl.Schema({name: pl.String() if kind == pl.Null else kind for name, kind in united.items()})


def _join(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    """Two types to the one that holds both as they are; text where there is none."""
    joined = _join_nested(one, other)
    return pl.String() if joined is None else joined


def _join_nested(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """Two types to the one that holds both, None where a value is an object or a list in one of them only."""
    if one == other or other == pl.Null:
        return one
    if one == pl.Null:
        return other
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        inner = _join_nested(one.inner, other.inner)  # type: ignore[arg-type]
        return None if inner is None else pl.List(inner)
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        fields: dict[str, Any] = dict(one.to_schema())
        for name, kind in other.to_schema().items():
            fields[name] = _join_nested(fields[name], kind) if name in fields else kind  # type: ignore[arg-type]
        return None if None in fields.values() else pl.Struct(fields)
    if one.is_nested() or other.is_nested():
        return None
    if one.is_numeric() and other.is_numeric():
        return pl.concat([pl.Series("a", [], kind).to_frame() for kind in (one, other)], how="vertical_relaxed").dtypes[
            0
        ]
    return pl.String()


def fit_frame(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """A frame to the united schema: columns that it lacks are null, nested values in a text column become JSON."""
    columns = []
    for name, kind in schema.items():
        if name not in rows.columns:
            columns.append(pl.lit(None, kind).alias(name))
        elif rows.schema[name] == kind:
            columns.append(pl.col(name))
        elif kind == pl.String and rows.schema[name].is_nested():
            columns.append(pl.lit(pl.Series(name, [_write_text(one) for one in rows[name].to_list()], pl.String)))
        elif kind == pl.String and rows.schema[name] == pl.Binary:
            columns.append(pl.col(name).bin.encode("base64"))
        else:
            columns.append(pl.col(name).cast(kind))
    return rows.select(columns) if rows.width else pl.DataFrame(schema=schema)


def _parse(text: str) -> Any:
    value = json.loads(text)
    return _mend_surrogates(value) if _SURROGATE in text.lower() else value


def _mend_surrogates(value: Any) -> Any:
    """Halves of a surrogate pair, which are no characters, become U+FFFD; whole pairs were joined by the parser."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mend_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {_mend_surrogates(name): _mend_surrogates(one) for name, one in value.items()}
    return value


def _as_record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _name_fault(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.removesuffix(' at')}"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)
