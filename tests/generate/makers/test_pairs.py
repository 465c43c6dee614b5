"""Two trials side by side."""

from __future__ import annotations

from tests.generate.makers.documents import draft_by, list_records

from apothecary.generate.makers.pairs import make_pairs, pair_trials


def test_pairs_share_a_condition() -> None:
    pairs = {(one.key, two.key) for one, two in pair_trials(list_records())}
    assert ("NCT90000001", "NCT90000002") in pairs
    assert all(one != two for one, two in pairs)


def test_what_two_trials_differ_in() -> None:
    (larger,) = draft_by(make_pairs, "trials:NCT90000001", "trials_larger")
    assert larger.answer == "NCT90000002"
    assert larger.steps == ("1500 > 204", "1500 - 204 = 1296")
    (ages,) = draft_by(make_pairs, "trials:NCT90000001", "trials_age_conflict")
    assert ages.slots["a"] == "from 18 years to 75 years"
    assert ages.slots["b"] == "21 years or older"
    assert len(ages.quotes) == 2
    (design,) = draft_by(make_pairs, "trials:NCT90000004", "trials_design")
    assert design.answer in ("yes", "no")
