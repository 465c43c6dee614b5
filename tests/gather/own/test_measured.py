"""Rows to compounds: replicates, limits, conditions, and honest books."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import SourceError
from apothecary.gather.own.measured import FAR_APART, ONLY_LIMITS, OTHER_CONDITIONS, Findings, Stated, find_compounds
from apothecary.gather.own.sheet import Sheet
from apothecary.gather.own.values import parse_fact

FACTS = [parse_fact("ic50[nM]=IC50"), parse_fact("logd[]=LogD")]
PHENACETIN, CAFFEINE = "CCOc1ccc(NC(C)=O)cc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"
Row = tuple[str, str, str, str, str]  # ID, SMILES, IC50, LogD, assay


def find(rows: list[Row], name: str | None = "ID", conditions: tuple[tuple[str, str], ...] = ()) -> Findings:
    columns = dict(zip(("ID", "SMILES", "IC50", "LogD", "assay"), map(list, zip(*rows, strict=True)), strict=True))
    sheet = Sheet(Path("a.csv"), columns, list(range(2, len(rows) + 2)))
    progress = SilentProgress()
    return find_compounds(sheet, FACTS, conditions, smiles="SMILES", name=name, workers=1, progress=progress)


def test_rows_of_one_structure_are_replicates_however_it_is_drawn() -> None:
    found = find([("p", PHENACETIN, "10", "1.5", ""), ("", "CC(=O)Nc1ccc(OCC)cc1", "40", "", "")])
    (compound,) = found.compounds
    assert compound.name == "p"
    assert compound.record["formula"] == "C10H13NO2"
    assert compound.stated == {
        "ic50": Stated("20", "geometric mean of 2", ()),
        "logd": Stated("1.5", "", ()),
    }
    assert [one.line for one in compound.measured] == [2, 2, 3]
    assert (found.rows, found.kept, found.rows_left_out) == (2, 2, [])


def test_a_limit_is_kept_and_not_stated() -> None:
    found = find([("p", PHENACETIN, ">10000", "", ""), ("c", CAFFEINE, "<5", "0.1", ""), ("c", CAFFEINE, "7", "", "")])
    assert [list(compound.stated) for compound in found.compounds] == [[], ["ic50", "logd"]]
    assert found.compounds[1].stated["ic50"].text == "7"
    assert found.unstated == {ONLY_LIMITS: 1}
    assert [one.value.sign for one in found.compounds[1].measured] == ["<", "", ""]


def test_replicates_far_apart_are_not_stated() -> None:
    found = find([("p", PHENACETIN, "10", "", ""), ("p", PHENACETIN, "1000", "", "")])
    assert found.compounds[0].stated == {}
    assert found.unstated == {FAR_APART: 1}


def test_values_under_several_conditions_are_not_mixed() -> None:
    rows: list[Row] = [
        ("p", PHENACETIN, "10", "", "A"),
        ("p", PHENACETIN, "500", "", "B"),
        ("p", PHENACETIN, "600", "", "B"),
    ]
    found = find(rows, conditions=(("assay", "assay"),))
    assert found.compounds[0].stated["ic50"] == Stated("548", "geometric mean of 2", ("B",))
    assert found.unstated == {OTHER_CONDITIONS: 1}


def test_every_row_is_kept_or_dropped_with_its_line_and_reason() -> None:
    rows: list[Row] = [
        ("p", PHENACETIN, "10", "", ""),
        ("q", "C1CC(", "10", "", ""),
        ("r", "", "10", "", ""),
        ("s", CAFFEINE, "", "", ""),
        ("P", CAFFEINE, "10", "", ""),
        ("t", "[Na+].[Cl-]", "10", "", ""),
        ("u", CAFFEINE, "ten", "0.1", ""),
        ("v\x07", CAFFEINE, "10", "", ""),
    ]
    found = find(rows)
    assert [(one.line, one.reason) for one in found.rows_left_out] == [
        (3, "structure does not parse"),
        (4, "no structure"),
        (5, "no value"),
        (6, "the name is that of another structure"),
        (7, "no carbon"),
        (9, "a control character in the name or a condition"),
    ]
    assert [(one.line, one.column, one.text, one.reason) for one in found.cells_left_out] == [
        (8, "IC50", "ten", "not a number")
    ]
    assert found.rows == found.kept + sum(found.count_dropped().values()) == 8


def test_a_compound_without_a_name_is_called_by_its_inchikey() -> None:
    found = find([("", PHENACETIN, "10", "", ""), ("", CAFFEINE, "20", "", "")], name=None)
    assert [compound.name for compound in found.compounds] == [c.record["key"] for c in found.compounds]


def test_a_salt_is_read_as_its_parent() -> None:
    found = find([("p", PHENACETIN + ".Cl", "10", "", ""), ("p", PHENACETIN, "10", "", "")])
    assert len(found.compounds) == 1


def test_a_table_without_a_usable_row_is_refused() -> None:
    with pytest.raises(SourceError, match="no row can be used") as caught:
        find([("p", "C1CC(", "10", "", "")])
    assert "structure does not parse (1)" in caught.value.hint
