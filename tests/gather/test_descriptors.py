from __future__ import annotations

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.gather.descriptors import (
    COMPUTED,
    analyse_chunk,
    analyse_structures,
    count_unsaturation,
    write_decimal,
)

IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"


def analyse(smiles: str, desalt: bool = False) -> dict[str, str]:
    return analyse_chunk([(smiles, desalt)])[0]


def test_imatinib_by_lipinskis_own_counts() -> None:
    record = analyse(IMATINIB)
    expected = {"formula": "C29H31N7O", "mw": "493.615", "hbd": "2", "hba": "8", "rings": "5", "aromatic_rings": "4"}
    assert {field: record[field] for field in expected} == expected
    assert record["key"] == "KTUFNOKKBVMGRW-UHFFFAOYSA-N"
    assert record["crippen_logp"] == "4.59"


def test_aspirin_rotatable_bonds_and_unsaturation() -> None:
    record = analyse("CC(=O)Oc1ccccc1C(=O)O")
    assert (record["rot_bonds"], record["unsaturation"], record["tpsa"]) == ("2", "6", "63.6")
    assert (record["carbons"], record["hydrogens"], record["oxygens"]) == ("9", "8", "4")
    assert record["scaffold"] == "c1ccccc1"


def test_an_acyclic_compound_has_no_scaffold() -> None:
    assert analyse("CCCCO")["scaffold"] is None


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("not a smiles", "structure does not parse"),
        ("CCO", "fewer than 4 heavy atoms"),
        ("C" * 71, "more than 70 heavy atoms"),
        ("[2H]C([2H])([2H])CCCO", "isotope label"),
        ("OS(=O)(=O)O", "no carbon"),
        ("CC(=O)[O-].[Na+]", "several fragments (salt or mixture)"),
        ("C[CH]CCC", "radical"),
        ("*CCCCO", "wildcard atom"),
    ],
)
def test_structures_outside_the_pool_say_why(smiles: str, reason: str) -> None:
    assert analyse(smiles) == {"reason": reason}


@pytest.mark.parametrize(
    ("salt", "parent"),
    [
        ("CN(C)C(=N)NC(=N)N.Cl", "CN(C)C(=N)NC(=N)N"),
        ("CC(=O)Oc1ccccc1C(=O)[O-].CC(=O)Oc1ccccc1C(=O)[O-].[Ca+2]", "CC(=O)Oc1ccccc1C(=O)O"),
        (IMATINIB + ".CS(=O)(=O)O", IMATINIB),
    ],
    ids=["metformin hydrochloride", "aspirin calcium", "imatinib mesylate"],
)
def test_a_salt_leads_to_its_parent(salt: str, parent: str) -> None:
    assert analyse(salt, desalt=True)["key"] == analyse(parent)["key"]


def test_a_carbonate_is_no_carbonic_acid() -> None:
    assert analyse("[Na+].OC([O-])=O", desalt=True)["reason"].startswith("salt whose only organic part")


def test_an_ion_keeps_its_own_key_and_shares_the_parents_block() -> None:
    ion, acid = analyse("CCCC(=O)[O-]"), analyse("CCCC(=O)O")
    assert ion["key"] != acid["key"]
    assert ion["parent_key"] == acid["parent_key"]


def test_a_record_depends_on_the_structure_not_on_its_drawing() -> None:
    assert analyse("OC(=O)c1ccccc1OC(C)=O") == analyse("CC(=O)Oc1ccccc1C(=O)O")


def test_numbers_read_back_as_stated() -> None:
    record = analyse(IMATINIB)
    for field, _, kind in COMPUTED:
        text = record[field]
        assert text == write_decimal(float(text), 5), field
        assert kind != "integer" or text == str(int(text))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(180.0, 4, "180"), (-0.001, 2, "0"), (1.5, 2, "1.5"), (1e-05, 5, "0.00001"), (100.0, 0, "100")],
)
def test_write_decimal(value: float, decimals: int, text: str) -> None:
    assert write_decimal(value, decimals) == text


@pytest.mark.parametrize(
    ("counts", "charge", "expected"),
    [
        ({6: 6, 1: 6}, 0, 4),
        ({6: 4, 1: 11, 7: 5}, 0, 2),
        ({6: 1, 17: 4, 1: 0}, 0, 0),
        ({6: 6, 1: 6}, 1, None),
        ({6: 3, 1: 9, 14: 1}, 0, None),
        ({6: 1, 1: 3}, 0, None),
    ],
    ids=["benzene", "metformin", "carbon tetrachloride", "ion", "silicon", "odd"],
)
def test_count_unsaturation(counts: dict[int, int], charge: int, expected: int | None) -> None:
    assert count_unsaturation(counts, charge) == expected


def test_the_order_is_the_same_for_any_number_of_workers() -> None:
    structures = [("C" * n + "O", False) for n in range(2, 60)] * 10
    alone = analyse_structures(structures, workers=1, progress=SilentProgress())
    assert analyse_structures(structures, workers=2, progress=SilentProgress()) == alone


@pytest.mark.parametrize(
    ("smiles", "rings", "aromatic", "unsaturation"),
    [
        ("C1CC2CCC1C2", "2", "0", "2"),
        ("CC1=CCC2CC1C2(C)C", "2", "0", "3"),
        ("C12C3C4C1C5C2C3C45", "5", "0", "5"),
        ("C1C2CC3CC1CC(C2)C3", "3", "0", "3"),
        ("c1cc2ccc3cccc4ccc(c1)c2c34", "4", "4", "12"),
        ("C1Cc2ccc(cc2)CCc2ccc1cc2", "3", "2", "9"),
        ("CC#CC=O", "0", "0", "3"),
        ("O=[N+]([O-])c1ccccc1", "1", "1", "5"),
        ("CS(=O)(=O)c1ccccc1", "1", "1", None),
    ],
    ids=["norbornane", "pinene", "cubane", "adamantane", "pyrene", "cyclophane", "butynal", "nitrobenzene", "sulfone"],
)
def test_rings_are_independent_and_add_up(smiles: str, rings: str, aromatic: str, unsaturation: str | None) -> None:
    record = analyse(smiles)
    assert (record["rings"], record["aromatic_rings"], record["unsaturation"]) == (rings, aromatic, unsaturation)


@pytest.mark.parametrize(
    ("iminol", "amide"),
    [
        (
            "CC1(C)S[C@@H]2[C@H](N=C(O)[C@H](N)c3ccc(O)cc3)C(=O)N2[C@H]1C(=O)O",
            "CC1(C)S[C@@H]2[C@H](NC(=O)[C@H](N)c3ccc(O)cc3)C(=O)N2[C@H]1C(=O)O",
        ),
        (
            "CC(C)(C)N=C(O)[C@H]1CC[C@H]2[C@@H]3CC[C@H]4N=C(O)C=C[C@]4(C)[C@H]3CC[C@]12C",
            "CC(C)(C)NC(=O)[C@H]1CC[C@H]2[C@@H]3CC[C@H]4NC(=O)C=C[C@]4(C)[C@H]3CC[C@]12C",
        ),
        ("C/C=C/C(/O)=N/C", "C/C=C/C(=O)NC"),
        ("CCN=C(C)S", "CCNC(C)=S"),
    ],
    ids=["amoxicillin", "finasteride", "crotonamide", "thioamide"],
)
def test_an_iminol_is_described_as_the_amide(iminol: str, amide: str) -> None:
    assert analyse(iminol) == analyse(amide)
    assert analyse(iminol)["smiles"] == amide


@pytest.mark.parametrize("smiles", ["CCOC(C)=N", "CC(C)=NO", "Oc1ccccn1"], ids=["imidate", "oxime", "hydroxypyridine"])
def test_what_is_no_iminol_stays_as_drawn(smiles: str) -> None:
    assert analyse(smiles)["smiles"] == smiles
