from __future__ import annotations

from tests.writing.conftest import MakeTask

from apothecary.writing.gate import Turn
from apothecary.writing.second import VERDICTS, ask_opinion, read_opinion


def test_the_second_model_sees_facts_and_sentences(make_task: MakeTask) -> None:
    task = make_task("tutoring", "caffeine")
    request = ask_opinion(task, [Turn("Q?", (("One.", (1,)), ("Two.", (2, 3))))], "judge")
    said = request.messages[1][1]
    assert "1. One. [facts 1]" in said and "2. Two. [facts 2, 3]" in said and "1. caffeine: molecular weight" in said
    assert request.schema == VERDICTS and request.model == "judge"


def test_one_doubt_is_enough() -> None:
    assert read_opinion('{"supported": [true, true]}', 2) == ""
    assert read_opinion('{"supported": [true, false]}', 2) == "second opinion: sentence 2"
    assert read_opinion('{"supported": [true]}', 2).startswith("no opinion")
