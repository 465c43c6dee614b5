"""Labels are decided again."""

from __future__ import annotations

import pytest

from apothecary.generate.makers.check_labels import LABELS, decide_person

LIMITS = "Minimum age: 18 Years\nMaximum age: 65 Years\nSex: Female"


@pytest.mark.parametrize(
    ("person", "fits"),
    [
        ("an 18-year-old woman", "yes"),
        ("a 17-year-old girl", "no"),
        ("a 65-year-old woman", "yes"),
        ("a 66-year-old woman", "no"),
        ("a 30-year-old man", "no"),
        ("a 9-month-old girl", "no"),
    ],
)
def test_people(person: str, fits: str) -> None:
    assert decide_person({"prompt": f"Could {person} join?"}, [LIMITS], [], []) == fits


@pytest.mark.parametrize(
    ("maker", "answer", "evidence", "section", "before", "expected"),
    [
        ("sentence_origin", "", "x", "abstract/results", "", "results"),
        ("sentence_origin", "", "x", "abstract", "", "no section"),
        ("publication_type", "a meta-analysis", "meta-analysis", "", "", "a meta-analysis"),
        ("publication_type", "a meta-analysis", "a letter", "", "", "another kind"),
        ("trial_arm_count", "", "- One: a\n- Two: b", "", "", "2"),
        ("trial_healthy", "", "Healthy volunteers: No", "", "", "no"),
        ("criterion_kind", "", "x", "", "Inclusion Criteria:\n\n- y\n\nExclusion Criteria:\n\n- ", "exclusion"),
        ("pubmedqa_decision", "", "maybe", "", "", "maybe"),
    ],
)
def test_judges(maker: str, answer: str, evidence: str, section: str, before: str, expected: str) -> None:
    assert LABELS[maker]({"answer": answer}, [evidence], [section], [before]) == expected
