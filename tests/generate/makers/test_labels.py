"""Drug labels."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.labels import make_labels, name_drug, take_text, tidy_answer
from apothecary.generate.makers.model import Section

KEY = "labels:aaaaaaaa-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("maker", "answer"),
    [
        ("label_half_life", "11 hours"),
        ("label_binding", "93%"),
        ("label_storage", "Store at 20 to 25 °C in the original bottle, protected from moisture."),
        ("product_ingredients", "inventolol hydrochloride"),
        ("label_monitoring", "Patients with diabetes should be monitored more often when treatment starts."),
    ],
)
def test_sections_answer(maker: str, answer: str) -> None:
    (draft,) = draft_by(make_labels, KEY, maker)
    assert draft.answer == answer
    assert draft.slots.get("drug", "Cardiolan (inventolol hydrochloride)") == "Cardiolan (inventolol hydrochloride)"


def test_nothing_is_made_of_doses() -> None:
    assert all("starting dose" not in draft.answer for draft in draft_by(make_labels))


def test_references_to_other_sections_are_cut() -> None:
    text = "Avoid live vaccines [see Warnings and Precautions (5.10)] (see also Boxed Warning)."
    assert tidy_answer(text) == "Avoid live vaccines."
    (draft,) = draft_by(make_labels, KEY, "label_warnings")
    assert "see Drug" not in draft.answer
    assert draft.slots["heading"] == "Hypoglycemia"


def test_half_a_list_is_no_answer() -> None:
    lines = "\n".join(f"- reason number {number} not to use it, told at some length" for number in range(30))
    assert (
        take_text(Section("labels:1#0", "contraindications", "contraindications", f"4 CONTRAINDICATIONS\n{lines}"))
        is None
    )
    assert name_drug(find_record("labels:aaaaaaaa-0000-0000-0000-000000000002")) == "NoseClear (phantomazoline)"
