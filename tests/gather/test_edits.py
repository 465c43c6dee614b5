from __future__ import annotations

import pytest
from rdkit import Chem, rdBase

from apothecary.gather.edits import EDIT_NUMBERS, EDITS, edit_molecule

CASES = {
    "CC(=O)Nc1ccc(O)cc1": {
        "turn the phenol into its methyl ether": "COc1ccc(NC(C)=O)cc1",
        "turn the phenol into its acetate ester": "CC(=O)Nc1ccc(OC(C)=O)cc1",
        "replace the phenolic hydroxyl group with hydrogen": "CC(=O)Nc1ccccc1",
        "put a methyl group on the nitrogen of the secondary amide": "CC(=O)N(C)c1ccc(O)cc1",
        "replace the amide's C=O oxygen with sulfur": "CC(=S)Nc1ccc(O)cc1",
    },
    "O=C(O)Cc1ccc(Cl)cc1": {
        "replace the chlorine atom with fluorine": "O=C(O)Cc1ccc(F)cc1",
        "replace the chlorine atom with a nitrile group": "N#Cc1ccc(CC(=O)O)cc1",
        "turn the carboxylic acid into its methyl ester": "COC(=O)Cc1ccc(Cl)cc1",
        "turn the carboxylic acid into its primary amide": "NC(=O)Cc1ccc(Cl)cc1",
        "replace the carboxylic acid with a 1H-tetrazol-5-yl group": "Clc1ccc(Cc2nnn[nH]2)cc1",
        "remove the carboxylic acid group, leaving hydrogen in its place": "Cc1ccc(Cl)cc1",
        "turn the carboxylic acid into a primary alcohol": "OCCc1ccc(Cl)cc1",
    },
    "CC(=O)CCN": {
        "turn the ketone into the secondary alcohol": "CC(O)CCN",
        "reduce the ketone's C=O to CH2": "CCCCN",
        "turn the primary aliphatic amine into its acetamide": "CC(=O)CCNC(C)=O",
        "turn the primary aliphatic amine into its dimethylamino analogue": "CC(=O)CCN(C)C",
    },
    "CN1CCC(C#N)CC1": {
        "remove the N-methyl group, leaving N-H": "N#CC1CCNCC1",
        "turn the nitrile into the primary amide": "CN1CCC(C(N)=O)CC1",
        "turn the nitrile into the carboxylic acid": "CN1CCC(C(=O)O)CC1",
    },
    "O=[N+]([O-])c1ccc(SCC=C)cc1": {
        "turn the nitro group into an amino group": "C=CCSc1ccc(N)cc1",
        "replace the nitro group with a nitrile group": "C=CCSc1ccc(C#N)cc1",
        "turn the thioether into the sulfone": "C=CCS(=O)(=O)c1ccc([N+](=O)[O-])cc1",
        "saturate the C=C double bond outside aromatic rings": "CCCSc1ccc([N+](=O)[O-])cc1",
    },
    "COC(=O)c1ccccc1OC(C)=O": {
        "turn the methyl ester into the free carboxylic acid": "CC(=O)Oc1ccccc1C(=O)O",
        "turn the methyl ester into the primary amide": "CC(=O)Oc1ccccc1C(N)=O",
        "remove the O-acetyl group, leaving a hydroxyl group": "COC(=O)c1ccccc1O",
    },
}


@pytest.mark.parametrize(
    ("smiles", "name", "expected"),
    [(smiles, name, product) for smiles, edits in CASES.items() for name, product in edits.items()],
)
def test_a_change_gives_what_its_name_says(smiles: str, name: str, expected: str) -> None:
    molecule = Chem.MolFromSmiles(smiles)
    with rdBase.BlockLogs():
        made = {record["edit_name"]: record for word in range(40) if (record := edit_molecule(molecule, (word,)))}
    assert made[name]["edited_smiles"] == Chem.CanonSmiles(expected)


def test_a_record_has_its_fields() -> None:
    record = edit_molecule(Chem.MolFromSmiles("Clc1ccccc1"), (0,))
    assert set(record) == {*EDITS, *(field for field, _, _ in EDIT_NUMBERS)}


@pytest.mark.parametrize("smiles", ["CCCC", "Clc1ccc(Cl)cc1"], ids=["no site", "two like sites"])
def test_without_one_site_there_is_no_change(smiles: str) -> None:
    assert edit_molecule(Chem.MolFromSmiles(smiles), (0,)) == {}


def test_the_only_secondary_alcohol_of_glycerol_is_a_site_and_the_others_are_none() -> None:
    made = {str(edit_molecule(Chem.MolFromSmiles("OCC(O)CO"), (word,))["edit_name"]) for word in range(20)}
    assert made == {"turn the secondary alcohol into the ketone"}
