"""Structures in; those of the families of chemical weapons and of explosives, whatever their names, out.

Names catch the members that lists name; a schedule is written as a family ("alkyl alkylphosphonofluoridates"), and a
table of chemicals holds its other members too. Drugs are spared: the families catch nitroglycerin and chlormethine.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from apothecary.gather.entities import Entity

# Families of schedule 1 of the Chemical Weapons Convention, and the organic arsenic halides of the First World War.
WEAPONS = (
    "[#6][PX4](=[O,S])([F,Cl])[O,S,N][#6]",  # phosphonofluoridates (sarin, soman) and their chlorides
    "[NX3][PX4](=O)(C#N)O[#6]",  # phosphoramidocyanidates (tabun)
    "[NX3][PX4](=O)(F)[NX3,O]",  # phosphoramidofluoridates
    "[#6][PX4](=O)(O)SCC[NX3,NX4+]",  # phosphonothiolates (VX)
    "ClCCSCCCl",  # sulfur mustards
    "ClCCSCSCCCl",
    "ClCCSCCSCCCl",
    "[#6][As]([Cl,Br,F,$(C#N)])",  # arsenic halides and cyanides (lewisite, diphenylchlorarsine)
)
NITRO = "[$([NX3+](=O)[O-]),$([NX3](=O)=O)]"
MANY_NITRO = 3  # nitro groups on carbon, nitrogen or oxygen, from which on a compound counts as an explosive


def gate_structures(entities: Iterable[Entity]) -> dict[str, list[str]]:
    """Safety lists by entity_id of the entities that are no drugs and have the structure of such a list."""
    from rdkit import Chem

    weapons, nitro = [_compile(smarts) for smarts in WEAPONS], _compile(NITRO)
    found: dict[str, list[str]] = {}
    for entity in entities:
        smiles = entity.record["smiles"]
        if entity.group == "drug" or not ("P" in smiles or "As" in smiles or "S" in smiles or smiles.count("N") > 2):
            continue
        molecule: Any = Chem.MolFromSmiles(smiles)
        if any(molecule.HasSubstructMatch(weapon) for weapon in weapons):
            found[entity.entity_id] = ["chemical weapons"]
        elif len(molecule.GetSubstructMatches(nitro)) >= MANY_NITRO:
            found[entity.entity_id] = ["explosives"]
    return found


@cache
def _compile(smarts: str) -> Any:
    from rdkit import Chem

    return Chem.MolFromSmarts(smarts)
