from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from apothecary.documents.label_names import BY_CODE, BY_KEY

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "spl" / "spl_sections.csv"


def test_codes_are_loinc_and_names_are_words() -> None:
    assert all(re.fullmatch(r"\d{5}-\d", code) for code in BY_CODE)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in [*BY_CODE.values(), *BY_KEY])


@pytest.mark.parametrize(
    ("code", "key", "name"),
    [
        ("34066-1", "boxed_warning", "boxed_warning"),
        ("34067-9", "indications_and_usage", "indications"),
        ("34070-3", "contraindications", "contraindications"),
        ("34073-7", "drug_interactions", "interactions"),
        ("43685-7", "warnings_and_cautions", "warnings"),
        ("34080-2", "nursing_mothers", "lactation"),
    ],
)
def test_both_forms_have_one_name(code: str, key: str, name: str) -> None:
    assert BY_CODE[code] == BY_KEY[key] == name


def test_codes_mean_what_the_published_table_says() -> None:
    if not SHARED.exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    with SHARED.open(newline="") as file:
        told = {row[0].strip(): row[1].lower() for row in csv.reader(file) if len(row) > 1}
    known = {code: name for code, name in BY_CODE.items() if code in told}
    assert len(known) > 50
    for code, name in known.items():
        word = {"lactation": "nursing", "medication_guide": "medguide", "patient_insert": "insert"}.get(name, name)
        first = re.split("_", word)[0].rstrip("s")[:6]
        if name not in ("warnings", "other", "dosage", "precautions", "patient_information", "recent_changes"):
            assert first in told[code].replace(" ", ""), (code, name, told[code])
