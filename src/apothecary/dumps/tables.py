"""Delimited text of dumps in (CSV, TSV, RRF, plain or packed), rows as dicts out, each with its number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from apothecary.dumps.model import Fault
from apothecary.errors import SourceError

MAX_CELL_CHARS = 2**22
Row = dict[str, str]


def iter_table(stream: io.BufferedReader, *, file: str, needed: Sequence[str]) -> Iterator[tuple[int, Row] | Fault]:
    """A stream with a line of headings to its rows; SourceError where a needed heading is missing."""
    csv.field_size_limit(MAX_CELL_CHARS)
    text = io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="")
    first = text.readline(MAX_CELL_CHARS)
    separator = "\t" if first.count("\t") >= first.count(",") and "\t" in first else ","
    header = next(csv.reader([first], delimiter=separator), [])
    missing = [name for name in needed if name not in header]
    if missing:
        raise SourceError("not the table that was expected", where=file, expected=f"a column {missing[0]!r}")
    reader = csv.reader(text, delimiter=separator)
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) == len(header):
                yield number, dict(zip(header, (cell.strip() for cell in cells), strict=True))
            elif cells:
                yield Fault(file, number, "a row has another width than the headings", f"{len(cells)} cells")
    except csv.Error as error:
        raise SourceError("the table cannot be read on", where=f"{file}, line {reader.line_num + 1}: {error}") from None


def iter_pipes(stream: io.BufferedReader, names: Sequence[str], *, file: str) -> Iterator[tuple[int, Row] | Fault]:
    """RRF lines, their cells between pipes and one after the last, to their rows."""
    for number, raw in enumerate(iter(lambda: stream.readline(MAX_CELL_CHARS), b""), 1):
        cells = raw.decode("utf-8", "replace").rstrip("\r\n").split("|")
        if len(cells) < len(names):
            yield Fault(file, number, "a row has another width than RRF's", f"{len(cells)} cells")
        else:
            yield number, dict(zip(names, cells, strict=False))
