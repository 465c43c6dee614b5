"""Parts of abstracts, what follows from them, questions in titles."""

from __future__ import annotations

from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.abstracts import (
    choose_quote,
    end_sentence,
    expand_short_forms,
    find_last_conclusion,
    have_numbers,
    is_english,
    is_plain,
    list_body,
    make_inferred,
    make_parts,
    make_questions,
    strip_opening,
)
from apothecary.generate.makers.model import Section


def test_each_part_is_quoted_from_its_section() -> None:
    answers = {draft.maker: draft.answer for draft in draft_by(make_parts, "pubmed:90000001")}
    assert len(answers) == 11
    assert answers["abstract_design"] == "Randomized, double-blind, placebo-controlled trial."
    assert answers["abstract_objective"].startswith("To determine whether one infusion")
    assert answers["abstract_conclusion"].startswith("One preoperative infusion")


def test_the_aim_is_found_without_sections() -> None:
    (draft,) = draft_by(make_parts, "pubmed:90000004", "abstract_objective")
    assert draft.answer.startswith("The aim of this study was to estimate")


def test_a_conclusion_is_asked_without_showing_it() -> None:
    for draft in draft_by(make_inferred):
        assert all(one.section.kind != "conclusion" for one in draft.shown)
        assert draft.quotes[0].section.kind == "conclusion"


def test_a_question_in_a_title_stands_alone() -> None:
    found = {draft.record.key: draft for draft in draft_by(make_questions)}
    assert found.keys() == {"90000002", "90000005", "pubmedqa/90000901", "pubmedqa/90000902"}
    assert found["90000002"].slots["question"] == "Does a pharmacist-led review reduce falls in care homes?"
    assert found["90000002"].shown == ()


def test_what_leans_back_is_not_a_finding() -> None:
    import re

    section = Section("x:1#0", "abstract/results", "results", "This was significant. Pain was significantly lower.")
    quote = choose_quote(section, re.compile("significant"))
    assert quote is not None
    assert quote.text == "Pain was significantly lower."


def test_short_forms_are_written_out_or_the_answer_is_dropped() -> None:
    record = find_record("pubmed:90000009")
    assert expand_short_forms("BPD fell.", record) == "Bronchopulmonary dysplasia (BPD) fell."
    assert expand_short_forms("DNA was normal.", record) == "DNA was normal."
    assert is_plain("MRI")


def test_small_things() -> None:
    record = find_record("pubmed:90000004")
    section, quote = find_last_conclusion(record)
    assert section is not None
    assert quote is not None
    assert strip_opening(quote.text).startswith("Vitamin B12 deficiency is about")
    assert end_sentence("no difference was found") == "No difference was found."
    assert have_numbers("12 of 40", "40 people, 12 of whom")
    assert not have_numbers("13", "12")
    assert is_english(record)
    assert [one.kind for one in list_body(record)] == ["abstract"]
