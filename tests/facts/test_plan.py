from __future__ import annotations

from typing import Any

import pytest

from apothecary.errors import PackError
from apothecary.facts.numbers import Format
from apothecary.facts.plan import Plan, Source, find_direction, read_fields


def plan_of(dump: dict[str, Any], intent: str) -> Plan:
    return Plan(next(raw for raw in dump["intents"] if raw["intent"] == intent), read_fields(dump["fields"]))


def test_slots_are_resolved_to_where_their_text_comes_from(tiny_dump: dict[str, Any]) -> None:
    plan = plan_of(tiny_dump, "solution")
    assert plan.templates["weigh"].reply == [
        (Source("let", "mg", format=Format("sig", 3)), " mg, ", Source("let", "size", format=Format("an")), " amount.")
    ]
    assert plan.reasoning[1][2] == Source("field", "mw", "a", Format("dp", 2))


def test_options_have_slots_of_their_own(tiny_dump: dict[str, Any]) -> None:
    plan = plan_of(tiny_dump, "choose")
    assert plan.option == (Source("field", "mw", "option", Format("dp", 1)), " g/mol")
    assert plan.templates["weight"].reply[1] == (Source("letter", "letter", format=Format("lines")),)


def test_given_numbers_are_listed_as_they_are_stated(tiny_dump: dict[str, Any]) -> None:
    given = plan_of(tiny_dump, "solution").given
    assert given[0].texts == ("1", "2.5", "10")
    assert given[1].texts == ("50", "100", "150", "200", "250", "300", "350", "400", "450", "500")
    assert plan_of(tiny_dump, "dilute").given[0].texts == ("0.5", "1.0", "1.5", "2.0")


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Which is heavier?", "hi"),
        ("Which of these has less mass?", "lo"),
        ("To hold the most molecules, the lighter one?", "lo"),
        ("Lower, and so more volatile?", "lo"),
        ("Which weighs more?", "hi"),
        ("Which one?", None),
        ("Heavierness?", None),
        ("Of at most three, which is lighter?", "lo"),
        ("At least one weighs more: which?", "hi"),
    ],
)
def test_the_first_plain_word_of_direction_decides(tiny_dump: dict[str, Any], text: str, way: str | None) -> None:
    assert find_direction((text,), read_fields(tiny_dump["fields"])["mw"].words) == way


@pytest.mark.parametrize(
    ("asks", "ask", "answer", "verdict"),
    [
        ("hi", "Which is heavier?", "{hi.name}", "agrees"),
        ("hi", "Which is lighter?", "{hi.name}", "contradicts"),
        ("lo", "Which is lighter?", "{lo.name}", "agrees"),
        ("lo", "Which is lighter?", "{hi.name}", "contradicts"),
        ("lo", "Which is it?", "{lo.name}", "silent"),
        (None, "Which is it?", "{lo.name}", "agrees"),
    ],
)
def test_a_question_must_ask_what_its_template_says(
    tiny_dump: dict[str, Any], asks: str | None, ask: str, answer: str, verdict: str
) -> None:
    raw = tiny_dump["intents"][1]
    raw["answer"]["value"] = answer
    raw["templates"][0] |= {"asks": asks, "ask": [ask]}
    plan = plan_of(tiny_dump, "heavier")
    assert plan.judge_direction(plan.templates["which"], 0, None) == verdict


@pytest.mark.parametrize(
    ("intent", "path", "value"),
    [
        ("melting", ["templates", 0, "ask"], ["{colour}"]),
        ("melting", ["templates", 0, "ask"], ["{b.name}"]),
        ("melting", ["templates", 0, "ask"], ["{mw}"]),
        ("melting", ["templates", 0, "ask"], ["{name:loud}"]),
        ("melting", ["templates", 0, "ask"], ["[open"]),
        ("solution", ["reasoning"], ["[one|two]"]),
        ("solution", ["let"], {"mg": "open('x')"}),
        ("solution", ["let"], {"mg": "a.colour"}),
        ("heavier", ["draw", "needs"], ["mp_c"]),
        ("heavier", ["draw", "kind"], "triple"),
        ("melting", ["draw", "needs"], ["colour"]),
        ("dilute", ["draw", "given", "factor", "step"], "-1"),
    ],
)
def test_a_pack_that_cannot_be_read_is_told(
    tiny_dump: dict[str, Any], intent: str, path: list[Any], value: Any
) -> None:
    raw = next(raw for raw in tiny_dump["intents"] if raw["intent"] == intent)
    for key in path[:-1]:
        raw = raw[key]
    raw[path[-1]] = value
    with pytest.raises(PackError):
        plan = plan_of(tiny_dump, intent)
        assert plan.templates and plan.reasoning is not None
