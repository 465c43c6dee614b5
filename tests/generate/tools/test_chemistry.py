from __future__ import annotations

import pytest

from apothecary.generate.tools.calculator import ToolError
from apothecary.generate.tools.chemistry import (
    compare_structures,
    count_substructure,
    describe_structure,
    judge_lipinski,
    make_canonical,
    weigh_molecule,
)

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def test_aspirin() -> None:
    assert weigh_molecule(ASPIRIN) == {"molecular_weight": 180.159, "unit": "g/mol", "formula": "C9H8O4"}
    found = describe_structure(ASPIRIN)
    assert (found["h_bond_donors"], found["h_bond_acceptors"], found["rotatable_bonds"], found["rings"]) == (1, 4, 2, 1)
    assert count_substructure(ASPIRIN, "[CX3](=O)[OX2H1]") == {"count": 1}
    assert make_canonical("OC(=O)c1ccccc1OC(C)=O") == {"canonical_smiles": ASPIRIN}


def test_the_rule_of_five_allows_one_violation() -> None:
    assert judge_lipinski(ASPIRIN)["violations"] == 0
    fat = judge_lipinski("C" * 40)
    assert fat["violated"] == ["molecular_weight", "logp"] and not fat["passes"]
    assert judge_lipinski("C" * 20)["passes"]


def test_one_compound_in_two_spellings() -> None:
    same = compare_structures(ASPIRIN, "OC(=O)c1ccccc1OC(C)=O")
    assert same["same_compound"] and same["tanimoto"] == 1.0
    other = compare_structures("CCO", "COC")
    assert not other["same_compound"] and other["same_formula"]


def test_norbornane_has_two_rings() -> None:
    assert describe_structure("C1CC2CCC1C2")["rings"] == 2


@pytest.mark.parametrize("text", ["CC(=O", "c1cccc1C(", "not smiles", "", " "])
def test_what_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ToolError, match="cannot be parsed"):
        weigh_molecule(text)
    with pytest.raises(ToolError, match="SMARTS"):
        count_substructure(ASPIRIN, "[C(")
