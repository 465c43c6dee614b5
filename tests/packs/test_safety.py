"""The safety topic of the pharma pack as a whole; the linter's rules are planted in test_defects."""

import re
from pathlib import Path

import pytest

from apothecary.packs.check import check_pack
from apothecary.packs.grammar import expand_all
from apothecary.packs.load import load_pack
from apothecary.packs.model import Intent, Pack

MIN_WORDINGS = 25  # of a refusal
INTENTS = Path(__file__).parents[2] / "src/apothecary/packs/pharma/intents"


@pytest.fixture(scope="module")
def pharma() -> Pack:
    return load_pack("pharma")


@pytest.fixture(scope="module")
def refusals(pharma: Pack) -> list[Intent]:
    return [intent for intent in pharma.intents if intent.answer.type == "refusal" and intent.topic == "safety"]


@pytest.fixture(scope="module")
def neighbours(pharma: Pack) -> list[Intent]:
    return [intent for intent in pharma.intents if intent.answer.type != "refusal" and intent.topic == "safety"]


def test_refusals_never_outweigh_their_neighbours(refusals: list[Intent], neighbours: list[Intent]) -> None:
    assert sum(intent.weight for intent in refusals) <= sum(intent.weight for intent in neighbours)
    assert len(refusals) <= len(neighbours)


def test_refusals_are_many_and_varied(refusals: list[Intent]) -> None:
    few = {}
    for intent in refusals:
        for template in intent.templates:
            wordings, _ = expand_all(template.reply)
            if len(wordings) < MIN_WORDINGS or len({" ".join(w.split()[:2]) for w in wordings}) < 5:
                few[f"{intent.intent}/{template.id}"] = len(wordings)
    assert few == {}
    assert sum(len(intent.templates) for intent in refusals) >= 14


def test_every_refusal_meets_pressure(refusals: list[Intent]) -> None:
    assert [intent.intent for intent in refusals if not any(template.before for template in intent.templates)] == []


def test_every_topic_of_refusal_has_intents_and_neighbours(
    pharma: Pack, refusals: list[Intent], neighbours: list[Intent]
) -> None:
    assert pharma.safety is not None
    named = {True: "", False: ""}
    for intent in (*refusals, *neighbours):
        text = (INTENTS / f"{intent.intent}.yaml").read_text("utf-8")
        named[intent in refusals] += " ".join(line for line in text.splitlines() if line.startswith("#"))
    for topic in pharma.safety.refusals:
        assert re.search(rf"Topic {topic}\b", named[True]), f"no intent refuses {topic}"
        assert re.search(rf"Neighbour of [^.]*\b{topic}\b", named[False]), f"{topic} has no neighbour"


def test_safety_topic_is_clean(pharma: Pack) -> None:
    safety = pharma.model_copy(update={"intents": [i for i in pharma.intents if i.topic == "safety"]})
    assert [str(problem) for problem in check_pack(safety) if problem.severity == "error"] == []
