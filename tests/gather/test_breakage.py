from __future__ import annotations

import pytest
from rdkit import Chem, rdBase

from apothecary.gather.breakage import break_smiles, is_valid

WHOLE = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "CC(=O)Nc1ccc(O)cc1",
    "C[N+](C)(C)CC([O-])=O",
    "Clc1ccc2[nH]cnc2c1",
    "O=[N+]([O-])c1ccc(Br)cc1",
    "CC(C)(C)C1CCCCC1",
)


@pytest.mark.parametrize("smiles", WHOLE)
def test_every_mistake_breaks_the_smiles(smiles: str) -> None:
    with rdBase.BlockLogs():
        made = {broken for turn in range(10) for word in range(5) if (broken := break_smiles(smiles, (turn, word)))}
        assert len({broken.reason for broken in made}) >= 3
        for broken in made:
            assert broken.smiles != smiles
            assert Chem.MolFromSmiles(broken.smiles) is None, broken
            assert broken.reason[0].islower() and not broken.note.endswith(".")


@pytest.mark.parametrize(
    ("smiles", "turn", "reason"),
    [
        ("c1ccccc1", 0, "an unclosed ring bond"),
        ("CC(=O)C", 1, "an unclosed parenthesis"),
        ("CC(F)(F)F", 2, "a carbon with five bonds"),
        ("CCCC", 3, "an aromatic (lower-case) atom in a chain"),
        ("c1cc[nH]c1", 4, "a pyrrole-type nitrogen without its hydrogen"),
        ("CC(=O)C", 5, "a closing parenthesis too many"),
        ("CC[NH3+]", 6, "an unclosed square bracket"),
        ("C[N+](C)(C)C", 7, "a nitrogen with too many bonds for its charge"),
        ("CCCl", 8, "an element symbol in the wrong case"),
    ],
)
def test_each_mistake_has_its_name(smiles: str, turn: int, reason: str) -> None:
    with rdBase.BlockLogs():
        broken = break_smiles(smiles, (turn, 0))
    assert broken is not None
    assert broken.reason == reason


def test_what_is_no_smiles_is_not_broken_further() -> None:
    with rdBase.BlockLogs():
        assert break_smiles("CC(", (0, 0)) is None
        assert not is_valid("CC(")
        assert is_valid("CC(C)C")
