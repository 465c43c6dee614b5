"""A molecule in; counts that can be read off its drawing, ring sizes and stereo labels out, as text."""

from __future__ import annotations

from typing import Any

ELEMENTS = {"fluorines": 9, "chlorines": 17, "bromines": 35, "iodines": 53}
# field, unit, type, in the order of the wide view
TOPOLOGY: tuple[tuple[str, str | None, str], ...] = tuple(
    (field, None, "integer")
    for field in (
        *ELEMENTS,
        *("sp3_carbons", "aromatic_atoms", "ring_systems", "largest_ring", "hetero_rings", "spiro_atoms"),
        *("methyl_groups", "hydroxyls", "carbonyls", "carboxyls", "amide_bonds", "basic_amines"),
        *("double_bonds", "triple_bonds", "carbon_kinds"),
        *("defined_centres", "r_centres", "s_centres", "stereo_bonds"),
        *("cations", "anions"),
    )
)
TOPOLOGY_TEXTS = ("ring_sizes", "centre_label", "bond_label")
MAX_LABEL_STEPS = 100_000
# An amine nitrogen whose neighbours are all sp3 carbons or hydrogen, none of them bound to a further heteroatom.
_BASIC_AMINE = "[NX3;+0;!$(N[!#6]);!$(N[#6;!X4]);!$(N[CX4][#7,#8,#16]);!$(N[CX4](F)F);!$(N[CX4]C(F)(F)F)]"


def describe_topology(molecule: Any) -> dict[str, str | None]:
    """Texts of `TOPOLOGY` and `TOPOLOGY_TEXTS`; None where there is none."""
    rings = list_rings(molecule)
    counts = _count_atoms(molecule) | _count_bonds(molecule) | _count_stereo(molecule)
    counts["ring_systems"] = count_systems(rings)
    counts["largest_ring"] = max(map(len, rings), default=0)
    counts["hetero_rings"] = sum(any(molecule.GetAtomWithIdx(a).GetAtomicNum() != 6 for a in ring) for ring in rings)
    sizes = sorted(map(len, rings))
    record: dict[str, str | None] = {field: str(count) for field, count in counts.items()}
    record["ring_sizes"] = join_numbers(sizes) if sizes else None
    record |= _label_stereo(molecule, counts)
    kinds = count_carbon_kinds(molecule)
    record["carbon_kinds"] = None if kinds is None else str(kinds)
    if not counts["largest_ring"]:
        record["largest_ring"] = None
    return record


def list_rings(molecule: Any) -> list[tuple[int, ...]]:
    """The rings of one smallest set, as atom numbers: as many as there are independent rings."""
    from rdkit import Chem

    return [tuple(ring) for ring in Chem.GetSSSR(Chem.Mol(molecule))]


def count_systems(rings: list[tuple[int, ...]]) -> int:
    """How many ring systems there are, where rings that share an atom belong together."""
    systems: list[set[int]] = []
    for ring in rings:
        members = set(ring)
        for other in [system for system in systems if system & members]:
            members |= other
            systems.remove(other)
        systems.append(members)
    return len(systems)


def join_numbers(numbers: list[int]) -> str:
    """Numbers as they read in a sentence: `5, 6 and 6`."""
    texts = [str(number) for number in numbers]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _count_atoms(molecule: Any) -> dict[str, int]:
    from rdkit.Chem import rdMolDescriptors

    counts = dict.fromkeys(ELEMENTS, 0) | dict.fromkeys(
        ("sp3_carbons", "aromatic_atoms", "methyl_groups", "hydroxyls"), 0
    )
    by_number = {number: field for field, number in ELEMENTS.items()}
    counts["cations"] = counts["anions"] = 0
    for atom in molecule.GetAtoms():
        number, hydrogens, degree = atom.GetAtomicNum(), atom.GetTotalNumHs(), atom.GetDegree()
        if number in by_number:
            counts[by_number[number]] += 1
        counts["aromatic_atoms"] += atom.GetIsAromatic()
        if number == 6:
            sp3 = atom.GetTotalDegree() == 4
            counts["sp3_carbons"] += sp3
            counts["methyl_groups"] += sp3 and hydrogens == 3 and degree == 1
        counts["hydroxyls"] += number == 8 and hydrogens == 1 and degree == 1
        counts["cations"] += atom.GetFormalCharge() > 0
        counts["anions"] += atom.GetFormalCharge() < 0
    counts["spiro_atoms"] = rdMolDescriptors.CalcNumSpiroAtoms(molecule)
    return counts


def _count_bonds(molecule: Any) -> dict[str, int]:
    counts = {
        field: len(molecule.GetSubstructMatches(pattern, maxMatches=1000)) for field, pattern in _patterns().items()
    }
    counts["double_bonds"] = counts["triple_bonds"] = 0
    for bond in molecule.GetBonds():
        if not bond.GetIsAromatic():
            order = bond.GetBondTypeAsDouble()
            counts["double_bonds"] += order == 2
            counts["triple_bonds"] += order == 3
    return counts


def count_carbon_kinds(molecule: Any) -> int | None:
    """How many kinds of carbon a symmetric drawing has; None where like carbons could differ in space.

    They could where the molecule has a stereo element, or where marking one of them makes two, or a double bond's: the
    methyl groups of an isopropyl group beside a stereocentre, or those of Me2C=CHR, are not equivalent.
    """
    from rdkit import Chem

    if Chem.FindPotentialStereo(molecule) or _has_mobile_hydrogen(molecule):
        return None
    kinds: dict[int, list[int]] = {}
    for index, colour in enumerate(_colour_atoms(molecule)):
        if molecule.GetAtomWithIdx(index).GetAtomicNum() == 6:
            kinds.setdefault(colour, []).append(index)
    for like in kinds.values():
        if len(like) == 1:
            continue
        marked = Chem.Mol(molecule)
        marked.GetAtomWithIdx(like[0]).SetIsotope(13)
        made = list(Chem.FindPotentialStereo(marked))
        if len(made) > 1 or any(item.type != Chem.StereoType.Atom_Tetrahedral for item in made):
            return None
    return len(kinds)


def _colour_atoms(molecule: Any) -> list[int]:
    """A number for each atom, the same for like atoms: canonical ranks, told apart by rings, then by neighbours."""
    from rdkit import Chem

    ranks, rings = Chem.CanonicalRankAtoms(molecule, breakTies=False), molecule.GetRingInfo()
    colours: list[Any] = [(rank, rings.NumAtomRings(index)) for index, rank in enumerate(ranks)]
    while True:
        numbers = {colour: number for number, colour in enumerate(sorted(set(colours)))}
        plain = [numbers[colour] for colour in colours]
        near = [tuple(sorted(plain[n.GetIdx()] for n in atom.GetNeighbors())) for atom in molecule.GetAtoms()]
        colours = list(zip(plain, near, strict=True))
        if len(set(colours)) == len(numbers):
            return plain


def _has_mobile_hydrogen(molecule: Any) -> bool:
    """Whether an aromatic ring has N-H and another nitrogen to which that hydrogen moves, as in imidazole."""
    for ring in molecule.GetRingInfo().AtomRings():
        nitrogens = [a for a in map(molecule.GetAtomWithIdx, ring) if a.GetIsAromatic() and a.GetAtomicNum() == 7]
        if {bool(atom.GetTotalNumHs()) for atom in nitrogens} == {True, False}:
            return True
    return False


_compiled: dict[str, Any] = {}


def _patterns() -> dict[str, Any]:
    from rdkit import Chem

    if not _compiled:
        for field, smarts in (
            ("carbonyls", "[#6]=[OX1]"),
            ("carboxyls", "[CX3](=[OX1])([#6,#1])[OX2H1]"),
            ("amide_bonds", "[CX3](=[OX1])-[NX3;+0]"),
            ("basic_amines", _BASIC_AMINE),
        ):
            _compiled[field] = Chem.MolFromSmarts(smarts)
    return _compiled


def _count_stereo(molecule: Any) -> dict[str, int]:
    """Centres by their CIP label (Hanson et al. 2018, doi:10.1021/acs.jcim.8b00324) and double bonds that have one."""
    from rdkit import Chem
    from rdkit.Chem import rdCIPLabeler

    defined = [a for a in molecule.GetAtoms() if a.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED]
    bonds = [b for b in molecule.GetBonds() if b.GetStereo() not in _open_bonds()]
    counts = {"defined_centres": len(defined), "stereo_bonds": len(bonds), "r_centres": 0, "s_centres": 0}
    if defined or bonds:
        try:
            rdCIPLabeler.AssignCIPLabels(molecule, maxRecursiveIterations=MAX_LABEL_STEPS)
        except RuntimeError:  # too symmetrical a molecule for that many steps: no label is stated
            for atom in defined:
                atom.ClearProp("_CIPCode")
            return counts
    for atom in defined:
        label = atom.GetProp("_CIPCode") if atom.HasProp("_CIPCode") else ""
        counts["r_centres"] += label == "R"
        counts["s_centres"] += label == "S"
    return counts


def _open_bonds() -> tuple[Any, ...]:
    from rdkit import Chem

    return (Chem.BondStereo.STEREONONE, Chem.BondStereo.STEREOANY)


def _label_stereo(molecule: Any, counts: dict[str, int]) -> dict[str, str | None]:
    """R or S of the only defined centre, E or Z of the only defined double bond; None where there are more or none."""
    centre = bond = None
    if counts["defined_centres"] == 1 and counts["r_centres"] + counts["s_centres"] == 1:
        centre = "R" if counts["r_centres"] else "S"
    if counts["stereo_bonds"] == 1:
        labels = [
            b.GetProp("_CIPCode")
            for b in molecule.GetBonds()
            if b.GetStereo() not in _open_bonds() and b.HasProp("_CIPCode")
        ]
        bond = labels[0] if labels and labels[0] in ("E", "Z") else None
    return {"centre_label": centre, "bond_label": bond}
