from __future__ import annotations

import pytest

from apothecary.gather.entities import Entity
from apothecary.gather.hazards import gate_structures


def gate(smiles: str, *, official: bool = False) -> list[str]:
    entity = Entity("A" * 14, "pubchem", {"smiles": smiles, "undefined_stereo": "0"}, official=official)
    return gate_structures([entity]).get(entity.entity_id, [])


@pytest.mark.parametrize(
    ("smiles", "lists"),
    [
        pytest.param("CCCOP(C)(=O)F", ["chemical weapons"], id="alkyl phosphonofluoridate"),
        pytest.param("CCOP(=O)(C#N)N(C)C", ["chemical weapons"], id="phosphoramidocyanidate"),
        pytest.param("CCOP(C)(=O)SCCN(C(C)C)C(C)C", ["chemical weapons"], id="phosphonothiolate"),
        pytest.param("ClCCSCCCl", ["chemical weapons"], id="sulfur mustard"),
        pytest.param("Cl[As](c1ccccc1)c1ccccc1", ["chemical weapons"], id="arsenic chloride"),
        pytest.param("Cc1c([N+](=O)[O-])cc([N+](=O)[O-])cc1[N+](=O)[O-]", ["explosives"], id="three nitro groups"),
        pytest.param("COc1ccc([N+](=O)[O-])cc1[N+](=O)[O-]", [], id="two nitro groups"),
        pytest.param("CCOP(=O)(OCC)OCC", [], id="phosphate ester"),
        pytest.param("CP(=O)(O)O", [], id="phosphonic acid"),
        pytest.param("CSCCC(N)C(=O)O", [], id="thioether"),
    ],
)
def test_families_are_gated_by_structure(smiles: str, lists: list[str]) -> None:
    assert gate(smiles) == lists


def test_a_drug_is_spared() -> None:
    assert gate("O=[N+]([O-])OCC(CO[N+](=O)[O-])O[N+](=O)[O-]", official=True) == []
