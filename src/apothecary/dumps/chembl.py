"""ChEMBL in (its SQLite release, or the TSV of structures), records out: approval, mechanism, target, indication, ATC.

The database is opened read-only, as data: none of its views and triggers is run. Of it only compounds with a name or in
clinical trials are read; the TSV has structures only.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apothecary.dumps.model import INCHIKEY, Fault, Record, Told
from apothecary.dumps.tables import iter_table
from apothecary.errors import SourceError

LICENCE = "CC BY-SA 3.0 (ChEMBL)"
SQLITE = b"SQLite format 3\0"
NEEDED = ("chembl_id", "standard_inchi_key")
TABLES = ("molecule_dictionary", "compound_structures")
COMPOUNDS = """SELECT m.molregno, m.chembl_id, m.pref_name, s.standard_inchi_key, m.first_approval, m.max_phase
FROM molecule_dictionary m LEFT JOIN compound_structures s ON s.molregno = m.molregno
WHERE m.max_phase >= 1 OR m.pref_name IS NOT NULL ORDER BY m.molregno"""
DETAILS = {  # field: tables needed, statement with a compound's number, columns told as conditions
    "mechanism": (
        ("drug_mechanism",),
        "SELECT mechanism_of_action, action_type FROM drug_mechanism WHERE molregno = ? ORDER BY mec_id",
        "action",
    ),
    "target": (
        ("drug_mechanism", "target_dictionary"),
        "SELECT DISTINCT t.pref_name, t.organism FROM drug_mechanism d JOIN target_dictionary t ON t.tid = d.tid "
        "WHERE d.molregno = ? ORDER BY t.tid",
        "organism",
    ),
    "indication": (
        ("drug_indication",),
        "SELECT mesh_heading, max_phase_for_ind FROM drug_indication WHERE molregno = ? ORDER BY drugind_id",
        "phase",
    ),
    "atc_code": (
        ("molecule_atc_classification",),
        "SELECT level5, NULL FROM molecule_atc_classification WHERE molregno = ? ORDER BY level5",
        "",
    ),
    "synonym": (
        ("molecule_synonyms",),
        "SELECT DISTINCT synonyms, NULL FROM molecule_synonyms WHERE molregno = ? ORDER BY synonyms",
        "",
    ),
}


def read_chembl_tsv(stream: io.BufferedReader, *, file: str) -> Iterator[Record | Fault]:
    """The TSV of structures to its compounds and faults."""
    for row in iter_table(stream, file=file, needed=NEEDED):
        if isinstance(row, Fault):
            yield row
            continue
        number, cells = row
        key, chembl_id = cells["standard_inchi_key"], cells["chembl_id"]
        if not chembl_id or not INCHIKEY.fullmatch(key):
            yield Fault(file, number, "no InChIKey", f"{chembl_id}: {key}"[:100])
            continue
        facts = [Told("chembl_id", chembl_id), Told("smiles", cells.get("canonical_smiles", ""), kind="computed")]
        yield Record(
            chembl_id, chembl_id, key, "", [*facts, Told("inchi", cells.get("standard_inchi", ""), kind="computed")]
        )


def read_chembl_sqlite(path: Path, *, file: str) -> Iterator[Record | Fault]:
    """The SQLite release to its drugs and named compounds; SourceError where the database is not ChEMBL's."""
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        missing = [name for name in TABLES if name not in names]
        if missing:
            raise SourceError("not ChEMBL's database", where=file, expected=f"a table {missing[0]}")
        details = {field: one for field, one in DETAILS.items() if set(one[0]) <= names}
        for number, row in enumerate(database.execute(COMPOUNDS), 1):
            yield _read_compound(database, details, row, file, number)
    except sqlite3.Error as error:
        raise SourceError("the database cannot be read", where=f"{file}: {error}") from None
    finally:
        database.close()


def _read_compound(
    database: sqlite3.Connection, details: dict[str, Any], row: tuple[Any, ...], file: str, number: int
) -> Record | Fault:
    molregno, chembl_id, name, key, approved, phase = row
    if not chembl_id:
        return Fault(file, number, "no ChEMBL id", str(molregno))
    facts = [Told("chembl_id", str(chembl_id)), Told("name", str(name or ""))]
    facts.append(Told("first_approval", str(approved or ""), unit="year"))
    facts.append(Told("max_phase", "" if phase is None else f"{phase:g}" if isinstance(phase, float) else str(phase)))
    for field, (_, statement, told) in details.items():
        for text, more in database.execute(statement, (molregno,)):
            conditions = f"{told}: {more}" if told and more not in (None, "") else None
            facts.append(Told(field, str(text or "").strip(), conditions=conditions))
    return Record(str(chembl_id), str(name or chembl_id), str(key or ""), "", facts)
