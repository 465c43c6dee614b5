from __future__ import annotations

import pytest
from rdkit import Chem

from apothecary.gather.topology import (
    TOPOLOGY,
    TOPOLOGY_TEXTS,
    count_carbon_kinds,
    count_systems,
    describe_topology,
    join_numbers,
    list_rings,
)


def describe(smiles: str) -> dict[str, str | None]:
    return describe_topology(Chem.MolFromSmiles(smiles))


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        (
            "CC(=O)Oc1ccccc1C(=O)O",
            {"methyl_groups": "1", "hydroxyls": "1", "carbonyls": "2", "carboxyls": "1", "sp3_carbons": "1"},
        ),
        (
            "CN1CCC[C@H]1c1cccnc1",
            {"basic_amines": "1", "ring_sizes": "5 and 6", "ring_systems": "2", "hetero_rings": "2"},
        ),
        ("C1CC2CCC1C2", {"ring_sizes": "5 and 5", "ring_systems": "1", "largest_ring": "5", "aromatic_atoms": "0"}),
        ("C1CCC2(CC1)OCCO2", {"spiro_atoms": "1", "ring_systems": "1", "ring_sizes": "5 and 6"}),
        ("FC(F)(F)c1ccc(Cl)c(Br)c1I", {"fluorines": "3", "chlorines": "1", "bromines": "1", "iodines": "1"}),
        ("C#CCC=CC(=O)NC", {"double_bonds": "2", "triple_bonds": "1", "amide_bonds": "1"}),
        ("C[N+](C)(C)CC(=O)[O-]", {"cations": "1", "anions": "1", "basic_amines": "0"}),
        ("CCCC", {"ring_sizes": None, "largest_ring": None, "ring_systems": "0"}),
    ],
    ids=["aspirin", "nicotine", "norbornane", "spiro ketal", "halogens", "enyne", "betaine", "butane"],
)
def test_counts(smiles: str, expected: dict[str, str | None]) -> None:
    record = describe(smiles)
    assert {field: record[field] for field in expected} == expected


def test_a_record_has_all_fields() -> None:
    assert set(describe("CCO")) == {*(field for field, _, _ in TOPOLOGY), *TOPOLOGY_TEXTS}


@pytest.mark.parametrize(
    ("smiles", "centre", "bond"),
    [
        ("C[C@H](N)C(=O)O", "S", None),
        ("C[C@@H](N)C(=O)O", "R", None),
        ("OC[C@@H](O)C=O", "R", None),
        ("C/C=C/C", None, "E"),
        ("C/C=C\\C", None, "Z"),
        ("OC(=O)/C=C/C(=O)O", None, "E"),
        ("C[C@H](O)[C@@H](N)C(=O)O", None, None),
    ],
    ids=["L-alanine", "D-alanine", "D-glyceraldehyde", "E", "Z", "fumaric acid", "two centres"],
)
def test_stereo_labels(smiles: str, centre: str | None, bond: str | None) -> None:
    record = describe(smiles)
    assert (record["centre_label"], record["bond_label"]) == (centre, bond)


@pytest.mark.parametrize(
    ("smiles", "kinds"),
    [
        ("Cc1ccccc1", 5),
        ("Cc1ccc(C)cc1", 3),
        ("CC(=O)Nc1ccc(O)cc1", 6),
        ("CC(C)c1ccccc1", 6),
        ("CC(OCC)OCC", 4),
        ("c1cc[nH]c1", 2),
        ("c1c[nH]cn1", None),
        ("CC1(C)COB(OCC(C)(C)COB2OCC(C)(C)CO2)OC1", 6),
        ("CC(C)C(O)C(C)C", None),
        ("CC(C)=CCO", None),
        ("CC1CCC(C)(C)CC1", None),
        ("CC(C)Cc1ccc(C(C)C(=O)O)cc1", None),
    ],
    ids=[
        "toluene",
        "xylene",
        "paracetamol",
        "cumene",
        "acetal",
        "pyrrole",
        "imidazole",
        "ring and chain",
        "diastereotopic",
        "prenyl",
        "gem-dimethyl",
        "chiral",
    ],
)
def test_kinds_of_carbon(smiles: str, kinds: int | None) -> None:
    assert count_carbon_kinds(Chem.MolFromSmiles(smiles)) == kinds


def test_rings_of_one_smallest_set() -> None:
    rings = list_rings(Chem.MolFromSmiles("C12C3C4C1C5C2C3C45"))
    assert [len(ring) for ring in rings] == [4, 4, 4, 4, 4]
    assert count_systems(rings) == 1
    assert join_numbers([5, 6, 6]) == "5, 6 and 6"
