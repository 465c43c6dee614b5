"""Questions that a passage does not answer, and one passage among several."""

from __future__ import annotations

import re

from tests.generate.makers.documents import draft_by, find_record, list_records

from apothecary.generate.makers.abstracts import make_parts
from apothecary.generate.makers.contrasts import EVERY, is_chosen, make_among, make_silent, tell_content
from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.render import Renderer
from apothecary.generate.makers.trials import make_fields

RENDERER = Renderer(load_declarations("pharma"))
DRAFTS = draft_by(make_parts) + draft_by(make_fields)


def test_a_silent_passage_has_no_word_that_could_answer() -> None:
    found = [silent for draft in DRAFTS for silent in make_silent(draft, RENDERER)]
    assert found
    for draft in found:
        made = RENDERER.declared.makers[draft.slots["base"]]
        assert not re.search(made.cues, draft.quotes[0].section.text, re.IGNORECASE)
        assert made.about in draft.slots["said"] or "stated" in draft.slots["said"]
        assert draft.answer == "not stated"


def test_one_passage_among_several() -> None:
    found = [among for draft in DRAFTS for among in make_among(draft, list_records(), RENDERER)]
    assert found
    for draft in found:
        row = RENDERER.render(draft)
        assert isinstance(row, dict)
        number = re.search(r"\[(\d)\]|passage (\d)", row["response"], re.IGNORECASE)
        assert number
        own = row["prompt"].index(f"[{number[1] or number[2]}] ")
        assert draft.quotes[0].text in row["prompt"][own:]
        assert len(row["sources"]) == 1 + len(draft.others) >= 2


def test_a_set_share_is_made_harder() -> None:
    chosen = sum(is_chosen("silent", draft) for draft in DRAFTS)
    assert 0 < chosen < len(DRAFTS) * 3 / EVERY


def test_what_is_there_is_named() -> None:
    section = find_record("pubmed:90000001").find("design")
    assert section is not None
    assert tell_content(section) == 'the design ("Randomized, double-blind, placebo-controlled trial")'
