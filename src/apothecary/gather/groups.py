"""A molecule in; the names of its functional groups and aromatic rings out, or nothing where a part has no name here.

Every heteroatom, every multiple bond and every aromatic ring must belong to something named: so a list is complete, and
what is not in it is not in the molecule. Patterns and rings are data (`data/functional_groups.txt`,
`data/aromatic_rings.txt`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

MAX_KINDS = 7

# A name that would be wrong to deny where one of the others is in the list: a lactam is an amide.
KIN: dict[str, tuple[str, ...]] = {
    "amide": (
        *("lactam", "β-lactam", "imide", "hydrazide", "hydroxamic acid", "substituted urea", "carbamate"),
        *("acyl sulfonamide", "sulfonylurea", "thioamide", "sulfonamide"),
        *("hydantoin ring", "barbiturate ring", "thiazolidinedione ring"),
    ),
    "lactam": (
        *("β-lactam", "imide", "hydrazide", "substituted urea", "carbamate"),
        *("hydantoin ring", "barbiturate ring", "thiazolidinedione ring"),
    ),
    "imide": ("hydrazide", "hydantoin ring", "barbiturate ring", "thiazolidinedione ring"),
    "ester": ("lactone", "thioester", "carbonate ester", "carbamate", "anhydride"),
    "lactone": ("carbonate ester", "anhydride"),
    "carboxylic acid": ("carboxylate", "hydroxamic acid"),
    "alcohol": ("hemiacetal", "enol", "hydroxamic acid", "oxime"),
    "phenol": ("enol",),
    "ether": ("acetal", "hemiacetal", "methylenedioxy group", "epoxide", "oxime ether", "peroxide"),
    "acetal": ("hemiacetal", "methylenedioxy group"),
    "ketone": ("enol", "imide", "anhydride", "aldehyde", "barbiturate ring", "thiazolidinedione ring"),
    "aldehyde": ("hemiacetal", "ketone"),
    "primary amine": ("hydrazine", "hydrazide", "guanidine", "biguanide", "amidine", "enamine"),
    "secondary amine": (
        "hydantoin ring",
        "hydrazine",
        "guanidine",
        "biguanide",
        "amidine",
        "enamine",
        "aromatic amine",
    ),
    "tertiary amine": ("hydrazine", "guanidine", "biguanide", "amidine", "enamine", "aromatic amine"),
    "aromatic amine": ("hydrazine", "guanidine", "hydrazone", "enamine"),
    "substituted urea": ("sulfonylurea", "carbamate", "hydantoin ring", "barbiturate ring"),
    "carbamate": ("substituted urea", "carbonate ester"),
    "sulfonamide": ("acyl sulfonamide", "sulfonylurea"),
    "sulfone": ("sulfonamide", "sulfonate ester", "sulfonic acid", "acyl sulfonamide", "sulfonylurea"),
    "sulfoxide": ("sulfone",),
    "thioether": ("disulfide", "thioester", "thiazolidinedione ring"),
    "guanidine": ("biguanide", "amidine"),
    "amidine": ("guanidine", "biguanide"),
    "imine": ("hydrazone", "oxime", "oxime ether", "amidine", "guanidine", "biguanide"),
    "nitro group": ("nitrate ester", "nitrosamine"),
    "alkene": ("enol", "enamine", "alkenyl halide"),
    "alkyl fluoride": ("trifluoromethyl group",),
}
# What is asked of a molecule that has the first but not the second: near misses, of which the first must be told apart.
NEAR: dict[str, tuple[str, ...]] = {
    "carboxylic acid": ("ester", "aldehyde", "amide", "phenol"),
    "ester": ("carboxylic acid", "ketone", "ether", "lactone"),
    "lactone": ("ether", "ketone"),
    "amide": ("primary amine", "ester", "ketone", "carbamate", "imide"),
    "lactam": ("secondary amine", "ketone", "lactone", "imide"),
    "β-lactam": ("lactone", "ketone"),
    "imide": ("lactone", "carboxylic acid"),
    "carbamate": ("ester", "amide", "carboxylic acid"),
    "substituted urea": ("guanidine", "primary amine"),
    "sulfonamide": ("sulfone", "sulfoxide", "primary amine"),
    "sulfone": ("sulfoxide", "sulfonamide"),
    "sulfoxide": ("sulfone", "thiol"),
    "thioether": ("thiol", "sulfoxide", "ether"),
    "thiol": ("thioether", "alcohol"),
    "alcohol": ("phenol", "ether", "carboxylic acid", "aldehyde"),
    "phenol": ("alcohol", "carboxylic acid", "ether"),
    "ether": ("ester", "alcohol", "ketone", "acetal"),
    "ketone": ("aldehyde", "ester", "amide", "alcohol"),
    "aldehyde": ("ketone", "carboxylic acid"),
    "nitrile": ("alkyne", "imine", "amide"),
    "nitro group": ("primary amine", "nitrile", "amide"),
    "primary amine": ("secondary amine", "amide", "aromatic amine"),
    "secondary amine": ("tertiary amine", "primary amine", "amide"),
    "tertiary amine": ("secondary amine", "quaternary ammonium group", "amide"),
    "aromatic amine": ("primary amine", "amide", "nitro group"),
    "alkene": ("alkyne", "epoxide"),
    "alkyne": ("alkene", "nitrile"),
    "aryl chloride": ("alkyl chloride", "aryl fluoride"),
    "aryl fluoride": ("aryl chloride", "trifluoromethyl group"),
    "aryl bromide": ("aryl iodide", "alkyl bromide"),
    "alkyl chloride": ("aryl chloride",),
    "trifluoromethyl group": ("aryl fluoride", "nitrile"),
    "benzene ring": ("phenol", "alkene"),
}


def name_groups(molecule: Any) -> tuple[str, ...]:
    """The kinds of functional group and aromatic ring, in the order of the data; empty where something has no name."""
    covered: set[int] = set()
    found: list[str] = []
    elements = {atom.GetAtomicNum() for atom in molecule.GetAtoms()}
    for name, pattern, needed in _read_patterns():
        if not needed <= elements:
            continue
        matches = molecule.GetSubstructMatches(pattern, maxMatches=200)
        if matches:
            covered.update(atom for match in matches for atom in match if _is_telling(molecule.GetAtomWithIdx(atom)))
            if name not in found:
                found.append(name)
    rings = name_rings(molecule)
    if rings is None:
        return ()
    names, atoms = rings
    covered |= atoms
    for atom in molecule.GetAtoms():
        if _is_telling(atom) and atom.GetIdx() not in covered:
            return ()
    for bond in molecule.GetBonds():
        multiple = bond.GetBondTypeAsDouble() > 1 and not bond.GetIsAromatic()
        if multiple and covered.isdisjoint((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())):
            return ()
    return (*found, *names)


def _is_telling(atom: Any) -> bool:
    """Whether an atom must belong to something named: no carbon, or one with a multiple bond outside aromatic rings."""
    if atom.GetAtomicNum() != 6:
        return True
    return any(b.GetBondTypeAsDouble() > 1 and not b.GetIsAromatic() for b in atom.GetBonds())


@lru_cache(maxsize=1)
def _read_patterns() -> tuple[tuple[str, Any, frozenset[int]], ...]:
    """Name, pattern, and the elements without which it cannot match."""
    from rdkit import Chem

    rows = _read_rows("functional_groups.txt")
    patterns = tuple((name, Chem.MolFromSmarts(smarts)) for name, smarts in rows)
    return tuple((name, pattern, _list_needed(pattern)) for name, pattern in patterns)


def _list_needed(pattern: Any) -> frozenset[int]:
    """Atomic numbers of a pattern's atoms that are one element and no other, carbon left aside."""
    sure = [
        a
        for a in pattern.GetAtoms()
        if re.match(r"\[?(?:Cl|Br|[NOSPFIB])(?![a-z,])[^,$]*(?:[;$].*)?\]?$", a.GetSmarts())
    ]
    return frozenset(a.GetAtomicNum() for a in sure if a.GetAtomicNum() > 0)


@lru_cache(maxsize=1)
def _read_rings() -> dict[str, str]:
    from rdkit import Chem

    return {Chem.MolToSmiles(Chem.MolFromSmiles(smiles)): name for name, smiles in _read_rows("aromatic_rings.txt")}


def _read_rows(name: str) -> list[tuple[str, str]]:
    text = files("apothecary.gather").joinpath(f"data/{name}").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(row[0], row[1]) for row in rows]


def name_rings(molecule: Any) -> tuple[list[str], set[int]] | None:
    """Names of the aromatic ring systems, and their atoms with ring carbonyls' oxygens; None where one has no name."""
    systems: list[set[int]] = []
    for ring in molecule.GetRingInfo().AtomRings():
        if not all(molecule.GetAtomWithIdx(atom).GetIsAromatic() for atom in ring):
            continue
        members = set(ring)
        for other in [system for system in systems if len(system & members) > 1]:
            members |= other
            systems.remove(other)
        systems.append(members)
    names: list[str] = []
    covered: set[int] = set()
    for members in systems:
        carbonyls = {
            neighbour.GetIdx()
            for atom in members
            for neighbour in molecule.GetAtomWithIdx(atom).GetNeighbors()
            if neighbour.GetAtomicNum() == 8 and neighbour.GetTotalDegree() == 1 and neighbour.GetFormalCharge() == 0
        }
        name = _read_rings().get(_bare(molecule, members, carbonyls))
        if name is None:
            return None
        names.append(name)
        covered |= members | carbonyls
    return sorted(dict.fromkeys(names), key=list(_read_rings().values()).index), covered


def _bare(molecule: Any, ring: set[int], carbonyls: set[int]) -> str:
    """Canonical SMILES of a ring system without its substituents."""
    from rdkit import Chem

    copy = Chem.RWMol(molecule)
    for index in ring:
        atom = copy.GetAtomWithIdx(index)
        if atom.GetAtomicNum() == 7:
            outside = any(n.GetIdx() not in ring for n in atom.GetNeighbors())
            atom.SetNumExplicitHs(1 if atom.GetTotalNumHs() or outside else 0)
            atom.SetNoImplicit(True)
        elif atom.GetAtomicNum() == 6:
            atom.SetNoImplicit(False)
            atom.SetNumExplicitHs(0)
    kept = ring | carbonyls
    for index in sorted((a.GetIdx() for a in molecule.GetAtoms() if a.GetIdx() not in kept), reverse=True):
        copy.RemoveAtom(index)
    bare = Chem.MolFromSmiles(Chem.MolToSmiles(copy.GetMol(), isomericSmiles=False))
    return "" if bare is None else Chem.MolToSmiles(bare)


def join_names(names: tuple[str, ...]) -> str:
    """Names as they read in a sentence: `amide, ether and phenol`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def choose_question(names: tuple[str, ...], words: Any) -> tuple[str, bool] | None:
    """A group to ask for and whether it is there; `words` are two random numbers, the first decides which of both."""
    if int(words[0]) & 1:
        return names[int(words[1]) % len(names)], True
    absent = [
        other
        for name in names
        for other in NEAR.get(name, ())
        if other not in names and not set(KIN.get(other, ())) & set(names)
    ]
    return (absent[int(words[1]) % len(absent)], False) if absent else None
