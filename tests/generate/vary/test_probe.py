"""The probe of a pack: its own wordings, spread over its templates, judged by its gates."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.llm.probe import Question, split_question
from apothecary.generate.vary.probe import list_pack_questions

TINY_PACK = Path(__file__).parents[2] / "data" / "tiny_pack"


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return list_pack_questions("pharma", "m")


def test_questions_are_spread_over_the_pack(questions: list[Question]) -> None:
    assert len({question.request.messages[-1] for question in questions}) == 6
    assert sum(part.n for question in questions for part in split_question(question, 8)) == 24


def test_gates_judge(questions: list[Question]) -> None:
    """The source itself is known and nonsense falls at a gate; which one is said."""
    sources = [question.request.messages[-1][1].partition(": ")[2] for question in questions]
    fates = [question.judge(source) for question, source in zip(questions, sources, strict=True)]
    assert "" not in fates
    assert sum(fate in ("copy", "known") for fate in fates) >= 4
    for question in questions:
        assert question.judge("Certainly! Ask me anything about 42 other things.") not in ("", "copy", "known")


def test_a_small_pack_has_fewer_questions() -> None:
    found = list_pack_questions(str(TINY_PACK), "m", 1000)
    assert 1 <= len(found) < 1000
    assert len({one.request.key for one in found}) == len(found)
