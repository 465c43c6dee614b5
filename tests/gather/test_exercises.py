from __future__ import annotations

import pytest
from rdkit import Chem, rdBase

from apothecary.gather.exercises import EXERCISE_NUMBERS, EXERCISE_TEXTS, set_exercises


def exercise(smiles: str) -> dict[str, str | None]:
    molecule = Chem.MolFromSmiles(Chem.CanonSmiles(smiles))
    with rdBase.BlockLogs():
        return set_exercises(molecule, Chem.MolToSmiles(molecule), Chem.MolToInchiKey(molecule))


def test_fields_are_known_and_numbers_read_back() -> None:
    record = exercise("CC(=O)Oc1ccccc1C(=O)O")
    assert set(record) <= {*EXERCISE_TEXTS, *(field for field, _, _ in EXERCISE_NUMBERS)}
    assert record["functional_groups"] == "carboxylic acid, ester and benzene ring"
    for field, _, kind in EXERCISE_NUMBERS:
        if (text := record.get(field)) is not None:
            assert float(text) == float(str(float(text)))
            assert kind != "integer" or text == str(int(text))


def test_a_record_depends_on_the_structure_only() -> None:
    assert exercise("OC(=O)c1ccccc1OC(C)=O") == exercise("CC(=O)Oc1ccccc1C(=O)O")


@pytest.mark.parametrize("smiles", ["C" * 46, "CC[Sn](CC)CC"], ids=["too large", "tin"])
def test_what_nobody_reads_by_eye_has_none(smiles: str) -> None:
    assert exercise(smiles) == {}


def test_the_group_asked_for_is_judged_rightly() -> None:
    for smiles in ("CC(=O)Nc1ccc(O)cc1", "CCOC(=O)CCO", "CN1CCC[C@H]1c1cccnc1", "NCCc1ccc(O)c(O)c1"):
        record = exercise(smiles)
        if record.get("group_asked"):
            names = str(record["functional_groups"]).replace(" and ", ", ").split(", ")
            assert (record["group_asked"] in names) == (record["group_found"] == "1")
