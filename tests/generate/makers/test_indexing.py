"""Titles, headings, substances, kinds of paper, short forms, statistics, sections."""

from __future__ import annotations

from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.indexing import (
    join_words,
    list_content,
    list_major,
    list_options,
    make_choices,
    make_origins,
    make_short_forms,
    make_statistics,
    make_types,
    mix_choices,
    share_words,
)


def test_only_the_right_choice_is_named_by_the_text() -> None:
    drafts = draft_by(make_choices)
    assert {draft.maker for draft in drafts} == {"title_choice", "heading_choice", "substance_choice"}
    for draft in drafts:
        assert len(set(draft.choices)) == 4
        assert draft.answer in draft.choices
        text = " ".join(one.text for one in draft.shown).lower()
        if draft.maker != "title_choice":
            assert [one for one in draft.choices if one.lower() in text] == [draft.answer]
        line = next(line for line in draft.slots["options"].split("\n") if line.startswith(draft.slots["letter"]))
        assert line.endswith(draft.answer)


def test_a_paper_shows_its_kind_in_its_words() -> None:
    found = {draft.record.key: draft.answer for draft in draft_by(make_types)}
    assert found["90000001"] == "a randomised controlled trial"
    assert found["90000006"] == "a systematic review"
    assert found["90000007"] == "a case report"
    assert "90000002" not in found


def test_short_forms_statistics_and_sections() -> None:
    (draft,) = draft_by(make_short_forms, "pubmed:90000006")
    assert (draft.slots["short"], draft.answer) == ("IH", "infantile hemangioma")
    (draft,) = draft_by(make_statistics, "pubmed:90000001")
    assert draft.answer == "Proportions were compared with Fisher's exact test."
    for draft in draft_by(make_origins):
        assert draft.quotes[0].section.kind == draft.answer
        assert draft.shown == ()


def test_places_of_right_answers_differ() -> None:
    places = {mix_choices("x", ["a", "b", "c"], str(number)).index("x") for number in range(30)}
    assert places == {0, 1, 2, 3}
    assert list_options(["a", "x"], "x") == {"options": "A) a\nB) x", "letter": "B"}
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert join_words(["a"]) == "a"
    assert list_major(find_record("pubmed:90000003")) == ["*Myocardial Infarction/diagnosis", "*Point-of-Care Testing"]


def test_words_of_titles() -> None:
    assert list_content("Effect of iron on the transfusion of iron") == ["effect", "iron", "transfusion"]
    assert share_words("Effect of iron", "iron was given") == 0.5
