"""Drafts become rows."""

from __future__ import annotations

from tests.generate.makers.documents import draft_by, find_record

from apothecary.generate.makers.abstracts import make_parts
from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.model import Draft
from apothecary.generate.makers.render import NO_ROOM, TOO_LONG, Renderer, fill, list_reasons, tidy

RENDERER = Renderer(load_declarations("pharma"))


def test_a_row_shows_its_passage_and_quotes_it() -> None:
    (draft,) = draft_by(make_parts, "pubmed:90000001", "abstract_setting")
    row = RENDERER.render(draft)
    assert isinstance(row, dict)
    assert "Two teaching hospitals in Norland." in row["prompt"]
    assert draft.record.title in row["prompt"]
    assert row["answer"] == "Two teaching hospitals in Norland."
    assert row["answer"] in row["response"]
    assert row["evidence"] == [{"passage_id": "pubmed:90000001#4", "start": 0, "end": 34}]
    assert row["sources"] == ["pubmed:90000001"]
    assert row["licences"] == [draft.record.licence]
    assert row == RENDERER.render(draft)


def test_a_seed_changes_the_wording_and_not_the_answer() -> None:
    drafts = draft_by(make_parts)
    first = [RENDERER.render(draft) for draft in drafts]
    other = [Renderer(RENDERER.declared, 7).render(draft) for draft in drafts]
    assert first != other
    for one, two in zip(first, other, strict=True):
        assert isinstance(one, dict)
        assert isinstance(two, dict)
        assert one["answer"] == two["answer"]


def test_long_quotations_are_dropped() -> None:
    (draft,) = draft_by(make_parts, "pubmed:90000008", "abstract_objective")
    long = Draft(draft.maker, draft.record, "x" * 500, draft.quotes, draft.shown)
    assert RENDERER.render(long) == TOO_LONG
    assert RENDERER.render(Draft(draft.maker, draft.record, "short", draft.quotes)) == NO_ROOM
    assert {TOO_LONG, NO_ROOM} <= set(list_reasons())


def test_text_of_a_document_is_never_read_as_a_wording() -> None:
    draft = Draft("short_form", find_record("pubmed:90000001"), "{answer} {short}", (), slots={"short": "{prompt}"})
    assert fill("{short} stands for {answer}.", draft) == "{prompt} stands for {answer} {short}."


def test_stops_are_tidied() -> None:
    assert tidy("It fell.. Was it so?. And ... then .") == "It fell. Was it so? And ... then."
