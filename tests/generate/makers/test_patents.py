"""Patents."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by

from apothecary.generate.makers.patents import find_kind_of_claim, make_patents, strip_number

KEY = "patents:US9900001B1"


@pytest.mark.parametrize(
    ("maker", "answer"),
    [
        ("patent_claim_kind", "apparatus"),
        ("patent_claim_count", "4"),
        ("patent_field", "The invention relates to devices for dividing tablets."),
    ],
)
def test_claims_and_field(maker: str, answer: str) -> None:
    assert [draft.answer for draft in draft_by(make_patents, KEY, maker)] == [answer]


def test_claims_that_stand_alone_and_those_that_do_not() -> None:
    (draft,) = draft_by(make_patents, KEY, "patent_claim_count")
    assert draft.slots["alone"] == "1 and 4"
    (draft,) = draft_by(make_patents, KEY, "patent_dependency")
    assert draft.quotes[0].text == f"claim {draft.answer}"
    assert [draft.answer for draft in draft_by(make_patents, "patents:US9900002A1", "patent_claim_kind")] == [
        "composition"
    ]


def test_numbers_of_claims() -> None:
    assert strip_number("12. The device of claim 1.") == "The device of claim 1."
    assert strip_number("7.The method") == "The method"


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        ("1. In a bumper support for a boat loader, the combination", "apparatus"),
        ("1. A computer-implemented method, comprising: a device", "method"),
        ("1. A weighing balance device designed to provide", "apparatus"),
        ("1. A pharmaceutical composition comprising a system", "composition"),
        ("The ornamental design for a disc cartridge", None),
    ],
)
def test_the_head_of_a_claim_decides_its_kind(claim: str, kind: str | None) -> None:
    assert find_kind_of_claim(claim) == kind
