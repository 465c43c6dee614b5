"""Small pieces of the readers: units, labels, brands, headings, ids."""

from __future__ import annotations

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.gather.compounds import to_celsius
from apothecary.gather.diseases import encode_entity_id, order_words
from apothecary.gather.drugs import judge_brand, make_class_readable
from apothecary.gather.links import read_gates, title_brand
from apothecary.gather.structures import gather_structures


@pytest.mark.parametrize(
    ("kelvin", "celsius"), [("181.15", "-92"), ("536.15", "263"), ("356.48333", "83.3"), ("273.15", "0")]
)
def test_to_celsius(kelvin: str, celsius: str) -> None:
    assert to_celsius(kelvin) == celsius


@pytest.mark.parametrize(
    ("label", "readable"),
    [
        ("Acetylcholinesterase Inhibitors", "acetylcholinesterase inhibitor"),
        ("NSAIDs", "NSAID"),
        ("Antibiotics", "antibiotic"),
        ("CNS Depressants", "CNS depressant"),
        ("Greenhouse Gases", "greenhouse gas"),
        ("Dyes", "dye"),
        ("Insect Repellent", "insect repellent"),
    ],
)
def test_make_class_readable(label: str, readable: str) -> None:
    assert make_class_readable(label) == readable


@pytest.mark.parametrize(
    ("brand", "reason"),
    [
        ("gleevec", None),
        ("depo-proluton", None),
        ("glucophage xr", "brand with a form or strength"),
        ("imatinib medac", "brand holds the ingredient's name"),
        ("yosprala component aspirin", "component of a combination"),
        ("ac 5230", "unreadable brand"),
        ("pfd", "unreadable brand"),
    ],
)
def test_judge_brand(brand: str, reason: str | None) -> None:
    assert judge_brand(brand, {"imatinib"}) == reason


def test_title_brand() -> None:
    assert title_brand("depo-proluton") == "Depo-Proluton"


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Lung Diseases, Fungal", "fungal lung diseases"),
        ("Coffin-Lowry Syndrome", "Coffin-Lowry syndrome"),
        ("Hodgkin's Disease", "Hodgkin's disease"),
    ],
)
def test_order_words(heading: str, name: str) -> None:
    assert order_words(heading) == name


def test_entity_ids_are_stable() -> None:
    assert encode_entity_id("c", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N") == "cfsftsay8c7"


def test_gates_are_lower_case_names() -> None:
    gates = read_gates()
    assert "sarin" in gates["chemical weapons"]
    assert all(name == name.lower() for names in gates.values() for name in names)


def test_a_vocabulary_structure_that_chembl_contradicts_is_dropped() -> None:
    claims = pl.DataFrame(
        [
            ("chembl", 0, "butanol hydrochloride", "CCCCO.Cl", True),
            ("drugbank-vocabulary", 0, "butanol", "CCC(C)O", True),
            ("drugbank-vocabulary", 1, "pentanol", "CCCCCO", True),
            ("pubchem", 0, None, "CCCCO", False),
            ("pubchem", 1, None, "CC(=O)[O-].[Na+]", False),
        ],
        schema=["source", "row", "name", "smiles", "desalt"],
        orient="row",
    )
    records, accepted, refused = gather_structures(claims, workers=1, progress=SilentProgress())
    assert records["smiles"].to_list() == ["CCCCCO", "CCCCO"]
    assert records.filter(pl.col("smiles") == "CCCCO")["source"].item() == "pubchem"
    assert sorted(accepted.select("source", "row").iter_rows()) == [
        ("chembl", 0),
        ("drugbank-vocabulary", 1),
        ("pubchem", 0),
    ]
    assert set(refused.iter_rows()) == {
        ("pubchem", "several fragments (salt or mixture)", 1),
        ("drugbank-vocabulary", "ChEMBL draws another structure", 1),
    }
