"""Who may join."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.patients import (
    Limits,
    make_criteria,
    make_limits,
    make_people,
    name_person,
    name_range,
    quote_top,
    read_limits,
    split_criteria,
)


def limits_of(key: str) -> Limits:
    found = read_limits(find_record(key))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "age", "unit", "sex", "why"),
    [
        ("trials:NCT90000001", 18, "Year", "male", "fits"),
        ("trials:NCT90000001", 17, "Year", "male", "young"),
        ("trials:NCT90000001", 76, "Year", "female", "old"),
        ("trials:NCT90000004", 30, "Year", "male", "sex"),
        ("trials:NCT90000003", 5, "Month", "female", "young"),
        ("trials:NCT90000003", 60, "Month", "female", "fits"),
    ],
)
def test_people_are_decided_by_age_and_sex(key: str, age: int, unit: str, sex: str, why: str) -> None:
    fits, steps, decided = limits_of(key).decide(age, unit, sex)
    assert (fits, decided) == (why == "fits", why)
    assert steps


def test_invented_people_stand_at_the_limits() -> None:
    drafts = draft_by(make_people)
    assert {draft.form for draft in drafts} >= {"fits", "young", "sex"}
    assert all((draft.answer == "yes") == (draft.form == "fits") for draft in drafts)


def test_people_and_ranges_in_words() -> None:
    assert name_person(17, "Year", "female") == "a 17-year-old girl"
    assert name_person(18, "Year", "male") == "an 18-year-old man"
    assert name_person(80, "Year", "female") == "an 80-year-old woman"
    assert name_person(8, "Month", "male") == "an 8-month-old boy"
    assert name_range(limits_of("trials:NCT90000002")) == "21 years or older"
    assert quote_top(limits_of("trials:NCT90000002").section).text.endswith("Healthy volunteers: No")


def test_a_record_that_contradicts_itself() -> None:
    (draft,) = draft_by(make_limits, "trials:NCT90000001", "trial_age_clash")
    assert (draft.answer, draft.steps) == ("no", ("75 != 80",))
    (draft,) = draft_by(make_limits, "trials:NCT90000004", "trial_age_clash")
    assert draft.answer == "yes"
    assert len(draft_by(make_limits, "trials:NCT90000002", "trial_no_upper_age")) == 1


def test_criteria() -> None:
    section = find_record("trials:NCT90000003").find("eligibility")
    assert section is not None
    found = split_criteria(section)
    assert next(item.text for item in found["exclusion"]) == "Suspected inhaled foreign body"
    makers = {draft.maker for draft in draft_by(make_criteria)}
    assert makers == {"trial_inclusion", "trial_exclusion", "criterion_kind"}
