"""The tables of drug classes and of name stems: one row a name, one mechanism a class, and well-known examples."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from apothecary.gather.wheels import find_cache
from apothecary.packs.load import find_pack

TABLES = find_pack("pharma") / "tables"

# Written without the table at hand: what any pharmacist would say.
WELL_KNOWN = {
    "beta blocker": "propranolol atenolol metoprolol bisoprolol carvedilol timolol",
    "angiotensin-converting enzyme inhibitor": "captopril enalapril lisinopril ramipril",
    "angiotensin II receptor blocker": "losartan valsartan telmisartan",
    "statin": "simvastatin atorvastatin rosuvastatin pravastatin",
    "dihydropyridine calcium channel blocker": "amlodipine nifedipine felodipine",
    "non-dihydropyridine calcium channel blocker": "verapamil diltiazem",
    "loop diuretic": "furosemide bumetanide torasemide",
    "thiazide diuretic": "hydrochlorothiazide bendroflumethiazide",
    "mineralocorticoid receptor antagonist": "spironolactone eplerenone",
    "cardiac glycoside": "digoxin digitoxin",
    "vitamin K antagonist": "warfarin phenprocoumon",
    "direct factor Xa inhibitor": "apixaban rivaroxaban",
    "P2Y12 inhibitor": "clopidogrel ticagrelor",
    "penicillin": "amoxicillin benzylpenicillin piperacillin",
    "first-generation cephalosporin": "cefazolin cephalexin",
    "third-generation cephalosporin": "ceftriaxone cefotaxime",
    "carbapenem": "meropenem imipenem",
    "macrolide antibiotic": "erythromycin azithromycin clarithromycin",
    "aminoglycoside": "gentamicin amikacin",
    "fluoroquinolone": "ciprofloxacin levofloxacin",
    "triazole antifungal": "fluconazole voriconazole",
    "neuraminidase inhibitor": "oseltamivir zanamivir",
    "benzodiazepine": "diazepam lorazepam midazolam",
    "selective serotonin reuptake inhibitor": "fluoxetine sertraline citalopram",
    "tricyclic antidepressant": "amitriptyline nortriptyline",
    "atypical antipsychotic": "olanzapine quetiapine risperidone aripiprazole",
    "opioid analgesic": "morphine fentanyl oxycodone",
    "triptan": "sumatriptan rizatriptan",
    "proton pump inhibitor": "omeprazole pantoprazole",
    "histamine H2-receptor antagonist": "famotidine ranitidine",
    "serotonin 5-HT3 antagonist": "ondansetron granisetron",
    "sulfonylurea": "glibenclamide glimepiride",
    "biguanide": "metformin",
    "sodium-glucose cotransporter 2 inhibitor": "empagliflozin dapagliflozin",
    "corticosteroid": "prednisolone dexamethasone budesonide",
    "bisphosphonate": "alendronic_acid zoledronic_acid",
    "phosphodiesterase-5 inhibitor": "sildenafil tadalafil",
    "BCR-ABL inhibitor": "imatinib dasatinib",
    "anthracycline": "doxorubicin epirubicin",
    "taxane": "paclitaxel docetaxel",
    "aromatase inhibitor": "anastrozole letrozole",
    "amide local anaesthetic": "lidocaine bupivacaine",
    "non-depolarising neuromuscular blocker": "rocuronium atracurium",
}


@pytest.fixture(scope="module")
def classes() -> list[dict[str, str]]:
    return _read("drug_classes")


@pytest.fixture(scope="module")
def stems() -> list[dict[str, str]]:
    return _read("stems")


def test_a_name_is_in_a_table_once(classes: list[dict[str, str]], stems: list[dict[str, str]]) -> None:
    for rows in (classes, stems):
        names = [row["name"].casefold() for row in rows]
        assert len(names) == len(set(names))


def test_tables_are_large_enough(classes: list[dict[str, str]], stems: list[dict[str, str]]) -> None:
    assert len(classes) >= 900
    assert len(stems) >= 100


@pytest.mark.parametrize("field", ["class_family", "class_area", "mechanism"])
def test_a_class_has_one_of_each(classes: list[dict[str, str]], field: str) -> None:
    said = defaultdict(set)
    for row in classes:
        said[row["drug_class"]].add(row[field])
    assert {name: sorted(values) for name, values in said.items() if len(values) > 1} == {}


def test_a_class_reads_well_after_an_article(classes: list[dict[str, str]]) -> None:
    for row in classes:
        for text in (row["drug_class"], row["class_family"]):
            assert text
            assert not text.lower().startswith(("a ", "an ", "the "))
            assert not text.endswith((".", "s")) or text.endswith(("ss", "us"))


def test_a_mechanism_follows_on_a_name(classes: list[dict[str, str]]) -> None:
    for row in classes:
        first = row["mechanism"].split()[0]
        assert first.endswith("s") or first == "partly", row
        assert first.islower(), row
        assert not row["mechanism"].endswith(".")


def test_two_families_do_not_share_a_class(classes: list[dict[str, str]]) -> None:
    """A family that bears the name of a class is that class's own."""
    family = {row["drug_class"]: row["class_family"] for row in classes}
    assert [name for name in family.values() if family.get(name, name) != name] == []


def test_a_stem_is_in_the_names_that_carry_it(classes: list[dict[str, str]], stems: list[dict[str, str]]) -> None:
    meanings = {row["name"]: row["stem_meaning"] for row in stems}
    for row in classes:
        if row["name_stem"]:
            assert _carries(row["name"], row["name_stem"]), row
            assert row["stem_meaning"] == meanings[row["name_stem"]]
    for row in stems:
        for example in row["stem_examples"].replace(" and ", ", ").split(", "):
            assert _carries(example, row["name"]), row


def test_a_longer_stem_wins(classes: list[dict[str, str]]) -> None:
    stem = {row["name"]: row["name_stem"] for row in classes}
    assert stem["ciprofloxacin"] == "-floxacin"
    assert stem["enalaprilat"] == "-prilat"
    assert stem["ibrutinib"] == "-brutinib"
    assert stem["omeprazole"] == "-prazole"
    assert stem["aripiprazole"] == ""


def test_well_known_medicines_have_their_class(classes: list[dict[str, str]]) -> None:
    table = {row["name"]: row["drug_class"] for row in classes}
    pairs = [(name.replace("_", " "), text) for text, names in WELL_KNOWN.items() for name in names.split()]
    assert len(pairs) >= 60
    assert [(name, table.get(name), text) for name, text in pairs if table.get(name) != text] == []


def test_names_are_those_of_the_knowledge_base(classes: list[dict[str, str]]) -> None:
    built = sorted((find_cache() / "knowledge").glob("*/entities.parquet"), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip("no knowledge base is built in this cache")
    known = {name.casefold() for name in pl.read_parquet(built[-1], columns=["name"])["name"].drop_nulls()}
    missing = [row["name"] for row in classes if row["name"].casefold() not in known]
    assert len(missing) <= 0.03 * len(classes), missing


def _carries(name: str, stem: str) -> bool:
    body, name = stem.strip("-"), name.casefold()
    if stem.startswith("-") and stem.endswith("-"):
        return body in name
    return name.endswith(body) if stem.startswith("-") else name.startswith(body)


def _read(name: str) -> list[dict[str, str]]:
    with Path(TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
