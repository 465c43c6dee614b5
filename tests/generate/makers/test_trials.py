"""The protocol of a trial."""

from __future__ import annotations

import json

import pytest
from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.trials import (
    is_trial,
    list_items,
    make_aims,
    make_designs,
    make_fields,
    make_limitations,
    make_lists,
    read_fields,
    shape_value,
    tidy_value,
)

KEY = "trials:NCT90000001"


def test_each_line_of_a_design_is_asked() -> None:
    answers = {draft.maker: draft.answer for draft in draft_by(make_fields, KEY)}
    assert answers["trial_phase"] == "Phase 2"
    assert answers["trial_enrolment"] == "204"
    assert answers["trial_masking"] == "Double (Participant, Investigator)"


def test_a_missing_line_is_said_to_be_missing() -> None:
    (draft,) = draft_by(make_fields, "trials:NCT90000002", "trial_not_stated")
    assert draft.slots["about"] in (
        "who was masked",
        "how participants were allocated",
        "the phase",
        "the primary purpose",
    )
    assert "study type: Observational" in draft.slots["stated"]


@pytest.mark.parametrize(
    ("maker", "answer"),
    [
        ("trial_arms", "- Drug Q\n- Placebo"),
        ("trial_arm_count", "2"),
        ("trial_control", "Placebo"),
        ("trial_conditions", "- Chronic Cough\n- Cough Hypersensitivity"),
        ("trial_primary_outcome", "Change in coughs per hour"),
    ],
)
def test_lists(maker: str, answer: str) -> None:
    (draft,) = draft_by(make_lists, KEY, maker)
    assert draft.answer == answer


def test_aims_designs_and_limitations() -> None:
    (draft,) = draft_by(make_aims, KEY)
    assert draft.answer.startswith("The purpose of this trial is to find out")
    (draft,) = draft_by(make_designs, "trials:NCT90000004")
    content = json.loads(draft.answer)
    assert content["masking"] is None
    assert content["enrolment"] == 300
    assert len(draft_by(make_limitations)) == 1


def test_lines_and_items() -> None:
    record = find_record(KEY)
    assert is_trial(record)
    design, arms = record.find("trial design"), record.find("arms")
    assert design is not None
    assert arms is not None
    assert read_fields(design)["Status"] == "Completed"
    assert list_items(arms)[1] == (
        "Placebo",
        "Placebo Comparator",
        "Matching tablet without drug, twice daily for 12 weeks",
    )
    assert tidy_value("Enrolment", "12 (actual)") == "12"
    assert shape_value("Masking", "Double (Participant, Care Provider)")[0] == {"who": "participant and care provider"}
