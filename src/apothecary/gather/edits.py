"""A molecule in; one small change of its structure, named so that it can mean one thing only, and what it gives, out.

Changes are those of a structure on paper (data/edits.txt): no reagent, no condition, no order of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

EDITS = ("edit_name", "edited_smiles", "edited_formula")
EDIT_NUMBERS: tuple[tuple[str, str | None, str], ...] = (
    ("edited_mw", "g/mol", "number"),
    ("edited_hbd", None, "integer"),
    ("edited_tpsa", "Å²", "number"),
)


def edit_molecule(molecule: Any, words: Sequence[int]) -> dict[str, str | None]:
    """Texts of `EDITS` and `EDIT_NUMBERS` of one change, chosen by a random number among those with one site."""
    changes = _read_changes()
    sites = _read_sites()
    single = {site for site, pattern in sites.items() if len(molecule.GetSubstructMatches(pattern, maxMatches=2)) == 1}
    open_to = [number for number, (_, site, _) in enumerate(changes) if site in single]
    for turn in range(len(open_to)):
        name, _, change = changes[open_to[(words[0] + turn) % len(open_to)]]
        product = _apply(molecule, change)
        if product is not None:
            return _describe(name, product)
    return {}


@lru_cache(maxsize=1)
def _read_changes() -> tuple[tuple[str, str, Any], ...]:
    from rdkit.Chem import rdChemReactions

    text = files("apothecary.gather").joinpath("data/edits.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple((name, site, rdChemReactions.ReactionFromSmarts(change)) for name, site, change in rows)


@lru_cache(maxsize=1)
def _read_sites() -> dict[str, Any]:
    from rdkit import Chem

    return {site: Chem.MolFromSmarts(site) for _, site, _ in _read_changes()}


def _apply(molecule: Any, change: Any) -> Any | None:
    """The product, read back from its canonical SMILES; None where the change gives none or several."""
    from rdkit import Chem

    made: dict[str, Any] = {}
    for products in change.RunReactants((molecule,)):
        if len(products) != 1 or Chem.SanitizeMol(products[0], catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
            return None
        Chem.AssignStereochemistry(products[0], cleanIt=True, force=True)
        product = Chem.MolFromSmiles(Chem.MolToSmiles(products[0]))
        if product is None or any(a.GetNumRadicalElectrons() for a in product.GetAtoms()):
            return None
        made[Chem.MolToSmiles(product)] = product
    if len(made) != 1:
        return None
    smiles, product = next(iter(made.items()))
    return None if "." in smiles else Chem.MolFromSmiles(smiles)


def _describe(name: str, product: Any) -> dict[str, str | None]:
    from rdkit import Chem
    from rdkit.Chem import rdMolDescriptors

    return {
        "edit_name": name,
        "edited_smiles": Chem.MolToSmiles(product),
        "edited_formula": rdMolDescriptors.CalcMolFormula(product),
        "edited_mw": f"{rdMolDescriptors._CalcMolWt(product):.4f}".rstrip("0").rstrip("."),
        "edited_hbd": str(rdMolDescriptors.CalcNumLipinskiHBD(product)),
        "edited_tpsa": f"{rdMolDescriptors.CalcTPSA(product):.2f}".rstrip("0").rstrip("."),
    }
