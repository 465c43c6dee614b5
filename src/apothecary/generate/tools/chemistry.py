"""The tools that read structures: SMILES in, what RDKit computes out. ToolError for a SMILES that cannot be read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from apothecary.generate.tools.calculator import ToolError

CACHED = 20_000  # structures kept; drugs come again and again
LIPINSKI = (("molecular_weight", 500), ("logp", 5), ("h_bond_donors", 5), ("h_bond_acceptors", 10))


def weigh_molecule(smiles: str) -> dict[str, Any]:
    """The molecular weight in g/mol and the formula."""
    return {"molecular_weight": _weigh(smiles), "unit": "g/mol", "formula": _find_formula(smiles)}


def describe_structure(smiles: str) -> dict[str, Any]:
    """All descriptors at once."""
    return dict(_describe(smiles))


def make_canonical(smiles: str) -> dict[str, Any]:
    """RDKit's canonical SMILES."""
    from rdkit import Chem

    return {"canonical_smiles": Chem.MolToSmiles(_read(smiles))}


def count_substructure(smiles: str, smarts: str) -> dict[str, Any]:
    """How often a SMARTS pattern matches, each set of atoms once."""
    pattern = _read_pattern(smarts)
    return {"count": len(_read(smiles).GetSubstructMatches(pattern, uniquify=True))}


def judge_lipinski(smiles: str) -> dict[str, Any]:
    """The four criteria of the rule of five, and how many are broken; one violation is allowed."""
    found = _describe(smiles)
    broken = [name for name, limit in LIPINSKI if found[name] > limit]
    values = {name: found[name] for name, _ in LIPINSKI}
    return {
        **values,
        "limits": dict(LIPINSKI),
        "violations": len(broken),
        "violated": broken,
        "passes": len(broken) <= 1,
    }


def compare_structures(smiles_a: str, smiles_b: str) -> dict[str, Any]:
    """Whether two SMILES are one compound, or share formula or scaffold, and their Tanimoto similarity."""
    from rdkit import DataStructs

    formulas = [_find_formula(smiles_a), _find_formula(smiles_b)]
    similarity = DataStructs.TanimotoSimilarity(_make_print(smiles_a), _make_print(smiles_b))
    return {
        "same_compound": _find_key(smiles_a) == _find_key(smiles_b),
        "same_formula": formulas[0] == formulas[1],
        "formulas": formulas,
        "tanimoto": round(similarity, 3),
    }


@lru_cache(CACHED)
def _read(smiles: str) -> Any:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles) if smiles.strip() else None
    if molecule is None:
        raise ToolError("this SMILES cannot be parsed")
    return molecule


@lru_cache(1_000)
def _read_pattern(smarts: str) -> Any:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        pattern = Chem.MolFromSmarts(smarts)
    if pattern is None:
        raise ToolError("this SMARTS cannot be parsed")
    return pattern


@lru_cache(CACHED)
def _weigh(smiles: str) -> float:
    from rdkit.Chem import rdMolDescriptors

    return round(float(rdMolDescriptors._CalcMolWt(_read(smiles))), 3)


@lru_cache(CACHED)
def _find_formula(smiles: str) -> str:
    from rdkit.Chem import rdMolDescriptors

    return str(rdMolDescriptors.CalcMolFormula(_read(smiles)))


@lru_cache(CACHED)
def _describe(smiles: str) -> dict[str, Any]:
    """Counting as in the knowledge base: donors are N-H and O-H bonds, acceptors N and O atoms, rings independent."""
    from rdkit.Chem import rdMolDescriptors

    molecule = _read(smiles)
    fragments = smiles.count(".") + 1
    return {
        "formula": _find_formula(smiles),
        "molecular_weight": _weigh(smiles),
        "logp": round(rdMolDescriptors.CalcCrippenDescriptors(molecule)[0], 2),
        "tpsa": round(rdMolDescriptors.CalcTPSA(molecule), 2),
        "h_bond_donors": rdMolDescriptors.CalcNumLipinskiHBD(molecule),
        "h_bond_acceptors": rdMolDescriptors.CalcNumLipinskiHBA(molecule),
        "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds(molecule),
        "rings": molecule.GetNumBonds() - molecule.GetNumAtoms() + fragments,
        "aromatic_rings": rdMolDescriptors.CalcNumAromaticRings(molecule),
        "heavy_atoms": molecule.GetNumHeavyAtoms(),
    }


@lru_cache(CACHED)
def _find_key(smiles: str) -> str:
    from rdkit import Chem

    return str(Chem.MolToInchiKey(_read(smiles)))  # type: ignore[no-untyped-call]


@lru_cache(CACHED)
def _make_print(smiles: str) -> Any:
    from rdkit.Chem import rdFingerprintGenerator

    return rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048).GetFingerprint(_read(smiles))
