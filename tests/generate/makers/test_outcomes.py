"""Tables of results."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.check_steps import check_step
from apothecary.generate.makers.outcomes import is_count, list_tables, make_analyses, make_values, read_table

KEY = "trials:NCT90000001"


def test_a_table_is_read() -> None:
    first, second = list_tables(find_record(KEY))
    assert first.title == "Coughs per hour at week 12"
    assert next((value.group, value.n, value.value, value.spread) for value in first.values) == (
        "Drug Q",
        98,
        "19.4",
        "12.1",
    )
    assert not is_count(first)
    assert is_count(second)
    assert second.analyses[0][0] == "Drug Q vs Placebo"
    section = find_record(KEY).find("arms")
    assert section is not None
    assert read_table(section) is None


@pytest.mark.parametrize(
    ("maker", "answer"),
    [
        ("risk_difference", "16.7"),
        ("risk_ratio", "1.39"),
        ("odds_ratio", "1.96"),
        ("number_needed", "6"),
        ("standardised_difference", "0.57"),
        ("outcome_higher", "Placebo"),
        ("outcome_time_frame", "Week 12"),
    ],
)
def test_effects_are_worked_out(maker: str, answer: str) -> None:
    draft = draft_by(make_values, KEY, maker)[0]
    assert draft.answer == answer
    assert all(check_step(step) for step in draft.steps)


def test_analyses() -> None:
    found = {draft.maker: (draft.answer, draft.form) for draft in draft_by(make_analyses, KEY)}
    assert found["analysis_interval"] == ("yes", "above")
    assert found["analysis_p"] == ("yes", "")
    assert found["analysis_method"] == ("Chi-squared", "")
