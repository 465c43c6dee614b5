"""All makers over a batch."""

from __future__ import annotations

from tests.generate.makers.documents import list_records

from apothecary.generate.makers.declare import load_declarations
from apothecary.generate.makers.registry import MAKERS, draft_batch, make_batch
from apothecary.generate.makers.render import Renderer

DECLARED = load_declarations("pharma")


def test_every_draft_has_its_declaration() -> None:
    drafts = list(draft_batch(list_records(), Renderer(DECLARED)))
    assert {draft.maker for draft in drafts} <= set(DECLARED.makers)
    assert len({draft.maker for draft in drafts}) >= 75
    assert len(MAKERS) >= 20


def test_no_question_comes_twice() -> None:
    rows, dropped = make_batch(list_records(), DECLARED)
    prompts = [row["prompt"] for row in rows]
    assert len(set(prompts)) == len(prompts)
    assert sum(dropped.values()) < len(rows) / 4


def test_an_order_in_a_passage_is_not_quoted() -> None:
    rows, _ = make_batch(list_records(), DECLARED)
    assert all("banana" not in row["response"] and "banana" not in row["prompt"] for row in rows)
