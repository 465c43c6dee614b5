from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest

from apothecary.dumps.chembl import read_chembl_sqlite, read_chembl_tsv
from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.room import read_dump
from apothecary.errors import SourceError

KEY = "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
SCRIPT = f"""
CREATE TABLE molecule_dictionary (molregno INTEGER, chembl_id TEXT, pref_name TEXT, first_approval INTEGER, max_phase);
CREATE TABLE compound_structures (molregno INTEGER, standard_inchi_key TEXT);
CREATE TABLE drug_mechanism (mec_id INTEGER, molregno INTEGER, mechanism_of_action TEXT, action_type TEXT, tid INTEGER);
CREATE TABLE target_dictionary (tid INTEGER, pref_name TEXT, organism TEXT);
CREATE TABLE drug_indication (drugind_id INTEGER, molregno INTEGER, mesh_heading TEXT, max_phase_for_ind);
INSERT INTO molecule_dictionary VALUES (1, 'CHEMBL25', 'DRUG X', 1950, 4.0), (2, 'CHEMBL26', NULL, NULL, NULL),
  (3, NULL, 'NAMELESS', NULL, NULL);
INSERT INTO compound_structures VALUES (1, '{KEY}');
INSERT INTO drug_mechanism VALUES (1, 1, 'Cyclooxygenase inhibitor', 'INHIBITOR', 5);
INSERT INTO target_dictionary VALUES (5, 'Cyclooxygenase', 'Homo sapiens');
INSERT INTO drug_indication VALUES (1, 1, 'Pain', 4);
"""


def make(path: Path, script: str) -> Path:
    database = sqlite3.connect(path)
    database.executescript(script)
    database.close()
    return path


def test_the_database_is_read(tmp_path: Path) -> None:
    one, two = read_dump("chembl", make(tmp_path / "c.db", SCRIPT))
    assert isinstance(one, Record)
    assert (one.source_id, one.name, one.inchikey) == ("CHEMBL25", "DRUG X", KEY)
    assert one.facts[2:] == [
        Told("first_approval", "1950", "year"),
        Told("max_phase", "4"),
        Told("mechanism", "Cyclooxygenase inhibitor", conditions="action: INHIBITOR"),
        Told("target", "Cyclooxygenase", conditions="organism: Homo sapiens"),
        Told("indication", "Pain", conditions="phase: 4"),
    ]
    assert isinstance(two, Fault)
    assert two.reason == "no ChEMBL id"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("CREATE TABLE x (a);", "not ChEMBL's"),
        (
            "CREATE TABLE molecule_dictionary (a); CREATE VIEW compound_structures AS SELECT 1;",
            "not",
        ),
        ("CREATE TABLE molecule_dictionary (a); CREATE TABLE compound_structures (a);", "cannot be read"),
    ],
)
def test_other_databases_are_refused(tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        list(read_chembl_sqlite(make(tmp_path / "c.db", script), file="f"))
    (tmp_path / "d.db").write_bytes(b"SQLite format 3\0" + bytes(999))
    (fault,) = read_dump("chembl", tmp_path / "d.db")
    assert isinstance(fault, Fault)


def test_the_table_of_structures_is_read() -> None:
    head = "chembl_id\tcanonical_smiles\tstandard_inchi\tstandard_inchi_key"
    text = f"{head}\nCHEMBL25\tC\tInChI=1S/x\t{KEY}\nCHEMBL1\tC\t\t\n"
    one, two = read_chembl_tsv(io.BufferedReader(io.BytesIO(text.encode())), file="f")  # type: ignore[arg-type]
    assert isinstance(one, Record)
    assert (one.inchikey, one.facts[1].text) == (KEY, "C")
    assert isinstance(two, Fault)
