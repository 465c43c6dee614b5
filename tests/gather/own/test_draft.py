"""The pack made of a user's measurements: its files, its wordings, and what is left out when data are few."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.gather.own.draft import draft_pack, fill_words
from apothecary.gather.own.measured import find_compounds
from apothecary.gather.own.sheet import Sheet
from apothecary.gather.own.values import parse_fact
from apothecary.packs.check import check_pack
from apothecary.packs.load import load_pack

FACTS = ("ic50[nM]=IC50", "logd[]=LogD", "mass[M]=M")
CHAINS = [f"CC{'C' * n}c1ccccc1O" for n in range(12)]


def draft(rows: int = 12, facts: tuple[str, ...] = FACTS[:2], *, assay: bool = False, named: bool = True):
    columns = {
        "ID": [f"CPD-{n}" for n in range(rows)],
        "SMILES": CHAINS[:rows],
        "IC50": [f"{2**n}" for n in range(rows)],
        "LogD": [f"{n / 2:.1f}" for n in range(rows)],
        "M": [f"0.{n + 1}" for n in range(rows)],
        "assay": ["one"] * rows,
    }
    for column in columns.values():  # a second measurement of the first compound, and a limit
        column += column[:1]
    columns["IC50"][-1] = ">5"
    sheet = Sheet(Path("a.csv"), columns, list(range(2, rows + 3)))
    parsed = [parse_fact(fact) for fact in facts]
    conditions = [("assay", "assay")] if assay else []
    findings = find_compounds(
        sheet, parsed, conditions, smiles="SMILES", name="ID" if named else None, workers=1, progress=SilentProgress()
    )
    labels = [label for label, _ in conditions]
    return draft_pack(findings, parsed, labels, name="mine", title="a.csv", licence="own", is_named=named)


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def write(files: dict[str, str], folder: Path) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def test_tables_hold_structures_stated_values_and_what_is_behind_them() -> None:
    files, _ = draft()
    molecules = read_csv(files["tables/molecules.csv"])
    assert molecules[0][:5] == ["name", "smiles", "inchikey", "formula", "scaffold"]
    assert len(molecules) == 13
    assert read_csv(files["tables/ic50.csv"])[:3] == [
        ["name", "ic50", "pic50", "conditions"],
        ["CPD-0", "1", "9.00", ""],
        ["CPD-1", "2", "8.70", ""],
    ]
    assert read_csv(files["tables/replicates.csv"]) == [
        ["name", "ic50", "logd", "conditions", "line"],
        ["CPD-0", "1", "", "", "2"],
        ["CPD-0", ">5", "", "limit", "14"],
        ["CPD-0", "", "0.0", "", "2"],
        ["CPD-0", "", "0.0", "", "14"],
    ]


@pytest.mark.parametrize("assay", [False, True], ids=["plain", "conditions"])
@pytest.mark.parametrize("named", [True, False], ids=["names", "structures"])
def test_the_pack_loads_and_has_no_error(tmp_path: Path, assay: bool, named: bool) -> None:
    files, too_few = draft(assay=assay, named=named)
    pack = load_pack(write(files, tmp_path / "mine"))
    assert too_few == []
    assert [str(problem) for problem in check_pack(pack) if problem.severity == "error"] == []
    assert set(pack.by_name) == {
        *("ic50_value", "ic50_compare", "ic50_lowest", "ic50_table", "ic50_to_p"),
        *("logd_value", "logd_compare", "logd_highest", "logd_table"),
    }
    assert pack.by_name["ic50_compare"].draw.same == ("ic50_assay" if assay else None)
    asked = " ".join(ask for template in pack.by_name["ic50_value"].templates for ask in template.ask)
    assert ("{name}" in asked, "{smiles}" in asked, "assay: {ic50_assay}" in asked) == (named, not named, assay)


def test_questions_that_need_more_compounds_are_not_written() -> None:
    files, too_few = draft(rows=2)
    assert sorted(path for path in files if path.startswith("intents/")) == [
        *("intents/ic50_to_p.yaml", "intents/ic50_value.yaml", "intents/logd_value.yaml")
    ]
    assert "ic50 compare_molar: 2 values, at least 6 that differ are needed" in too_few


def test_a_value_in_mol_per_litre_has_no_exponent_to_convert(tmp_path: Path) -> None:
    files, _ = draft(facts=FACTS[2:])
    assert "intents/mass_to_p.yaml" not in files
    assert load_pack(write(files, tmp_path / "mine")).fields["pmass"].unit is None


def test_words_are_filled_in() -> None:
    assert fill_words("<<a>> {x} <<b_1>>", {"a": "A", "b_1": "{name}"}) == "A {x} {name}"
