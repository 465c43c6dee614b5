"""A pack's CSV files -> checked cells, by table (docs/packs.md, Tables); all faults of a file are told at once.

The first line of `tables/<name>.csv` names the columns. `name` is what the facts of a line are about; the columns
listed under `fields` become facts; other columns are notes. An empty cell is no fact.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apothecary.errors import PackError
from apothecary.packs.model import Field, Pack, Table

MAX_BYTES = 200_000_000
MAX_FAULTS = 20  # of one file
LIST_SEPARATOR = ";"
KEY = "name"
CONDITIONS = "conditions"

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_LIMIT = re.compile(r"[<>≤≥~]")  # of a measurement that only says so much
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Cells:
    """What a table says: the texts of its used columns line by line, and the hash of them."""

    columns: tuple[str, ...]  # `name`, the fields in order, and `conditions` where there is such a column
    rows: list[tuple[str, ...]]
    lines: list[int]  # of the file, from 1
    sha256: str


def read_pack_tables(folder: Path, pack: Pack) -> dict[str, Cells]:
    """The cells of all tables of a loaded pack, from its folder; PackError when one is no longer as it was loaded."""
    tables = {}
    for name, table in pack.tables.items():
        errors: list[PackError] = []
        cells = read_table(folder, name, table, pack.fields, errors)
        if errors:
            raise errors[0]
        assert cells is not None
        if cells.sha256 != table.sha256:
            what = f"tables/{name}.csv has changed since the pack was read"
            raise PackError(what, where=str(find_table(folder, name)), hint="run the command again")
        tables[name] = cells
    return tables


def fingerprint_tables(pack: Pack) -> str:
    """16 hex digits for what a pack adds to the views of a knowledge base; empty when it adds nothing."""
    if not pack.tables:
        return ""
    stated = {name for table in pack.tables.values() for name in table.fields}
    said = {
        "pack": [pack.name, pack.version],
        "tables": {name: table.model_dump(mode="json") for name, table in pack.tables.items()},
        "fields": {name: pack.fields[name].model_dump(mode="json") for name in sorted(stated)},
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def find_table(folder: Path, name: str) -> Path:
    """Where the table of a pack lies."""
    return folder / "tables" / f"{name}.csv"


def read_table(
    folder: Path, name: str, table: Table, fields: Mapping[str, Field], errors: list[PackError]
) -> Cells | None:
    """One CSV file of a pack to its cells; what is wrong is added to `errors`, with file and line."""
    path = find_table(folder, name)
    found: list[PackError] = []
    try:
        lines = _read_lines(path)
        header, at = _read_header(path, lines, table)
        cells = _take_cells(path, table, header, at, lines, fields, found)
    except PackError as error:
        errors.append(error)
        return None
    errors += found[:MAX_FAULTS]
    if len(found) > MAX_FAULTS:
        errors.append(PackError(f"and {len(found) - MAX_FAULTS} more faults in the file", where=str(path)))
    return None if found else cells


def list_foreign_fields(table: Table, fields: Iterable[str]) -> list[tuple[str, str]]:
    """The fields of a table that the pack does not have, each with the nearest that it has (or nothing)."""
    known = list(fields)
    near = {name: difflib.get_close_matches(name, known, 1, 0.6) for name in table.fields if name not in known}
    return [(name, close[0] if close else "") for name, close in near.items()]


def find_clashes(tables: Mapping[str, Table]) -> list[tuple[str, str, str]]:
    """What the tables of a pack say against each other: table, what, hint."""
    found = []
    makers: dict[str, str] = {}
    sources: dict[str, tuple[str, Table]] = {}
    for name, table in tables.items():
        if table.entity in ("compound", "disease"):
            hint = f"write `about: {table.entity}` for facts about known entities"
            found.append((name, f"`entity: {table.entity}` is a type that the knowledge base has", hint))
        elif table.entity in makers:
            what = f"`entity: {table.entity}` is the type of table `{makers[str(table.entity)]}` already"
            found.append((name, what, f"write `about: {table.entity}` for more facts about them"))
        elif table.entity:
            makers[table.entity] = name
        first, known = sources.setdefault(table.source, (name, table))
        if (known.title, known.licence, known.licence_class) != (table.title, table.licence, table.licence_class):
            what = f"source `{table.source}` has another title or licence than in table `{first}`"
            found.append((name, what, "a source has one title and one licence; give this table its own source id"))
        shared = set(table.fields) & set(known.fields)
        if first != name and known.subject == table.subject and shared:
            what = f"table `{first}` states {', '.join(sorted(shared))} from the same source already"
            found.append((name, what, "put the lines into one table, or give this table its own source id"))
    return found


def _read_lines(path: Path) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file that are not empty, with their numbers, cells stripped."""
    if not path.is_file():
        others = sorted(found.stem for found in path.parent.glob("*.csv"))
        near = difflib.get_close_matches(path.stem, others, 1, 0.5)
        hint = f"did you mean `{near[0]}`?" if near else ""
        raise PackError(f"the table `{path.stem}` has no file", where=str(path), expected="a CSV file", hint=hint)
    if path.stat().st_size > MAX_BYTES:
        raise PackError(f"the file is larger than {MAX_BYTES:,} bytes", where=str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise PackError("the file is not UTF-8", where=str(path), hint="save it as UTF-8") from reason
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines, number = [], 1
    try:
        for row in reader:
            lines.append((number, [cell.strip() for cell in row]))
            number = reader.line_num + 1
    except csv.Error as reason:
        where = f"{path}:{number}"
        raise PackError(f"not valid CSV: {reason}", where=where, hint='close each "; write "" for a quote') from reason
    return [(number, cells) for number, cells in lines if any(cells)]


def _read_header(path: Path, lines: list[tuple[int, list[str]]], table: Table) -> tuple[list[str], dict[str, int]]:
    """The column names in the file's order, and where each column that is used stands."""
    if len(lines) < 2:
        what = "the table has no lines" if lines else "the table is empty"
        raise PackError(what, where=str(path), expected="column names in the first line, then one line an entity")
    number, header = lines[0]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise PackError(f"two columns are called `{twice[0]}`", where=f"{path}:{number}")
    at = {name: place for place, name in enumerate(header)}
    for wanted in (KEY, *table.fields):
        if wanted not in at:
            near = difflib.get_close_matches(wanted, header, 1, 0.5)
            hint = f"is it `{near[0]}`?" if near else ""
            what = f"the column `{wanted}` is missing"
            raise PackError(what, where=f"{path}:{number}", expected=f"one of: {', '.join(header)}", hint=hint)
    return header, at


def _take_cells(
    path: Path,
    table: Table,
    header: list[str],
    at: Mapping[str, int],
    lines: list[tuple[int, list[str]]],
    fields: Mapping[str, Field],
    found: list[PackError],
) -> Cells:
    columns = (KEY, *table.fields, *((CONDITIONS,) if CONDITIONS in at and CONDITIONS not in table.fields else ()))
    rows, numbers = [], []
    first: dict[str, int] = {}
    for number, cells in lines[1:]:
        where = f"{path}:{number}"
        if len(cells) != len(header):
            hint = "quote a cell that holds a comma" if len(cells) > len(header) else "end a line with all its commas"
            found.append(PackError(f"{len(cells)} cells", where=where, expected=f"{len(header)} cells", hint=hint))
            continue
        row = [cells[at[name]] for name in columns]
        key = row[0].lower()
        if not key:
            found.append(PackError("the cell `name` is empty", where=where))
        elif key in first and not table.several:
            hint = "one line a name; the values of a list go into one cell"
            found.append(PackError(f"`{row[0]}` stands in line {first[key]} already", where=where, hint=hint))
        first.setdefault(key, number)
        for place, name in enumerate(table.fields, 1):
            if name in fields and row[place]:
                limit = _LIMIT.match(row[place]) if table.several else None
                sign = limit[0] if limit else ""
                row[place] = sign + _read_cell(row[place][len(sign) :], name, fields[name], where, found)
        odd = [cell for cell in row if _CONTROL.search(cell)]
        found += [PackError(f"a control character in {cell[:40]!r}", where=where) for cell in odd]
        rows.append(tuple(row))
        numbers.append(number)
    text = json.dumps([columns, rows], ensure_ascii=False, separators=(",", ":"))
    return Cells(columns, rows, numbers, hashlib.sha256(text.encode()).hexdigest())


def _read_cell(text: str, name: str, field: Field, where: str, found: list[PackError]) -> str:
    """A cell as the field's type has it; a list's values are put back with the separator and nothing else."""
    if field.type == "number" and not _NUMBER.fullmatch(text):
        found.append(PackError(f"`{name}` is `{text}`", where=where, expected="a number, as 12, 0.5 or -3"))
    elif field.type == "integer" and not _INTEGER.fullmatch(text):
        found.append(PackError(f"`{name}` is `{text}`", where=where, expected="a whole number"))
    elif field.type == "list":
        values = split_list(text)
        if len(set(values)) < len(values):
            found.append(PackError(f"`{name}` has a value twice: `{text}`", where=where))
        return LIST_SEPARATOR.join(values)
    return text


def split_list(cell: str) -> list[str]:
    """The values of a cell of a list field, in the order written."""
    return [value.strip() for value in cell.split(LIST_SEPARATOR) if value.strip()]
