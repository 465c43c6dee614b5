from __future__ import annotations

import pytest

from apothecary.documents.patent import (
    Claim,
    Patent,
    Sections,
    describe_patent,
    find_parents,
    name_heading,
    read_day,
    trim_number,
)


@pytest.mark.parametrize(
    ("text", "number"), [("08926509", "8926509"), ("D0435854", "D435854"), ("20010000044", "20010000044"), ("x?", "")]
)
def test_numbers_lose_their_zeros(text: str, number: str) -> None:
    assert trim_number(text) == number


def test_days_can_lack_parts() -> None:
    assert [read_day(text) for text in ("20150106", "19990200", "", "soon")] == ["2015-01-06", "1999-02", None, None]


@pytest.mark.parametrize(
    ("heading", "current", "name"),
    [
        ("BACKGROUND OF THE INVENTION", "", "description/background"),
        ("1. Technical Field", "", "description/field"),
        ("CROSS-REFERENCE TO RELATED APPLICATIONS", "", "description/related"),
        ("Brief Description of the Drawings", "description/summary", "description/drawings"),
        ("DETAILED DESCRIPTION OF THE PREFERRED EMBODIMENTS", "", "description/detailed_description"),
        ("Summary", "", "description/summary"),
        ("EXAMPLE 2", "description/detailed_description", "description/examples/EXAMPLE 2"),
        ("Preparation of X", "description/examples/EXAMPLE 2", "description/examples/Preparation of X"),
        ("COPYRIGHT NOTICE", "", "description/COPYRIGHT NOTICE"),
        ("Sequences", "description/COPYRIGHT NOTICE", "description/Sequences"),
    ],
)
def test_headings_have_one_name(heading: str, current: str, name: str) -> None:
    assert name_heading(heading, current) == name


@pytest.mark.parametrize(
    ("claim", "parents"),
    [
        (Claim(1, "A method."), []),
        (Claim(4, "The method of claim 3, as above.", [3]), [3]),
        (Claim(5, "The method of claim 1.", [5]), [1]),
        (Claim(5, "Use of a salt of any of claims 1, 2 or 4."), [1, 2, 4]),
        (Claim(9, "As in claims 2 to 4 and 7."), [2, 3, 4, 7]),
        (Claim(2, "As in claim 7."), []),
        (Claim(3, "As in claims 1 to 999999999."), [1, 2]),
    ],
)
def test_claims_know_what_they_depend_on(claim: Claim, parents: list[int]) -> None:
    assert find_parents(claim) == parents


def test_a_patent_becomes_a_document() -> None:
    sections = Sections()
    sections.add(["Before."])
    sections.head("BACKGROUND")
    sections.add(["One.", "", "Two."])
    patent = Patent("7", "B2", "2015-01-06", "A pill", "us grant xml", ["It helps."], sections.found)
    patent.claims = [Claim(1, "1. A pill."), Claim(2, "2. The pill of claim 1.")]
    document = describe_patent(patent, file="f", record=3)
    assert (document.document_id, document.types, document.record) == ("patents:US7B2", ["grant", "B2"], 3)
    assert document.sections == [
        ("title", "A pill"),
        ("abstract", "It helps."),
        ("description", "Before."),
        ("description/background", "One.\n\nTwo."),
        ("claims/1", "1. A pill."),
        ("claims/2 of 1", "2. The pill of claim 1."),
    ]
    assert document.notices == []
    bare = describe_patent(Patent("20010000044", "A1", None, "", "x"), file="f", record=1)
    assert (bare.types, bare.notices) == (["application", "A1"], ["no abstract", "no claims"])
