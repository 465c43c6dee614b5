"""Question sets made fit to read."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.generate.makers.documents import draft_by, find_record, list_records

from apothecary.generate.makers.questions import (
    clean_answer,
    count_words,
    is_plural,
    is_sound,
    list_small_words,
    lower_words,
    make_decisions,
    make_medquad,
    mend,
    name_focus,
)


def test_an_answer_begins_with_its_subject_and_ends_before_the_furniture() -> None:
    (draft,) = draft_by(make_medquad, maker="medquad_information")
    assert draft.answer.startswith("Dusty lung syndrome is a long-lasting inflammation")
    assert "dry grain. It develops over years and doesn't spread" in draft.answer
    assert "For more information" not in draft.answer
    assert draft.slots["focus"] == "dusty lung syndrome"


def test_many_are_asked_as_many() -> None:
    (draft,) = draft_by(make_medquad, maker="medquad_causes")
    assert (draft.form, draft.slots["focus"]) == ("many", "river stones")
    assert is_plural("kidney stones")
    assert not is_plural("diabetes")
    assert is_plural("germ cell tumors in children")


@pytest.mark.parametrize(
    "answer",
    ["A pathologista doctor looks.", "In theUnited States it is rare.", "It is diffi cult.", "It is common.", "A (B."],
)
def test_damaged_answers_are_dropped(answer: str) -> None:
    words = Counter({"pathologist": 9, "a": 99})
    assert not is_sound(answer, words)


def test_lost_apostrophes_come_back() -> None:
    assert mend("Crohns disease doesnt affect a childs growth.2", "Crohn's disease") == (
        "Crohn's disease doesn't affect a child's growth."
    )
    assert mend("Medical Treatment Because some drugs help.") == "Because some drugs help."


def test_names_of_subjects() -> None:
    record = find_record("questions:medquad/INVENTED/0002-1/aaaa0003")
    section = record.find("answer")
    assert section is not None
    assert name_focus(record, section) in ("meadow rash", "Meadow rash")
    assert clean_answer(section, "meadow rash") is not None
    assert lower_words("Alagille Syndrome", "in Alagille syndrome") == "Alagille syndrome"
    assert count_words(list_records())["cough"] >= 2


def test_decisions_come_with_their_reason() -> None:
    found = {draft.answer: draft for draft in draft_by(make_decisions, maker="pubmedqa_decision")}
    assert found.keys() == {"yes", "no"}
    assert found["yes"].slots["reason"].startswith("Warm gel clearly reduces")
    assert all(one.section.kind not in ("answer", "decision") for one in found["yes"].shown)


def test_words_written_small_are_no_names() -> None:
    assert "cough" not in list_small_words([])
    assert "the" in list_small_words(list_records())
    assert lower_words("Motor Neuron Diseases", "", frozenset({"motor", "neuron"})) == "motor neuron diseases"
    assert mend("It is in a patients blood.") == "It is in a patient's blood."
