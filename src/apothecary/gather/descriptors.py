"""SMILES in, one record a structure out: canonical SMILES, InChIKey, parent key and what RDKit computes from them.

All numbers are decimal text (`number == float(text)`), so that the knowledge base stores what was stated.
Conventions: `hbd` counts N-H and O-H bonds and `hba` all N and O atoms (Lipinski et al. 1997,
doi:10.1016/S0169-409X(96)00423-1); `rot_bonds` is RDKit's strict count (no amide or ester C-N and C-O bonds);
`stereocenters` counts tetrahedral centres, assigned or not; `rings` counts independent rings, bonds - atoms + 1, so
that a bridged system has as many as bonds must be cut to open it (norbornane 2).
An amide drawn as its iminol (N=C-OH) is redrawn as the amide, a thioamide likewise, where the InChIKey stays the same.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib.resources import files
from typing import Any

from apothecary.engine.progress import Progress
from apothecary.gather.exercises import set_exercises

MIN_HEAVY_ATOMS = 4
MAX_HEAVY_ATOMS = 70
CHUNK = 400

# field, unit, type ("number" or "integer") in the order of the wide view
COMPUTED: tuple[tuple[str, str | None, str], ...] = (
    ("mw", "g/mol", "number"),
    ("exact_mass", "Da", "number"),
    ("tpsa", "Å²", "number"),
    ("crippen_logp", None, "number"),
    ("fsp3", None, "number"),
    ("heavy_atoms", None, "integer"),
    ("carbons", None, "integer"),
    ("hydrogens", None, "integer"),
    ("nitrogens", None, "integer"),
    ("oxygens", None, "integer"),
    ("sulfurs", None, "integer"),
    ("halogens", None, "integer"),
    ("hbd", None, "integer"),
    ("hba", None, "integer"),
    ("rot_bonds", None, "integer"),
    ("rings", None, "integer"),
    ("aromatic_rings", None, "integer"),
    ("stereocenters", None, "integer"),
    ("charge", None, "integer"),
    ("unsaturation", None, "integer"),
    ("undefined_stereo", None, "integer"),
)
IDENTIFIERS = ("smiles", "inchikey", "formula", "scaffold")
HALOGENS = frozenset({9, 17, 35, 53})
# Elements whose usual valences make degrees of unsaturation follow from the formula: H, C, N, O, S and the halogens.
COUNTED_ELEMENTS = frozenset({1, 6, 7, 8, 16}) | HALOGENS


def analyse_structures(
    structures: Sequence[tuple[str, bool]], *, workers: int, progress: Progress
) -> list[dict[str, Any]]:
    """(SMILES, desalt) pairs in, one record each in the same order out.

    A record holds either `reason` (why the structure is left out) or `key` (the full InChIKey), `parent_key`
    and a text for each of `IDENTIFIERS` and `COMPUTED` (None where undefined).
    `desalt` takes the largest organic fragment, uncharged, before anything is computed.
    """
    chunks = [structures[i : i + CHUNK] for i in range(0, len(structures), CHUNK)]
    progress.start("gather", len(structures))
    records: list[dict[str, Any]] = []
    for chunk in _map_chunks(analyse_chunk, chunks, workers):
        records += chunk
        progress.advance(len(chunk))
    progress.finish()
    return records


def exercise_structures(
    structures: Sequence[tuple[str, str]], *, workers: int, progress: Progress
) -> list[dict[str, str | None]]:
    """(canonical SMILES, InChIKey) pairs in, the record that `exercises.set_exercises` makes of each out."""
    chunks = [structures[i : i + CHUNK] for i in range(0, len(structures), CHUNK)]
    progress.start("exercises", len(structures))
    records: list[dict[str, str | None]] = []
    for chunk in _map_chunks(exercise_chunk, chunks, workers):
        records += chunk
        progress.advance(len(chunk))
    progress.finish()
    return records


def _map_chunks(work: Callable[[Any], list[Any]], chunks: Sequence[Any], workers: int) -> Iterator[list[Any]]:
    if workers <= 1 or len(chunks) <= 1:
        yield from map(work, chunks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool:
        yield from pool.map(work, chunks)


def analyse_chunk(structures: Sequence[tuple[str, bool]]) -> list[dict[str, Any]]:
    """The records of `analyse_structures` for one chunk, in this process; RDKit's own messages are silenced."""
    from rdkit import rdBase

    with rdBase.BlockLogs():
        return [_analyse(smiles, desalt) for smiles, desalt in structures]


def exercise_chunk(structures: Sequence[tuple[str, str]]) -> list[dict[str, str | None]]:
    """The records of `exercise_structures` for one chunk, in this process; RDKit's own messages are silenced."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return [set_exercises(Chem.MolFromSmiles(smiles), smiles, key) for smiles, key in structures]


def _analyse(smiles: str, desalt: bool) -> dict[str, Any]:
    from rdkit import Chem

    if not desalt and "." in smiles:
        return {"reason": "several fragments (salt or mixture)"}
    molecule: Any = Chem.MolFromSmiles(smiles)
    if molecule is None:
        return {"reason": "structure does not parse"}
    if desalt:
        molecule = take_parent(molecule)
        if molecule is not None and "." in smiles and Chem.MolToSmiles(molecule) in _list_counter_ions():
            return {"reason": "salt whose only organic part is a common counter-ion"}
    reason = "no carbon" if molecule is None else _judge_structure(molecule)
    if reason:
        return {"reason": reason}
    # Canonical atom order first, so that a record depends on the structure and not on the source's way of writing it.
    canonical = Chem.MolToSmiles(molecule)
    molecule = Chem.MolFromSmiles(canonical)
    key = _write_key(molecule) if molecule is not None else ""
    if not key:
        return {"reason": "no InChIKey"}
    drawn = Chem.MolToSmiles(draw_amides(molecule, key))
    if drawn != canonical:
        molecule = Chem.MolFromSmiles(drawn)
        canonical = Chem.MolToSmiles(molecule)
    charged = not desalt and any(sign in canonical for sign in ("+]", "-]", "+2", "-2", "+3", "-3", "+4"))
    parent_key = _write_key(take_parent(molecule)) if charged else key
    return {
        "key": key,
        "parent_key": parent_key[:14],
        "undefined_stereo": _count_undefined(molecule),
        **_identify(molecule, canonical, key),
        **_compute(molecule),
    }


def take_parent(molecule: Any) -> Any | None:
    """The largest organic fragment of an RDKit molecule, uncharged where that can be done; None without carbon."""
    from rdkit import Chem
    from rdkit.Chem.MolStandardize import rdMolStandardize

    fragments = [f for f in Chem.GetMolFrags(molecule, asMols=True) if any(a.GetAtomicNum() == 6 for a in f.GetAtoms())]
    if not fragments:
        return None
    neutral = rdMolStandardize.Uncharger()
    parents = {Chem.MolToSmiles(parent): parent for parent in (neutral.uncharge(f) for f in fragments)}
    if len(parents) > 1:
        # Some counter-ions outweigh the drug: pamoic acid is larger than hydroxyzine.
        parents = {
            smiles: parent for smiles, parent in parents.items() if smiles not in _list_counter_ions()
        } or parents
    return max(parents.items(), key=lambda item: (item[1].GetNumHeavyAtoms(), item[0]))[1]


def draw_amides(molecule: Any, key: str) -> Any:
    """An RDKit molecule with every iminol outside aromatic rings redrawn as the amide, as long as `key` stays true.

    `key` is the molecule's InChIKey; where redrawing would change it, that iminol stays as it was drawn.
    """
    refused: set[tuple[int, ...]] = set()
    while sites := [site for site in molecule.GetSubstructMatches(_find_iminol()) if site not in refused]:
        redrawn = _redraw(molecule, sites[0])
        if redrawn is not None and _write_key(redrawn) == key:
            molecule = redrawn
        else:
            refused.add(sites[0])
    return molecule


@lru_cache(maxsize=1)
def _find_iminol() -> Any:
    from rdkit import Chem

    return Chem.MolFromSmarts("[N;X2;+0]=[C;+0]-[O,S;X2;H1;+0]")


def _redraw(molecule: Any, site: tuple[int, ...]) -> Any | None:
    """N=C-OH at `site` (indices of N, C and O or S) as HN-C=O, with the same atom order; None where that is invalid."""
    from rdkit import Chem

    nitrogen, carbon, oxygen = site
    copy = Chem.RWMol(molecule)
    double, single = copy.GetBondBetweenAtoms(nitrogen, carbon), copy.GetBondBetweenAtoms(carbon, oxygen)
    double.SetStereo(Chem.BondStereo.STEREONONE)
    double.SetBondType(Chem.BondType.SINGLE)
    single.SetBondType(Chem.BondType.DOUBLE)
    for index in (nitrogen, oxygen):
        atom = copy.GetAtomWithIdx(index)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
    if Chem.SanitizeMol(copy, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    return copy.GetMol()


@lru_cache(maxsize=1)
def _list_counter_ions() -> frozenset[str]:
    """Canonical SMILES of the organic counter-ions that ship with gather, uncharged."""
    from rdkit import Chem

    lines = files("apothecary.gather").joinpath("data/counter_ions.smi").read_text().splitlines()
    return frozenset(Chem.MolToSmiles(Chem.MolFromSmiles(line.split(" ")[0])) for line in lines)


def _judge_structure(molecule: Any) -> str | None:
    heavy = molecule.GetNumHeavyAtoms()
    if heavy < MIN_HEAVY_ATOMS:
        return f"fewer than {MIN_HEAVY_ATOMS} heavy atoms"
    if heavy > MAX_HEAVY_ATOMS:
        return f"more than {MAX_HEAVY_ATOMS} heavy atoms"
    carbon = False
    for atom in molecule.GetAtoms():
        number = atom.GetAtomicNum()
        if atom.GetIsotope():
            return "isotope label"
        if number == 0:
            return "wildcard atom"
        if atom.GetNumRadicalElectrons():
            return "radical"
        carbon = carbon or number == 6
    return None if carbon else "no carbon"


def _write_key(molecule: Any) -> str:
    from rdkit import Chem

    return str(Chem.MolToInchiKey(molecule))  # type: ignore[no-untyped-call]


def _count_undefined(molecule: Any) -> str:
    """Tetrahedral centres and double bonds whose configuration the structure leaves open."""
    from rdkit import Chem

    return str(
        sum(1 for item in Chem.FindPotentialStereo(molecule) if item.specified != Chem.StereoSpecified.Specified)
    )


def _identify(molecule: Any, canonical: str, key: str) -> dict[str, str | None]:
    from rdkit import Chem
    from rdkit.Chem import rdMolDescriptors
    from rdkit.Chem.Scaffolds import MurckoScaffold

    scaffold = None
    if molecule.GetRingInfo().NumRings():
        core = MurckoScaffold.GetScaffoldForMol(molecule)  # type: ignore[no-untyped-call]
        scaffold = Chem.MolToSmiles(core) or None
    return {
        "smiles": canonical,
        "inchikey": key,
        "formula": rdMolDescriptors.CalcMolFormula(molecule),
        "scaffold": scaffold,
    }


def _count_aromatic(molecule: Any, rings_in_all: int) -> int:
    """Aromatic rings of one smallest set; RDKit's own count takes the symmetrised set, which may hold more rings."""
    from rdkit import Chem
    from rdkit.Chem import rdMolDescriptors

    if molecule.GetRingInfo().NumRings() == rings_in_all:
        return int(rdMolDescriptors.CalcNumAromaticRings(molecule))
    bonds = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in molecule.GetBonds() if b.GetIsAromatic()}
    rings = [list(ring) for ring in Chem.GetSSSR(Chem.Mol(molecule))]
    return sum(all(frozenset(pair) in bonds for pair in zip(r, r[1:] + r[:1], strict=True)) for r in rings)


def count_pi_bonds(molecule: Any) -> int:
    """Pi bonds of one Kekulé drawing: one a double bond, two a triple bond."""
    from rdkit import Chem

    drawn = Chem.Mol(molecule)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    return int(sum(bond.GetBondTypeAsDouble() - 1 for bond in drawn.GetBonds() if bond.GetBondTypeAsDouble() > 1))


def _compute(molecule: Any) -> dict[str, str | None]:
    from rdkit import Chem
    from rdkit.Chem import rdMolDescriptors

    counts = {1: 0}
    for atom in molecule.GetAtoms():
        number = atom.GetAtomicNum()
        counts[number] = counts.get(number, 0) + 1
        counts[1] += atom.GetTotalNumHs()
    charge = Chem.GetFormalCharge(molecule)
    rings = molecule.GetNumBonds() - molecule.GetNumAtoms() + len(Chem.GetMolFrags(molecule))
    unsaturation = count_unsaturation(counts, charge)
    if unsaturation is not None and unsaturation != rings + count_pi_bonds(molecule):
        unsaturation = None  # sulfones and the like: S=O is drawn as a double bond that the formula does not count
    integers = {
        "heavy_atoms": molecule.GetNumHeavyAtoms(),
        "carbons": counts.get(6, 0),
        "hydrogens": counts.get(1, 0),
        "nitrogens": counts.get(7, 0),
        "oxygens": counts.get(8, 0),
        "sulfurs": counts.get(16, 0),
        "halogens": sum(counts.get(number, 0) for number in HALOGENS),
        "hbd": rdMolDescriptors.CalcNumLipinskiHBD(molecule),
        "hba": rdMolDescriptors.CalcNumLipinskiHBA(molecule),
        "rot_bonds": rdMolDescriptors.CalcNumRotatableBonds(molecule),
        "rings": rings,
        "aromatic_rings": _count_aromatic(molecule, rings),
        "stereocenters": rdMolDescriptors.CalcNumAtomStereoCenters(molecule),
        "charge": charge,
        "unsaturation": unsaturation,
    }
    return {
        "mw": write_decimal(rdMolDescriptors._CalcMolWt(molecule), 4),
        "exact_mass": write_decimal(rdMolDescriptors.CalcExactMolWt(molecule), 5),
        "tpsa": write_decimal(rdMolDescriptors.CalcTPSA(molecule), 2),
        "crippen_logp": write_decimal(rdMolDescriptors.CalcCrippenDescriptors(molecule)[0], 2),
        "fsp3": write_decimal(rdMolDescriptors.CalcFractionCSP3(molecule), 2),
        **{field: None if value is None else str(value) for field, value in integers.items()},
    }


def count_unsaturation(counts: dict[int, int], charge: int) -> int | None:
    """Rings plus double bonds from atom counts by atomic number; None for ions, other elements and odd formulas."""
    if charge or not set(counts) <= COUNTED_ELEMENTS:
        return None
    halogens = sum(counts.get(number, 0) for number in HALOGENS)
    twice = 2 * counts.get(6, 0) + 2 + counts.get(7, 0) - counts.get(1, 0) - halogens
    return twice // 2 if twice >= 0 and twice % 2 == 0 else None


def write_decimal(value: float, decimals: int) -> str:
    """A number as plain decimal text, rounded, without trailing zeros, exponent or negative zero: 180.0 gives `180`."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
