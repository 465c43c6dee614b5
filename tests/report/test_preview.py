"""Rows of a recipe without a run, and examples as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError
from apothecary.recipe import Recipe
from apothecary.report.preview import format_example, prepare_views, preview_rows

TINY_PACK = Path(__file__).parent.parent / "data" / "tiny_pack"
RECIPE = Recipe(name="tiny", pack=str(TINY_PACK), rows=1000, seed=7)


@pytest.fixture(autouse=True)
def use_small_cache(small_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))


def preview(intent: str | None = None, entity: str | None = None, count: int = 3) -> list[str]:
    return list(preview_rows(RECIPE, intent=intent, entity=entity, count=count, progress=SilentProgress()))


def test_one_row_of_each_intent_without_a_choice() -> None:
    blocks = preview(count=6)
    assert len({block.split("/")[1] for block in blocks}) == len(blocks)


def test_rows_of_one_intent() -> None:
    blocks = preview(intent="mass")
    assert len(blocks) == 3
    assert all(block.startswith("tiny/mass/") for block in blocks)


@pytest.mark.parametrize(("intent", "entity"), [("none", None), (None, "no such compound")], ids=["intent", "entity"])
def test_unknown_choice_is_refused(intent: str | None, entity: str | None) -> None:
    with pytest.raises(RecipeError):
        preview(intent=intent, entity=entity)


def test_views_are_made_once(small_cache: Path) -> None:
    first = prepare_views(str(TINY_PACK), "permissive", workers=1, progress=SilentProgress())
    made = {path.name: path.stat().st_mtime_ns for path in first.iterdir()}
    assert prepare_views(str(TINY_PACK), "permissive", workers=1, progress=SilentProgress()) == first
    assert {path.name: path.stat().st_mtime_ns for path in first.iterdir()} == made


def test_example_is_laid_out_turn_by_turn() -> None:
    row = {
        "id": "p/i/t/train-any/0",
        "perspective": "basic facts",
        "tests": "skill",
        "difficulty": 1,
        "system": "Be brief.",
        "history": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}],
        "prompt": "three\nlines",
        "response": "four",
        "reasoning": ["a", "b"],
        "answer": "4",
        "answer_type": "number",
        "tolerance": 0.5,
    }
    assert format_example(row).splitlines() == [
        "p/i/t/train-any/0   [basic facts, skill, difficulty 1]",
        "S: Be brief.",
        "Q: one",
        "A: two",
        "Q: three",
        "   lines",
        "A: four",
        "   steps: a",
        "          b",
        "   answer: 4 (± 0.5), number",
    ]
