"""A molecule in; other ways to write it, a spelling to be judged, and a structure to compare it with, out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from apothecary.engine.seed import derive_key, random_words
from apothecary.gather.breakage import break_smiles

SPELLINGS = (
    *("flat_smiles", "random_smiles", "other_smiles", "kekule_smiles", "broken_smiles", "broken_reason", "broken_note"),
    *("tested_smiles", "tested_note", "compared_smiles", "compared_relation"),
)
SPELLING_NUMBERS = ("tested_valid", "compared_same")
VALID_NOTE = "every ring bond and branch is closed and all valences fit"
SAME = "the same compound"
CONSTITUTIONAL = "constitutional isomers"
MAX_TRIES = 8
WORDS = 64  # random numbers of a structure: 16 for spellings, 24 for a comparison, the others for single choices


def draw_words(key: str) -> list[int]:
    """`WORDS` random 32-bit numbers for a structure, from its InChIKey and nothing else."""
    words = random_words(derive_key("structure", key), np.arange(WORDS // 4, dtype=np.int64))
    return [int(word) for word in words.ravel()]


def canonise(smiles: str) -> str:
    """The canonical SMILES of a valid one."""
    from rdkit import Chem

    return str(Chem.MolToSmiles(Chem.MolFromSmiles(smiles)))


def write_spellings(molecule: Any, canonical: str, words: Sequence[int]) -> dict[str, str | None]:
    """Texts of `SPELLINGS` and `SPELLING_NUMBERS`, None where there is none; `words` are 43 random numbers."""
    from rdkit import Chem

    record: dict[str, str | None] = dict.fromkeys((*SPELLINGS, *SPELLING_NUMBERS))
    flat = canonical
    if any(mark in canonical for mark in "@/\\"):
        flat = canonise(Chem.MolToSmiles(molecule, isomericSmiles=False))
    record["flat_smiles"] = flat
    known = {canonical}
    for field, rooted in (("random_smiles", True), ("other_smiles", False)):
        written = respell(molecule, canonical, words[:8] if rooted else words[8:16], known, rooted=rooted)
        record[field] = written
        known.add(written or "")
    if any(atom.GetIsAromatic() for atom in molecule.GetAtoms()):
        drawn = Chem.Mol(molecule)
        Chem.Kekulize(drawn, clearAromaticFlags=True)
        kekule = Chem.MolToSmiles(drawn, kekuleSmiles=True)
        record["kekule_smiles"] = kekule if canonise(kekule) == canonical else None
    whole = record["random_smiles"]
    broken = break_smiles(whole, words[40:]) if whole else None
    if broken:
        record |= {"broken_smiles": broken.smiles, "broken_reason": broken.reason, "broken_note": broken.note}
        if words[42] & 1:
            record |= {"tested_smiles": whole, "tested_note": VALID_NOTE, "tested_valid": "1"}
        else:
            record |= {"tested_smiles": broken.smiles, "tested_note": broken.note, "tested_valid": "0"}
    return record | compare_structures(molecule, canonical, flat, words[16:40], record["other_smiles"])


def respell(molecule: Any, canonical: str, words: Sequence[int], known: set[str], *, rooted: bool) -> str | None:
    """Another valid SMILES of the molecule: from another first atom, or also with its branches in another order."""
    from rdkit import Chem

    count = molecule.GetNumAtoms()
    for word in words:
        if rooted:
            written = Chem.MolToSmiles(molecule, rootedAtAtom=word % count)
        else:
            order = np.argsort(random_words(word, np.arange(count, dtype=np.int64))[:, 0], kind="stable")
            written = Chem.MolToSmiles(Chem.RenumberAtoms(molecule, [int(i) for i in order]), canonical=False)
        if written not in known and canonise(written) == canonical:
            return str(written)
    return None


def compare_structures(
    molecule: Any, canonical: str, flat: str, words: Sequence[int], same: str | None
) -> dict[str, str | None]:
    """A second structure and how it relates to the first: the same compound in another spelling, or an isomer."""
    choice = words[0] % 4
    nothing: dict[str, str | None] = {}
    other = relation = None
    if choice >= 2 and same:
        return {"compared_smiles": same, "compared_relation": SAME, "compared_same": "1"}
    if choice == 1:
        other, relation = _mirror(molecule, canonical, words[1:])
    if other is None:
        other, relation = move_group(molecule, flat, words[1:]), CONSTITUTIONAL
    if other is None:
        return nothing
    return {"compared_smiles": other, "compared_relation": relation, "compared_same": "0"}


def _mirror(molecule: Any, canonical: str, words: Sequence[int]) -> tuple[str | None, str | None]:
    """The molecule with one centre turned over, in another spelling; its mirror image where that is what comes out."""
    from rdkit import Chem

    centres = [a.GetIdx() for a in molecule.GetAtoms() if str(a.GetChiralTag()).startswith("CHI_TETRAHEDRAL")]
    if not centres:
        return None, None
    turned = Chem.Mol(molecule)
    turned.GetAtomWithIdx(centres[words[0] % len(centres)]).InvertChirality()
    image = Chem.Mol(molecule)
    for centre in centres:
        image.GetAtomWithIdx(centre).InvertChirality()
    new, mirror = (canonise(Chem.MolToSmiles(m)) for m in (turned, image))
    if new == canonical or not _keeps_centres(new, len(centres)):
        return None, None
    written = respell(Chem.MolFromSmiles(new), new, words[1:6], {new}, rooted=False) or new
    return written, "enantiomers" if new == mirror else "diastereomers"


def _keeps_centres(smiles: str, count: int) -> bool:
    from rdkit import Chem

    atoms = Chem.MolFromSmiles(smiles).GetAtoms()
    return sum(str(a.GetChiralTag()).startswith("CHI_TETRAHEDRAL") for a in atoms) == count


def move_group(molecule: Any, flat: str, words: Sequence[int]) -> str | None:
    """An isomer: one substituent of the flat molecule moved to another atom of the same kind that has a hydrogen."""
    from rdkit import Chem

    plain = Chem.MolFromSmiles(flat)
    formula = _write_formula(plain)
    bonds = [b.GetIdx() for b in plain.GetBonds() if str(b.GetBondType()) == "SINGLE" and not b.IsInRing()]
    if not bonds:
        return None
    for number in range(MAX_TRIES):
        bond = plain.GetBondWithIdx(bonds[(words[0] + number * 7) % len(bonds)])
        ends = [bond.GetBeginAtom(), bond.GetEndAtom()]
        fixed, moved = ends if (words[1] + number) & 1 else ends[::-1]
        if fixed.GetAtomicNum() != 6:
            continue
        side = _list_side(plain, moved.GetIdx(), fixed.GetIdx())
        places = [
            a.GetIdx()
            for a in plain.GetAtoms()
            if a.GetIdx() not in side
            and a.GetIdx() != fixed.GetIdx()
            and a.GetAtomicNum() == 6
            and a.GetTotalNumHs()
            and a.GetIsAromatic() == fixed.GetIsAromatic()
            and a.GetHybridization() == fixed.GetHybridization()
        ]
        if not places:
            continue
        copy = Chem.RWMol(plain)
        copy.RemoveBond(fixed.GetIdx(), moved.GetIdx())
        copy.AddBond(places[words[2 + number] % len(places)], moved.GetIdx(), Chem.BondType.SINGLE)
        if Chem.SanitizeMol(copy, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
            continue
        made = Chem.MolFromSmiles(Chem.MolToSmiles(copy))
        if made is None or _write_formula(made) != formula or Chem.MolToSmiles(made) == flat:
            continue
        new = Chem.MolToSmiles(made)
        if "." not in new:
            return respell(made, new, words[10:16], {new}, rooted=False) or str(new)
    return None


def _write_formula(molecule: Any) -> str:
    from rdkit.Chem import rdMolDescriptors

    return str(rdMolDescriptors.CalcMolFormula(molecule))


def _list_side(molecule: Any, start: int, wall: int) -> set[int]:
    """The atoms that hang on `start` when its bond to `wall` is cut."""
    seen, todo = {start}, [start]
    while todo:
        for neighbour in molecule.GetAtomWithIdx(todo.pop()).GetNeighbors():
            index = neighbour.GetIdx()
            if index != wall and index not in seen:
                seen.add(index)
                todo.append(index)
    return seen
