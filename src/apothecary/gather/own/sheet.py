"""A file of the user's (CSV, TSV, Parquet, SDF) in; its rows as texts, each with the line it came from, out."""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass
from pathlib import Path

from apothecary.errors import SourceError

SUFFIXES = {".csv": ",", ".tsv": "\t", ".txt": "\t", ".parquet": "", ".sdf": "", ".sd": ""}
MAX_BYTES = 2_000_000_000
SDF_TITLE = "title"  # the first line of an SDF record
SDF_SMILES = "smiles"  # the structure of an SDF record


@dataclass(frozen=True)
class Sheet:
    """Columns by name, each with a text a row; `lines` are those of the file (records of a Parquet or SDF file)."""

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """A column's texts; SourceError with the nearest name when there is none."""
        if name in self.columns:
            return self.columns[name]
        lower = {known.lower(): known for known in self.columns}
        near = difflib.get_close_matches(name.lower(), lower, 1, 0.4)
        hint = f"did you mean `{lower[near[0]]}`?" if near else "name a column of the file's first line"
        raise SourceError(
            f"no column `{name}`", where=str(self.path), expected=f"one of: {', '.join(self.columns)}", hint=hint
        )


def read_sheet(path: Path) -> Sheet:
    """A file to its rows; SourceError for a file that is missing, empty, ragged or of another kind."""
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], 1, 0.5)
        hint = (
            f"did you mean `{path.parent / near[0]}`?" if near else "give the path of a CSV, TSV, Parquet or SDF file"
        )
        raise SourceError("there is no such file", where=str(path), hint=hint)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        expected = ", ".join(SUFFIXES)
        hint = "save the table as CSV; for a compressed file, unpack it first"
        raise SourceError(
            f"a {suffix or 'nameless'} file cannot be read", where=str(path), expected=expected, hint=hint
        )
    if path.stat().st_size > MAX_BYTES:
        raise SourceError(f"the file is larger than {MAX_BYTES:,} bytes", where=str(path), hint="split it")
    readers = {".parquet": _read_parquet, ".sdf": _read_sdf, ".sd": _read_sdf}
    sheet = readers[suffix](path) if suffix in readers else _read_text(path, SUFFIXES[suffix])
    if not sheet.lines:
        raise SourceError("the file has no rows", where=str(path), hint="it needs column names and at least one row")
    return sheet


def _read_text(path: Path, delimiter: str) -> Sheet:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise SourceError("the file is not UTF-8", where=str(path), hint="save it as UTF-8") from reason
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, [cell.strip() for cell in row]))
            line = reader.line_num + 1
    except csv.Error as reason:
        raise SourceError(f"not valid CSV: {reason}", where=f"{path}:{line}", hint='close each "') from reason
    if not rows:
        raise SourceError("the file is empty", where=str(path), hint="it needs column names and at least one row")
    header = rows[0][1]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise SourceError(f"two columns are called `{twice[0]}`", where=f"{path}:{rows[0][0]}", hint="rename one")
    for number, row in rows[1:]:
        if len(row) != len(header):
            expected = f"{len(header)} cells, as in the first line"
            hint = "quote a cell that holds the separator; a tab-separated file is called .tsv"
            raise SourceError(f"{len(row)} cells", where=f"{path}:{number}", expected=expected, hint=hint)
    columns = {name: [row[place] for _, row in rows[1:]] for place, name in enumerate(header)}
    return Sheet(path, columns, [number for number, _ in rows[1:]])


def _read_parquet(path: Path) -> Sheet:
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        frame = pl.read_parquet(path)
    except PolarsError as reason:
        first_line = str(reason).partition("\n")[0]
        raise SourceError(f"not a Parquet file: {first_line}", where=str(path), hint="write it again") from None
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    texts = frame.drop(nested).cast(pl.String).fill_null("")
    columns = {name: [text.strip() for text in texts[name].to_list()] for name in texts.columns}
    return Sheet(path, columns, list(range(1, frame.height + 1)))


def _read_sdf(path: Path) -> Sheet:
    from rdkit import Chem, rdBase

    if not path.stat().st_size:
        return Sheet(path, {}, [])
    with rdBase.BlockLogs():
        records = []
        for molecule in Chem.SDMolSupplier(str(path)):
            tags = {} if molecule is None else {key: str(value) for key, value in molecule.GetPropsAsDict().items()}
            title = "" if molecule is None or not molecule.HasProp("_Name") else molecule.GetProp("_Name")
            # A record that cannot be read keeps its place: its structure is told as one that does not parse.
            records.append({**tags, SDF_TITLE: title, SDF_SMILES: Chem.MolToSmiles(molecule) if molecule else "?"})
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = {name: [record.get(name, "").strip() for record in records] for name in names}
    return Sheet(path, columns, list(range(1, len(records) + 1)))
