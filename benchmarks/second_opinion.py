"""Are the facts true? The knowledge base held against public tables that its sources have not copied.

    python benchmarks/second_opinion.py FOLDER [--list]

FOLDER holds `drugsatfda.zip` (Drugs@FDA) and `drugbank_vocabulary_dev.csv` (DrugBank's open vocabulary). In the
knowledge base years come from ChEMBL, brand names from UNII, structures from ChEMBL and PubChem where DrugBank gave
none.
"""

from __future__ import annotations

import argparse
import re
import zipfile
from pathlib import Path

import polars as pl

from apothecary.engine.progress import make_progress
from apothecary.report.opinion import SHOWN, compare_field
from apothecary.report.preview import prepare_views

SALTS = re.compile(
    r"\s+(hydrochloride|hcl|hydrobromide|sodium|potassium|calcium|magnesium|maleate|fumarate|tartrate|bitartrate|succinate|"
    r"mesylate|besylate|tosylate|phosphate|sulfate|acetate|citrate|nitrate|bromide|chloride|malate|lactate|dihydrate|"
    r"monohydrate|anhydrous|trihydrate|hemihydrate|disodium|dihydrochloride|pamoate|gluconate|medoxomil)\b.*$"
)


def read_fda(path: Path) -> pl.DataFrame:
    """Products of one ingredient with the year of the first approval of their application."""
    tables = {}
    with zipfile.ZipFile(path) as archive:
        for name in ("Products", "Submissions"):
            lines = archive.read(f"{name}.txt").decode("cp1252").splitlines()
            rows = [line.split("\t") for line in lines]
            width = len(rows[0])
            tables[name] = pl.DataFrame([row[:width] for row in rows[1:] if len(row) >= width], rows[0], orient="row")
    first = (
        tables["Submissions"]
        .filter((pl.col("SubmissionType") == "ORIG") & (pl.col("SubmissionStatus") == "AP"))
        .group_by("ApplNo")
        .agg(year=pl.col("SubmissionStatusDate").str.slice(0, 4).min())
    )
    products = tables["Products"].filter(~pl.col("ActiveIngredient").str.contains(";"))
    parent = (
        pl.col("ActiveIngredient")
        .str.to_lowercase()
        .map_elements(lambda text: SALTS.sub("", text), return_dtype=pl.String)
    )
    return products.join(first, on="ApplNo").with_columns(parent=parent)


def list_opinions(folder: Path) -> list[tuple[str, str, pl.DataFrame, float, list[str]]]:
    """What is compared: title, field, the other source's names and values, tolerance, sources left out."""
    fda = read_fda(folder / "drugsatfda.zip")
    years = fda.group_by(name="parent").agg(value=pl.col("year").min())
    brands = fda.filter(pl.col("DrugName").str.to_lowercase() != pl.col("ActiveIngredient").str.to_lowercase())
    vocabulary = pl.read_csv(folder / "drugbank_vocabulary_dev.csv", infer_schema=False)
    keys = vocabulary.select(name="Common name", value="Standard InChI Key").drop_nulls()
    return [
        ("year of first approval, ChEMBL against Drugs@FDA", "first_approval", years, 1, []),
        ("brand of a drug, UNII against Drugs@FDA", "brand", brands.select(name="parent", value="DrugName"), 0, []),
        ("InChIKey, ChEMBL, PubChem and RDKit against DrugBank", "inchikey", keys, 0, ["drugbank-vocabulary"]),
    ]


def main() -> None:
    """Print one line a comparison, and the disagreements when they are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print every disagreement")
    options = parser.parse_args()
    views = prepare_views("pharma", "share-alike", workers=2, progress=make_progress(quiet=True))
    for title, field, theirs, tolerance, leave_out in list_opinions(options.folder):
        opinion = compare_field(views, field, theirs, tolerance=tolerance, leave_out=leave_out)
        print(
            f"{title}: {opinion.compared:,} compared, {opinion.agree:,} agree ({opinion.agree / opinion.compared:.1%})"
        )
        differ = opinion.lines.filter(~pl.col("agrees"))
        for line in differ.head(differ.height if options.list else SHOWN).iter_rows(named=True):
            print(f"    {line['name']}: {line['ours']} | {line['theirs']}")


if __name__ == "__main__":
    main()
