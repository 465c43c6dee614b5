"""Files of a user's, good and bad."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from rdkit import Chem

from apothecary.errors import SourceError
from apothecary.gather.own.sheet import read_sheet

ROWS = {"ID": ["a", "b"], "SMILES": ["CCO", "c1ccccc1"], "IC50": ["12.5", ""]}


def write_sdf(path: Path) -> Path:
    with Chem.SDWriter(str(path)) as writer:
        for name, smiles, value in zip(*ROWS.values(), strict=True):
            molecule = Chem.MolFromSmiles(smiles)
            molecule.SetProp("_Name", name)
            if value:
                molecule.SetProp("IC50", value)
            writer.write(molecule)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "ID,SMILES,IC50\na,CCO,12.5\n\nb,c1ccccc1,\n"),
        ("a.tsv", "ID\tSMILES\tIC50\na\tCCO\t 12.5\n\nb\tc1ccccc1\t\n"),
        ("a.csv", '\ufeffID,SMILES,IC50\r\na,CCO,"12.5"\r\n\r\nb,c1ccccc1,\r\n'),
    ],
    ids=["csv", "tsv", "quotes and a byte order mark"],
)
def test_text_keeps_its_lines(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    sheet = read_sheet(tmp_path / name)
    assert sheet.columns == ROWS
    assert sheet.lines == [2, 4]


def test_parquet_numbers_become_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"SMILES": ["CCO", None], "IC50": [12.5, None], "n": [1, 2], "nested": [[1], [2]]})
    frame.write_parquet(tmp_path / "a.parquet")
    sheet = read_sheet(tmp_path / "a.parquet")
    assert sheet.columns == {"SMILES": ["CCO", ""], "IC50": ["12.5", ""], "n": ["1", "2"]}
    assert sheet.lines == [1, 2]


def test_an_sdf_gives_structures_titles_and_tags(tmp_path: Path) -> None:
    sheet = read_sheet(write_sdf(tmp_path / "a.sdf"))
    assert sheet.column("title") == ROWS["ID"]
    assert sheet.column("smiles") == ROWS["SMILES"]
    assert sheet.column("IC50") == ROWS["IC50"]


def test_a_record_that_cannot_be_read_keeps_its_place(tmp_path: Path) -> None:
    text = write_sdf(tmp_path / "a.sdf").read_text()
    (tmp_path / "b.sdf").write_text("broken\n\n\nno counts\n$$$$\n" + text)
    assert read_sheet(tmp_path / "b.sdf").column("smiles") == ["?", *ROWS["SMILES"]]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.csv", "ID,SMILES\n", "the file has no rows"),
        ("a.csv", "ID,SMILES\na,CCO\nb\n", "a.csv:3"),
        ("a.csv", "ID,ID\na,b\n", "two columns are called `ID`"),
        ("a.csv", 'ID,SMILES\n"a,CCO\n', "not valid CSV"),
        ("a.xlsx", "x", "a .xlsx file cannot be read"),
        ("a.parquet", "x", "not a Parquet file"),
        ("a.sdf", "", "the file has no rows"),
    ],
    ids=["empty", "no rows", "ragged", "column twice", "open quote", "other kind", "no parquet", "empty sdf"],
)
def test_a_bad_file_is_explained(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError) as caught:
        read_sheet(tmp_path / name)
    assert message in str(caught.value)
    assert caught.value.hint


def test_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("ID,SMILES\né,CCO\n".encode("latin-1"))
    with pytest.raises(SourceError, match="not UTF-8"):
        read_sheet(tmp_path / "a.csv")


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "assay.csv").write_text("a\n1\n")
    with pytest.raises(SourceError, match=r"assay\.csv"):
        read_sheet(tmp_path / "asay.csv")


@pytest.mark.parametrize(("asked", "near"), [("smiles", "SMILES"), ("IC5O", "IC50")], ids=["case", "typing"])
def test_an_unknown_column_names_the_nearest(tmp_path: Path, asked: str, near: str) -> None:
    (tmp_path / "a.csv").write_text("ID,SMILES,IC50\na,CCO,1\n")
    with pytest.raises(SourceError, match=f"did you mean `{near}`") as caught:
        read_sheet(tmp_path / "a.csv").column(asked)
    assert caught.value.expected == "one of: ID, SMILES, IC50"
