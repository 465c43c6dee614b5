"""Rows as HTML."""

from __future__ import annotations

from apothecary.report.page_rows import tell_dropped, tell_examples, tell_recipe, tell_row

ROW = {"id": "p/i/t/s/1", "turns": [["system", "be <brief>"], ["user", "why?"], ["assistant", "so"]], "answer": "42"}


def test_a_row_shows_turns_answer_and_proof() -> None:
    page = tell_row(ROW | {"sources": ["unii"], "verdict": "dropped", "detail": "equal to p/2"})
    for part in ("be &lt;brief&gt;", 'class="turn assistant"', "answer: 42", "sources: unii", "dropped: equal to p/2"):
        assert part in page


def test_rare_intents_are_told() -> None:
    told = {"examples": {"i": ROW}, "topics": {"i": "facts"}, "mix": {"intent": {"i": {}, "rare": {}}}}
    page = tell_examples(told)
    assert "1 intents are so rare" in page
    assert '<details open="">' in page


def test_dropped_rows_are_counted() -> None:
    books = {"component": "deduplicate", "dropped": {"duplicate": 1234}, "failed": {}}
    assert "duplicate: 1,234 rows" in tell_dropped({"dropped": {"duplicate": [ROW]}, "funnel": [books]})
    assert "no row" in tell_dropped({"dropped": {}, "funnel": []})


def test_the_recipe_is_yaml() -> None:
    assert "rows: 5" in tell_recipe({"recipe": {"rows": 5}})
