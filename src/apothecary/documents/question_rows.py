"""Question sets of any table-like format in (JSON, JSON lines, CSV, TSV, Parquet), their records out one at a time.

Formats are known by their bytes. A record that cannot be read is a Failure with its number and the rest goes on; a
line that is not UTF-8 is read as cp1252 and noticed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from apothecary.documents.json_stream import iter_json
from apothecary.documents.medline import decode, iter_lines
from apothecary.documents.model import Failure
from apothecary.errors import SourceError

PEEK_BYTES = 2**16
PARQUET = b"PAR1"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
LISTS = ("data", "rows", "records", "examples", "items", "train", "qa", "qa_pairs", "dialogues", "conversations_list")
NOT_UTF8 = "bytes that are not UTF-8, read as cp1252"
MAX_CELL_CHARS, BATCH_ROWS = 2**22, 1_000
Row = tuple[int, dict[str, Any], str]  # number from 1, the record, what is to be noticed


def iter_rows(stream: io.BufferedReader, *, file: str) -> Iterator[Row | Failure]:
    """A stream to its records and failures; SourceError where it is no such file."""
    head = stream.peek(PEEK_BYTES)[:PEEK_BYTES]
    if head.startswith(PARQUET):
        raise SourceError("Parquet inside an archive", where=file, hint="unpack it first")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and not head.startswith(UTF16):
        raise SourceError("the file is empty", where=file, expected="JSON, JSON lines, CSV, TSV or Parquet")
    if start.startswith(b"{") and _is_record(start.split(b"\n", 1)[0]):
        return _read_lines(stream, file)
    if start.startswith((b"{", b"[")):
        return _read_json(stream, file)
    return _read_csv(stream, file, head)


def _is_record(line: bytes) -> bool:
    """Whether a line is a whole JSON object, as in JSON lines; a line longer than what is seen may be one."""
    if len(line) >= PEEK_BYTES - 4:
        return False
    try:
        return isinstance(json.loads(decode(line)[0]), dict)
    except (ValueError, RecursionError):
        return False


def _read_lines(stream: io.BufferedReader, file: str) -> Iterator[Row | Failure]:
    number = 0
    for raw in iter_lines(stream, file):
        if not raw:
            continue
        text, is_utf8 = decode(raw)
        number += 1
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Failure(file, number, None, "a line is not JSON", str(error)[:200])
            continue
        notice = "" if is_utf8 else NOT_UTF8
        inner = [record[name] for name in LISTS if isinstance(record, dict) and isinstance(record.get(name), list)]
        if len(inner) == 1 and inner[0] and all(isinstance(one, dict) for one in inner[0]):
            yield from ((place, one, notice) for place, one in enumerate(inner[0], number))
        elif isinstance(record, dict):
            yield number, record, notice
        else:
            yield Failure(file, number, None, "not an object", type(record).__name__)


def _read_json(stream: io.BufferedReader, file: str) -> Iterator[Row | Failure]:
    for number, record in enumerate(iter_json(stream, LISTS, file=file), 1):
        if isinstance(record, dict):
            yield number, record, ""
        else:
            yield Failure(file, number, None, "not an object", type(record).__name__)


def _read_csv(stream: io.BufferedReader, file: str, head: bytes) -> Iterator[Row | Failure]:
    """CSV or TSV with a line of headings; cells that are not UTF-8 are read as cp1252, each for itself."""
    encoding = "utf-16" if head.startswith(UTF16) else "utf-8-sig"
    first = head.decode(encoding, "replace").splitlines()[:1]
    separator = "\t" if first and first[0].count("\t") > first[0].count(",") else ","
    csv.field_size_limit(MAX_CELL_CHARS)
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    with io.TextIOWrapper(stream, encoding, errors, newline="") as text:
        reader = csv.reader(text, delimiter=separator)
        try:
            header = [name.strip() for name in next(reader, [])]
            if len(header) < 2 or len(set(header)) < len(header):
                raise SourceError("no table with headings", where=file, expected="a line of different column names")
            for number, cells in enumerate(reader, 1):
                if not cells:
                    continue
                if len(cells) != len(header):
                    detail = f"{len(cells)} cells under {len(header)} headings"
                    yield Failure(file, number, None, "a row has another width than the headings", detail)
                    continue
                mended, is_mended = _mend(cells)
                yield number, dict(zip(header, mended, strict=True)), NOT_UTF8 if is_mended else ""
        except csv.Error as error:
            raise SourceError("the CSV cannot be read on", where=f"{file}, line {reader.line_num}: {error}") from None
        except UnicodeError as error:
            raise SourceError("the CSV cannot be decoded", where=f"{file}: {error}"[:200]) from None


def _mend(cells: list[str]) -> tuple[list[str], bool]:
    """Cells whose bytes were no UTF-8, read as cp1252; whether there were any."""
    if all(cell.isascii() or cell.isprintable() for cell in cells):
        return cells, False
    mended = [cell.encode("utf-8", "surrogateescape") for cell in cells]
    texts = [decode(cell) for cell in mended]
    return [text for text, _ in texts], not all(is_utf8 for _, is_utf8 in texts)


def iter_parquet(file: BinaryIO, *, name: str) -> Iterator[Row]:
    """An open Parquet file to its records; SourceError where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(BATCH_ROWS):
                for record in batch.to_pylist():
                    number += 1
                    yield number, record, ""
    except (pa.ArrowException, OSError) as error:
        raise SourceError("the Parquet file is damaged", where=f"{name}: {str(error)[:200]}") from None
