from __future__ import annotations

import pytest

from apothecary.gather.drugs import judge_brand, make_class_readable, read_classes, read_vocabulary
from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import fetch_wheel, find_cache

BY_PACKAGE = {wheel.package: wheel for wheel in WHEELS}


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


def test_classes_leave_drugbank_rows_out() -> None:
    classes = read_classes(fetch_wheel(BY_PACKAGE["chemfunct"], find_cache()))
    assert set(classes["source"]) == {"chemfunct", "chemfunct-wikipedia"}
    assert ("Acetaminophen", "Analgesics", "chemfunct-wikipedia") in set(classes.iter_rows())


def test_the_vocabulary_has_drugs_not_proteins() -> None:
    vocabulary = read_vocabulary(fetch_wheel(BY_PACKAGE["drug-named-entity-recognition"], find_cache()))
    assert {"imatinib", "codeine"} <= set(vocabulary["name"])
    assert len(vocabulary) == 12_278  # of 12,279 with a DrugBank id one has no name
