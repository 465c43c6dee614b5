from __future__ import annotations

import pytest
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from apothecary.gather.spellings import SAME, SPELLING_NUMBERS, SPELLINGS, draw_words, move_group, write_spellings

STRUCTURES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1CCC[C@H]1c1cccnc1",
    "C/C=C/C(=O)N[C@@H](C)[C@H](O)c1ccccc1",
    "CCCCCO",
    "C[C@H](N)C(=O)O",
    "O=c1[nH]c(=O)c2[nH]cnc2[nH]1",
    "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
)


def write(smiles: str) -> tuple[str, dict[str, str | None]]:
    molecule = Chem.MolFromSmiles(Chem.CanonSmiles(smiles))
    canonical = Chem.MolToSmiles(molecule)
    with rdBase.BlockLogs():
        return canonical, write_spellings(molecule, canonical, draw_words(Chem.MolToInchiKey(molecule)))


def find_key(smiles: str) -> str:
    return str(Chem.MolToInchiKey(Chem.MolFromSmiles(smiles)))


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_other_spellings_are_the_same_molecule(smiles: str) -> None:
    canonical, record = write(smiles)
    assert set(record) == {*SPELLINGS, *SPELLING_NUMBERS}
    for field in ("random_smiles", "other_smiles", "kekule_smiles"):
        written = record[field]
        if written is not None:
            assert written != canonical
            assert find_key(written) == find_key(canonical), field


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_the_flat_form_has_no_stereo_and_the_same_skeleton(smiles: str) -> None:
    canonical, record = write(smiles)
    flat = str(record["flat_smiles"])
    assert not {"@", "/", "\\"} & set(flat)
    assert find_key(flat)[:14] == find_key(canonical)[:14]


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_the_tested_spelling_is_judged_rightly(smiles: str) -> None:
    _, record = write(smiles)
    with rdBase.BlockLogs():
        assert Chem.MolFromSmiles(str(record["broken_smiles"])) is None
        assert (Chem.MolFromSmiles(str(record["tested_smiles"])) is not None) == (record["tested_valid"] == "1")


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_the_compared_structure_is_what_its_relation_says(smiles: str) -> None:
    canonical, record = write(smiles)
    other, relation = record["compared_smiles"], record["compared_relation"]
    if other is None:
        assert relation is None
        return
    first, second = Chem.MolFromSmiles(canonical), Chem.MolFromSmiles(other)
    assert rdMolDescriptors.CalcMolFormula(first) == rdMolDescriptors.CalcMolFormula(second)
    keys = find_key(canonical), find_key(other)
    assert (keys[0] == keys[1]) == (relation == SAME) == (record["compared_same"] == "1")
    assert (keys[0][:14] == keys[1][:14]) == (relation != "constitutional isomers")


def test_a_moved_group_gives_an_isomer() -> None:
    flat = "Cc1ccccc1O"
    moved = move_group(Chem.MolFromSmiles(flat), flat, draw_words("a key"))
    assert moved is not None
    assert Chem.CanonSmiles(moved) != flat
    assert rdMolDescriptors.CalcMolFormula(Chem.MolFromSmiles(moved)) == "C7H8O"


def test_words_follow_from_the_key_alone() -> None:
    assert draw_words("A") == draw_words("A") != draw_words("B")
