"""PubChem's compounds in (SDF with its property blocks), records out. Structures are not computed again here.

What PubChem computed is told as computed or predicted, with its method: XLogP3 is a prediction, TPSA is Cactvs'.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from apothecary.dumps.model import INCHIKEY, Fault, Record, Told
from apothecary.errors import SourceError

LICENCE = "public domain (PubChem, NCBI)"
MAX_LINE_BYTES, MAX_RECORD_LINES = 2**20, 100_000
PROPERTY = re.compile(r">\s.*?<([^>]+)>")
FACTS = {  # property: field, unit, conditions, kind
    "PUBCHEM_MOLECULAR_FORMULA": ("formula", None, None, "computed"),
    "PUBCHEM_MOLECULAR_WEIGHT": ("molecular_weight", "g/mol", None, "computed"),
    "PUBCHEM_EXACT_MASS": ("exact_mass", "Da", None, "computed"),
    "PUBCHEM_XLOGP3": ("logp", None, "XLogP3", "predicted"),
    "PUBCHEM_XLOGP3_AA": ("logp", None, "XLogP3-AA", "predicted"),
    "PUBCHEM_CACTVS_TPSA": ("tpsa", "Å²", "Cactvs", "computed"),
    "PUBCHEM_CACTVS_HBOND_DONOR": ("h_bond_donors", None, "Cactvs", "computed"),
    "PUBCHEM_CACTVS_HBOND_ACCEPTOR": ("h_bond_acceptors", None, "Cactvs", "computed"),
    "PUBCHEM_CACTVS_ROTATABLE_BOND": ("rotatable_bonds", None, "Cactvs", "computed"),
    "PUBCHEM_TOTAL_CHARGE": ("charge", None, None, "computed"),
    "PUBCHEM_HEAVY_ATOM_COUNT": ("heavy_atoms", None, None, "computed"),
    "PUBCHEM_IUPAC_NAME": ("iupac_name", None, None, "computed"),
    "PUBCHEM_IUPAC_INCHI": ("inchi", None, None, "computed"),
    "PUBCHEM_OPENEYE_ISO_SMILES": ("smiles", None, None, "computed"),
    "PUBCHEM_SMILES": ("smiles", None, None, "computed"),
}


def read_pubchem(stream: io.BufferedReader, *, file: str) -> Iterator[Record | Fault]:
    """An SDF stream to its compounds and faults."""
    number = 0
    for number, properties in enumerate(iter_properties(stream, file), 1):
        cid, key = properties.get("PUBCHEM_COMPOUND_CID", ""), properties.get("PUBCHEM_IUPAC_INCHIKEY", "")
        if not cid.isdigit():
            yield Fault(file, number, "no PubChem id", f"properties {', '.join(list(properties)[:5])}")
            continue
        if not INCHIKEY.fullmatch(key):
            yield Fault(file, number, "no InChIKey", f"CID {cid}: {key!r}"[:100])
            continue
        facts = [Told("pubchem_cid", cid)]
        for name, (field, unit, conditions, kind) in FACTS.items():
            if properties.get(name):
                facts.append(Told(field, properties[name], unit, conditions, kind))
        title = properties.get("PUBCHEM_IUPAC_TRADITIONAL_NAME") or properties.get("PUBCHEM_IUPAC_NAME") or f"CID {cid}"
        yield Record(cid, title, key, "", facts)
    if not number:
        raise SourceError("the file holds no compounds", where=file, expected="SDF")


def iter_properties(stream: io.BufferedReader, file: str) -> Iterator[dict[str, str]]:
    """An SDF stream to the properties of each compound; a last one without its end is not given."""
    properties: dict[str, str] = {}
    name: str | None = None
    lines = 0
    is_sdf = False
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        lines += 1
        if len(raw) > MAX_LINE_BYTES or lines > MAX_RECORD_LINES:
            raise SourceError("a compound is too large", where=file, expected="SDF")
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.startswith("$$$$"):
            yield properties
            properties, name, lines = {}, None, 0
        elif found := PROPERTY.match(line):
            name = found[1]
        elif not line:
            name = None
        elif name is not None and name not in properties:
            properties[name] = line.strip()
        is_sdf = is_sdf or line.startswith("M  END")
        if lines > 2_000 and not is_sdf:
            raise SourceError("the file is not SDF", where=file, expected="compounds that end in $$$$")
    if lines and (properties or is_sdf) and lines > 1:
        raise SourceError("the last compound is cut", where=file, expected="$$$$", hint="download it again")
