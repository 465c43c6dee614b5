"""What of a document a prompt shows, within its limit."""

from __future__ import annotations

from tests.generate.makers.documents import find_record

from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.model import Section, quote_all, quote_part
from apothecary.generate.makers.show import CUT, limit_answer, limit_prompt, show_parts, write_parts

FIRST = Section("x:1#0", "abstract/methods", "methods", "Alpha was given. Beta was given. Gamma was given.")
SECOND = Section("x:1#1", "abstract/results", "results", "Delta rose. Epsilon fell.")
WINDOWS = (quote_all(FIRST), quote_all(SECOND))


def test_all_is_shown_where_there_is_room() -> None:
    assert show_parts(WINDOWS, (quote_part(SECOND, "Delta"),), 500) == WINDOWS


def test_what_is_needed_comes_first_in_whole_sentences() -> None:
    (only,) = show_parts(WINDOWS, (quote_part(FIRST, "Beta"),), 20)
    assert only.text == "Beta was given."
    near = show_parts(WINDOWS, (quote_part(FIRST, "Beta"),), 35)
    assert near[0].text == "Alpha was given. Beta was given."
    assert show_parts(WINDOWS, (quote_part(FIRST, "Beta"),), 10) == ()
    assert show_parts(WINDOWS, (), 500) == ()


def test_cuts_are_marked() -> None:
    part = quote_part(FIRST, "Beta was given.")
    record = find_record("pubmed:90000001")
    assert write_parts(record, (part,), header=False) == f"Methods: {CUT} Beta was given. {CUT}"
    assert write_parts(record, WINDOWS, header=True).startswith(record.title)


def test_owned_text_is_shown_and_quoted_less() -> None:
    terms = load_declarations("pharma").find_terms("PubMed record")
    owned, free = find_record("pubmed:90000008"), find_record("pubmed:90000001")
    assert limit_prompt(owned, terms) < limit_prompt(free, terms)
    assert limit_answer(owned, terms) < limit_answer(free, terms)
