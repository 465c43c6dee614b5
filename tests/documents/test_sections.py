from __future__ import annotations

import pytest

from apothecary.documents.sections import name_part, name_section


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("METHODS", "methods"),
        ("Materials and Methods:", "methods"),
        ("materials|methods", "methods"),
        ("2. Patients and methods", "methods"),
        ("METHODOLOGY/PRINCIPAL FINDINGS", "methods and results"),
        ("Methods and Findings", "methods and results"),
        ("Results and Discussion", "results and discussion"),
        ("Conclusions/Significance", "conclusions"),
        ("CONCLUSION(S)", "conclusions"),
        ("BACKGROUND AND OBJECTIVE", "background and objective"),
        ("Objectives and background", "background and objective"),
        ("MAIN OUTCOME MEASURES", "measures"),
        ("Introduction", "background"),
        ("Cell culture", None),
        ("Methods for the culture of cells", None),
        ("", None),
    ],
)
def test_headings_have_one_name(heading: str, name: str | None) -> None:
    assert name_section(heading) == name


def test_a_label_of_its_own_stays() -> None:
    assert name_part("WHAT THIS  STUDY ADDS:") == "what this study adds"
    assert name_part("AIM") == "objective"
