"""Two datasets in, what differs out: rows added, removed and changed, each with the reason, in bounded memory.

A dataset is a run, or an export folder with tables (`parquet` or `hf`). Rows are the same when their ids are. DuckDB
joins hashes of rows and spills to disk beyond `MEMORY`; the columns of changed rows alone are compared one by one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from apothecary.engine.commit import explain_storage, read_json, write_file
from apothecary.errors import RunError
from apothecary.report.dataset import list_files, require_dataset
from apothecary.report.table import Cell, lay_out

MEMORY = "1GB"
SHOWN = 3  # ids of each kind and reason
KINDS = ("added", "removed", "changed")


@dataclass(frozen=True)
class Side:
    """One of the two datasets: its files, and where it says why a row is not in it (each with columns id, reason)."""

    path: Path
    files: tuple[str, ...]
    verdicts: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def report_difference(before: Path, after: Path, out: Path | None) -> Iterator[str]:
    """Two datasets to a table of what differs; with `out` every row that does, as Parquet (id, change, reason)."""
    sides = open_side(before), open_side(after)
    with (
        tempfile.TemporaryDirectory() as scratch,
        explain_storage(out.parent if out else Path(scratch)),
        duckdb.connect(str(Path(scratch) / "work.duckdb")) as database,
    ):
        database.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{scratch}'; SET threads = 2")
        compare_sides(database, *sides)
        counts = database.execute(
            "SELECT change, reason, count(*), list(id ORDER BY id)[:?] FROM difference GROUP BY ALL", [SHOWN]
        ).fetchall()
        equal = database.execute("SELECT count(*) FROM a SEMI JOIN b USING (id, content)").fetchall()[0]
        if out:
            query = "COPY (FROM difference ORDER BY id) TO $path (FORMAT parquet, COMPRESSION zstd)"
            write_file(out, lambda temp: database.execute(query, {"path": str(temp)}))
    totals = {kind: sum(count for change, _, count, _ in counts if change == kind) for kind in KINDS}
    told = ", ".join(f"{totals[kind]:,} {kind}" for kind in KINDS)
    yield f"{before} to {after}: {told}, {equal[0]:,} equal"
    ordered = sorted(counts, key=lambda line: (KINDS.index(line[0]), -line[2], line[1]))
    table: list[tuple[Cell, ...]] = [(change, reason, count, ids[0]) for change, reason, count, ids in ordered]
    yield from lay_out(("rows", "reason", "", "as"), table)
    if out:
        yield f"all of them: {out}"


def open_side(path: Path) -> Side:
    """A run or an export folder to its files; RunError for a folder that is neither, or holds no table."""
    if (path / "run.json").exists():
        manifest = require_dataset(path)
        made = list_files(path, "generate", read_json(path / "generate" / "manifest.json"))
        verdicts = [path / "curate" / entry["path"] for entry in read_json(path / "curate" / "manifest.json")["files"]]
        return Side(path, _texts(list_files(path, "export", manifest)), _texts(verdicts), _texts(made))
    hint = "give a run, or an export folder: apothecary export RUN --format parquet --out DIR"
    if not (path / "manifest.json").exists():
        raise RunError(f"{path} is neither a run nor an export folder", where=str(path), hint=hint)
    entries = read_json(path / "manifest.json").get("files", [])
    tables = [entry["path"] for entry in entries if entry["path"].endswith(".parquet") and entry["rows"]]
    first = next((part for part in ("parquet/", "data/") if any(name.startswith(part) for name in tables)), None)
    if first is None:
        raise RunError("the export folder has no table to compare", where=str(path), hint=hint)
    files = [path / name for name in tables if name.startswith(first)]
    removed = [path / entry["path"] for entry in entries if entry["path"].startswith("removed/")]
    return Side(path, _texts(files), _texts(removed))


def compare_sides(database: Any, before: Side, after: Side) -> None:
    """Two datasets to the table `difference` (id, change, reason) of a database, by way of `a` and `b`."""
    common = [name for name in list_columns(database, before) if name in list_columns(database, after)]
    compared = [name for name in common if name != "id"]
    packed = ", ".join(f'"{name}"' for name in compared)
    for name, side in (("a", before), ("b", after)):
        query = f"CREATE TABLE {name} AS SELECT id, hash({packed}) AS content FROM read_parquet(?)"
        database.execute(query, [list(side.files)])
    database.execute("CREATE TABLE added AS SELECT id FROM b ANTI JOIN a USING (id)")
    database.execute("CREATE TABLE removed AS SELECT id FROM a ANTI JOIN b USING (id)")
    database.execute("CREATE TABLE changed AS SELECT a.id FROM a JOIN b USING (id) WHERE a.content <> b.content")
    explain_absence(database, "removed", after, ("dropped there: ", "made there, but surplus", "not made there"))
    explain_absence(database, "added", before, ("dropped before: ", "surplus before", "not made before"))
    differ = ", ".join(f'CASE WHEN x."{name}" IS DISTINCT FROM y."{name}" THEN \'{name}\' END' for name in compared)
    database.execute(
        f"""CREATE TABLE why_changed AS SELECT id, concat_ws(', ', {differ}) AS reason
        FROM (SELECT * FROM read_parquet($before) SEMI JOIN changed USING (id)) x
        JOIN (SELECT * FROM read_parquet($after) SEMI JOIN changed USING (id)) y USING (id)""",
        {"before": list(before.files), "after": list(after.files)},
    )
    parts = [f"SELECT id, '{kind}' AS change, reason FROM why_{kind}" for kind in KINDS]
    database.execute(f"CREATE VIEW difference AS {' UNION ALL '.join(parts)}")


def explain_absence(database: Any, table: str, other: Side, words: tuple[str, str, str]) -> None:
    """A table of ids that the other side has not to `why_<table>`: what the other side says about each."""
    none = "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS reason WHERE false"
    verdicts = "SELECT id, reason FROM read_parquet($verdicts)" if other.verdicts else none
    made = "SELECT id FROM read_parquet($made)" if other.made else "SELECT NULL::VARCHAR AS id WHERE false"
    dropped, surplus, unmade = (f"'{word}'" for word in words)
    absent = unmade if other.made else "'not in it'"
    known = {"verdicts": list(other.verdicts)} if other.verdicts else {}
    known |= {"made": list(other.made)} if other.made else {}
    database.execute(
        f"""CREATE TABLE why_{table} AS SELECT t.id, CASE WHEN v.reason IS NOT NULL THEN {dropped} || v.reason
        WHEN m.id IS NOT NULL THEN {surplus} ELSE {absent} END AS reason
        FROM {table} t LEFT JOIN (SELECT id, min(reason) AS reason FROM ({verdicts}) GROUP BY id) v USING (id)
        LEFT JOIN (SELECT DISTINCT id FROM ({made}) SEMI JOIN {table} USING (id)) m USING (id)""",
        known,
    )


def list_columns(database: Any, side: Side) -> list[str]:
    """A dataset to its columns; RunError when it has no ids."""
    described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [list(side.files[:1])]).fetchall()
    names = [str(line[0]) for line in described]
    if "id" not in names:
        raise RunError(
            "the dataset has no ids to compare by", where=side.files[0], hint="compare runs, or their exports"
        )
    return names


def _texts(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path) for path in paths)
