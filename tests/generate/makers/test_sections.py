"""Names of sections become kinds."""

from __future__ import annotations

import pytest

from apothecary.generate.makers.sections import find_kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("abstract/RESULT(S)", "results"),
        ("abstract/results", "results"),
        ("abstract/MATERIAL AND METHODS", "methods"),
        ("abstract/participants", "population"),
        ("abstract/measures", "outcomes"),
        ("abstract/BACKGROUND AND AIMS", "background and objective"),
        ("abstract/methods and results", "abstract/METHODS AND RESULTS"),
        ("abstract/FINANCIAL DISCLOSURE", "funding"),
        ("abstract/discussion", "discussion"),
        ("context/CONCLUSIONS", "conclusion"),
        ("abstract", "abstract"),
        ("design", "trial design"),
        ("results/primary", "results/primary"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert find_kind(name) == kind
