"""The plain probe: which wordings pass, why others do not, and how samples are split over calls."""

from __future__ import annotations

from collections import Counter

import pytest

from apothecary.engine.llm.probe import (
    FRAMES,
    Yield,
    count_fates,
    list_questions,
    make_slot_judge,
    split_question,
)
from apothecary.engine.llm.request import Answer

FRAME = "At pH 7.4, the octanol-water partition coefficient of {compound} is {value}."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{compound} has an octanol-water partition coefficient of {value} at pH 7.4.", ""),
        ("  A partition coefficient of {value} was found for {compound}.\n", ""),
        ("The octanol-water partition coefficient of aspirin is {value}.", "slot"),
        ("{compound} and {compound} have {value}.", "slot"),
        ("{compound} has {value} {unit}.", "slot"),
        ("COMPOUND has VALUE.", "slot"),
        ("{compound} has {value} at 25 degrees.", "number"),
        ("{compound} has {value} at pH 7.5.", "number"),
        ("{compound} has {value}", "form"),
        ("Sure! Here it is:\n{compound} has {value}.", "form"),
        ("{compound} has {value}, " + "really " * 40 + "so.", "form"),
        (FRAME, "copy"),
        ("at pH 7.4 the octanol-water partition coefficient of {compound} is {value}.", "copy"),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: str) -> None:
    assert make_slot_judge(FRAME)(text) == reason


def test_questions_are_seeded_and_ask_for_each_frame() -> None:
    questions = list_questions("m")
    assert [question.request.messages[-1][1] for question in questions] == list(FRAMES)
    assert len({question.request.key for question in questions}) == len(FRAMES)
    assert all(question.judge(frame) == "copy" for question, frame in zip(questions, FRAMES, strict=True))
    demos = [said for role, said in questions[0].request.messages if role == "assistant"]
    assert all(make_slot_judge(demo)(demo) == "copy" for demo in demos)  # the demonstrations keep their own rules


@pytest.mark.parametrize(("samples_per_call", "calls"), [(8, [4]), (3, [3, 3]), (1, [1] * 4)])
def test_samples_are_split_with_seeds_of_their_own(samples_per_call: int, calls: list[int]) -> None:
    parts = split_question(list_questions("m")[0], samples_per_call)
    assert [part.n for part in parts] == calls
    assert len({part.seed for part in parts}) == len(calls)


def test_yield_counts_what_came() -> None:
    question = list_questions("m")[0]
    answer = Answer(("{compound}: {value}.", FRAMES[0], "no", "no"), ("stop",) * 4)
    got = Yield(count_fates(question, [answer]))
    assert got.pass_rate == 0.25
    assert got.describe() == "1 of 4 pass (2 slot, 1 copy)"
    assert Yield(Counter()).pass_rate == 0
