from __future__ import annotations

import pytest
from rdkit import Chem, rdBase

from apothecary.gather.groups import KIN, choose_question, join_names, name_groups, name_rings

# Worked out by hand from the structures of well-known drugs and reagents.
KNOWN = {
    "aspirin": ("CC(=O)Oc1ccccc1C(=O)O", "carboxylic acid, ester, benzene ring"),
    "paracetamol": ("CC(=O)Nc1ccc(O)cc1", "amide, phenol, benzene ring"),
    "caffeine": ("Cn1c(=O)c2c(ncn2C)n(C)c1=O", "xanthine ring"),
    "metformin": ("CN(C)C(=N)NC(=N)N", "biguanide"),
    "benzylpenicillin": (
        "CC1(C)SC2C(NC(=O)Cc3ccccc3)C(=O)N2C1C(=O)O",
        "carboxylic acid, β-lactam, amide, thioether, benzene ring",
    ),
    "ciprofloxacin": (
        "O=C(O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O",
        "carboxylic acid, secondary amine, aromatic amine, aryl fluoride, 4-quinolone ring",
    ),
    "phenytoin": ("O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1", "hydantoin ring, benzene ring"),
    "phenobarbital": ("CCC1(c2ccccc2)C(=O)NC(=O)NC1=O", "barbiturate ring, benzene ring"),
    "ibuprofen": ("CC(C)Cc1ccc(C(C)C(=O)O)cc1", "carboxylic acid, benzene ring"),
    "naproxen": ("COc1ccc2cc(C(C)C(=O)O)ccc2c1", "carboxylic acid, ether, naphthalene ring"),
    "diclofenac": ("O=C(O)Cc1ccccc1Nc1c(Cl)cccc1Cl", "carboxylic acid, aromatic amine, aryl chloride, benzene ring"),
    "omeprazole": ("COc1ccc2[nH]c(S(=O)Cc3ncc(C)c(OC)c3C)nc2c1", "ether, sulfoxide, pyridine ring, benzimidazole ring"),
    "celecoxib": (
        "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(N)(=O)=O)cc2)cc1",
        "sulfonamide, trifluoromethyl group, benzene ring, pyrazole ring",
    ),
    "lidocaine": ("CCN(CC)CC(=O)Nc1c(C)cccc1C", "amide, tertiary amine, benzene ring"),
    "procaine": ("CCN(CC)CCOC(=O)c1ccc(N)cc1", "ester, tertiary amine, aromatic amine, benzene ring"),
    "glyceryl trinitrate": ("O=[N+]([O-])OCC(CO[N+](=O)[O-])O[N+](=O)[O-]", "nitrate ester"),
    "chloramphenicol": (
        "O=C(NC(CO)C(O)c1ccc([N+](=O)[O-])cc1)C(Cl)Cl",
        "amide, alcohol, nitro group, alkyl chloride, benzene ring",
    ),
    "tolbutamide": ("CCCCNC(=O)NS(=O)(=O)c1ccc(C)cc1", "sulfonylurea, benzene ring"),
    "captopril": ("CC(CS)C(=O)N1CCCC1C(=O)O", "carboxylic acid, amide, thiol"),
    "enalapril": (
        "CCOC(=O)C(CCc1ccccc1)NC(C)C(=O)N1CCCC1C(=O)O",
        "carboxylic acid, ester, amide, secondary amine, benzene ring",
    ),
    "furosemide": (
        "NS(=O)(=O)c1cc(C(=O)O)c(NCc2ccco2)cc1Cl",
        "carboxylic acid, sulfonamide, aromatic amine, aryl chloride, benzene ring, furan ring",
    ),
    "sulfamethoxazole": (
        "Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1",
        "sulfonamide, aromatic amine, benzene ring, isoxazole ring",
    ),
    "diazepam": ("CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21", "lactam, imine, aryl chloride, benzene ring"),
    "fluconazole": (
        "OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F",
        "alcohol, aryl fluoride, benzene ring, 1,2,4-triazole ring",
    ),
    "isoniazid": ("NNC(=O)c1ccncc1", "hydrazide, pyridine ring"),
    "nicotinamide": ("NC(=O)c1cccnc1", "amide, pyridine ring"),
    "nicotine": ("CN1CCCC1c1cccnc1", "tertiary amine, pyridine ring"),
    "glucose": ("OCC1OC(O)C(O)C(O)C1O", "alcohol, hemiacetal"),
    "losartan": (
        "CCCCc1nc(Cl)c(CO)n1Cc1ccc(-c2ccccc2-c2nnn[nH]2)cc1",
        "alcohol, aryl chloride, benzene ring, imidazole ring, tetrazole ring",
    ),
    "levodopa": ("NC(Cc1ccc(O)c(O)c1)C(=O)O", "carboxylic acid, phenol, primary amine, benzene ring"),
    "adrenaline": ("CNCC(O)c1ccc(O)c(O)c1", "alcohol, phenol, secondary amine, benzene ring"),
    "serotonin": ("NCCc1c[nH]c2ccc(O)cc12", "phenol, primary amine, indole ring"),
    "histamine": ("NCCc1c[nH]cn1", "primary amine, imidazole ring"),
    "metronidazole": ("Cc1ncc([N+](=O)[O-])n1CCO", "alcohol, nitro group, imidazole ring"),
    "dapsone": ("Nc1ccc(S(=O)(=O)c2ccc(N)cc2)cc1", "sulfone, aromatic amine, benzene ring"),
    "paroxetine": (
        "Fc1ccc(C2CCNCC2COc2ccc3OCOc3c2)cc1",
        "methylenedioxy group, ether, secondary amine, aryl fluoride, benzene ring",
    ),
    "fluoxetine": (
        "CNCCC(Oc1ccc(C(F)(F)F)cc1)c1ccccc1",
        "ether, secondary amine, trifluoromethyl group, benzene ring",
    ),
    "sertraline": ("CNC1CCC(c2ccc(Cl)c(Cl)c2)c2ccccc12", "secondary amine, aryl chloride, benzene ring"),
    "thalidomide": ("O=C1CCC(N2C(=O)c3ccccc3C2=O)C(=O)N1", "imide, benzene ring"),
    "neostigmine": ("CN(C)C(=O)Oc1cccc([N+](C)(C)C)c1", "carbamate, quaternary ammonium group, benzene ring"),
    "morphine": (
        "CN1CCC23C4Oc5c(O)ccc(C1C2C=CC4O)c53",
        "alcohol, phenol, ether, tertiary amine, alkene, benzene ring",
    ),
    "testosterone": ("CC12CCC(=O)C=C1CCC1C2CCC2(C)C(O)CCC12", "ketone, alcohol, alkene"),
    "tamoxifen": (
        "CCC(=C(c1ccccc1)c1ccc(OCCN(C)C)cc1)c1ccccc1",
        "ether, tertiary amine, alkene, benzene ring",
    ),
    "terbinafine": ("CN(CC=CC#CC(C)(C)C)Cc1cccc2ccccc12", "tertiary amine, alkene, alkyne, naphthalene ring"),
    "carbamazepine": ("NC(=O)N1c2ccccc2C=Cc2ccccc21", "substituted urea, alkene, benzene ring"),
    "atenolol": ("CC(C)NCC(O)COc1ccc(CC(N)=O)cc1", "amide, alcohol, ether, secondary amine, benzene ring"),
    "linezolid": (
        "CC(=O)NCC1CN(c2ccc(N3CCOCC3)c(F)c2)C(=O)O1",
        "amide, carbamate, ether, aromatic amine, aryl fluoride, benzene ring",
    ),
    "pioglitazone": (
        "CCc1ccc(CCOc2ccc(CC3SC(=O)NC3=O)cc2)nc1",
        "thiazolidinedione ring, ether, benzene ring, pyridine ring",
    ),
    "vanillin": ("COc1cc(C=O)ccc1O", "aldehyde, phenol, ether, benzene ring"),
    "vorinostat": ("O=C(CCCCCCC(=O)Nc1ccccc1)NO", "amide, hydroxamic acid, benzene ring"),
    "bortezomib": (
        "CC(C)CC(NC(=O)C(Cc1ccccc1)NC(=O)c1cnccn1)B(O)O",
        "boronic acid, amide, benzene ring, pyrazine ring",
    ),
    "gabapentin": ("NCC1(CC(=O)O)CCCCC1", "carboxylic acid, primary amine"),
    "loratadine": (
        "CCOC(=O)N1CCC(=C2c3ccc(Cl)cc3CCc3cccnc32)CC1",
        "carbamate, alkene, aryl chloride, benzene ring, pyridine ring",
    ),
    "hydralazine": ("NNc1nncc2ccccc12", "hydrazine, phthalazine ring"),
    "coumarin": ("O=c1ccc2ccccc2o1", "lactone, coumarin ring"),
    "delta-valerolactone": ("O=C1CCCCO1", "lactone"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_groups_of_known_structures(name: str) -> None:
    smiles, expected = KNOWN[name]
    with rdBase.BlockLogs():
        assert ", ".join(name_groups(Chem.MolFromSmiles(smiles))) == expected


@pytest.mark.parametrize(
    "smiles",
    ["CN=C(NC#N)NCCSCc1nc[nH]c1C", "CCCCCC", "CC[Sn](CC)CC", "O=P1(N(CCCl)CCCl)NCCCO1", "c1cc2c(s1)sc1ccsc12"],
    ids=["cyanoguanidine", "alkane", "tin", "phosphoramide", "unnamed ring"],
)
def test_a_structure_with_a_part_that_has_no_name_has_no_groups(smiles: str) -> None:
    assert name_groups(Chem.MolFromSmiles(smiles)) == ()


def test_rings_are_named_without_their_substituents() -> None:
    names, atoms = name_rings(Chem.MolFromSmiles("Cn1c(=O)c2c(ncn2C)n(C)c1=O")) or ([], set())
    assert names == ["xanthine ring"]
    assert len(atoms) == 11


def test_what_is_asked_and_absent_is_never_a_kind_of_what_is_there() -> None:
    names = ("lactam", "lactone", "hemiacetal", "enol", "biguanide", "trifluoromethyl group")
    asked = {question for word in range(50) if (question := choose_question(names, (0, word)))}
    assert asked
    assert all(not there and not set(KIN.get(name, ())) & set(names) for name, there in asked)
    assert choose_question(("amide",), (1, 0)) == ("amide", True)


def test_join_names() -> None:
    assert join_names(("ester",)) == "ester"
    assert join_names(("ester", "ether", "phenol")) == "ester, ether and phenol"
