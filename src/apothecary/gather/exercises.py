"""A molecule in; what can be asked of its structure out: counts, groups, other spellings, mistakes, changes.

Fields are texts, and numbers as text. What is random about them follows from the InChIKey alone. A structure with more
than `MAX_ATOMS` heavy atoms, or with elements beyond `ELEMENTS`, has none: nobody reads such a SMILES by eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apothecary.gather.edits import EDIT_NUMBERS, EDITS, edit_molecule
from apothecary.gather.groups import MAX_KINDS, choose_question, join_names, name_groups
from apothecary.gather.spellings import SPELLING_NUMBERS, SPELLINGS, draw_words, write_spellings
from apothecary.gather.topology import TOPOLOGY, TOPOLOGY_TEXTS, describe_topology

MAX_ATOMS = 45
ELEMENTS = frozenset({5, 6, 7, 8, 9, 14, 15, 16, 17, 35, 53})
GROUP_TEXTS = ("functional_groups", "group_asked")
# field, unit, type, and the texts, in the order of the wide view
EXERCISE_NUMBERS: tuple[tuple[str, str | None, str], ...] = (
    *TOPOLOGY,
    ("group_kinds", None, "integer"),
    ("group_found", None, "integer"),
    *((field, None, "integer") for field in SPELLING_NUMBERS),
    *EDIT_NUMBERS,
)
EXERCISE_TEXTS = (*TOPOLOGY_TEXTS, *GROUP_TEXTS, *SPELLINGS, *EDITS)


def set_exercises(molecule: Any, canonical: str, key: str) -> dict[str, str | None]:
    """Texts of `EXERCISE_TEXTS` and `EXERCISE_NUMBERS` of a molecule read from its canonical SMILES."""
    if molecule.GetNumHeavyAtoms() > MAX_ATOMS or any(a.GetAtomicNum() not in ELEMENTS for a in molecule.GetAtoms()):
        return {}
    words = draw_words(key)
    return {
        **describe_topology(molecule),
        **_ask_groups(molecule, words[48:50]),
        **write_spellings(molecule, canonical, words[:48]),
        **edit_molecule(molecule, words[50:]),
    }


def _ask_groups(molecule: Any, words: Sequence[int]) -> dict[str, str | None]:
    names = name_groups(molecule)
    if not names:
        return {}
    record: dict[str, str | None] = {"group_kinds": str(len(names))}
    if len(names) <= MAX_KINDS:
        record["functional_groups"] = join_names(names)
    if question := choose_question(names, words):
        record |= {"group_asked": question[0], "group_found": str(int(question[1]))}
    return record
