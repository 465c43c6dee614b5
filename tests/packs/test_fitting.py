"""Where a manner may go: around questions it reads well with, and where its order can be followed."""

from __future__ import annotations

import pytest

from apothecary.packs.fitting import count_wordings, fits_question, fits_template, put_question
from apothecary.packs.load import load_pack
from apothecary.packs.variation import Manner, Variation, When

LINES = "A: {a}\nB: {b}\nWhich is more?"


def make(pattern: str, **when: object) -> tuple[Variation, Manner]:
    manner = {"id": "m", "origin": "variation", "ask": [pattern], "replies": "all", "when": when}
    made = Variation.model_validate({"orders": "JSON", "scenes": "(?i)\\bmy\\b", "manners": [manner]})
    return made, made.manners[0]


@pytest.mark.parametrize(
    ("pattern", "question", "is_so"),
    [
        ("{ask} Thanks.", "What is it?", True),
        ("{ask} Thanks.", "[mp {name}|Which mp has {name}?]", False),
        ("{ask} Thanks.", LINES, False),
        ("{ask}\nThanks.", LINES, True),
        ("{ask}\nThanks.", "The value is:", False),
        ("Well.\n{ask}", "The value is:", True),
        ("Well: {ask}", LINES, False),
        ("Well: {ask}", "Which of these?{options:lines}", False),
        ("Do not guess. {ask}", "{name}, which class?", False),
        ("Do not guess. {ask}", "{Name}, which class?", True),
        ("Quick one: {ask}", "{name}, which class?", True),
        ("Number only.\n{ask}", "And the half-life?", False),
        ("{ask}\nNumber only.", "And the half-life?", True),
    ],
)
def test_a_question_stands_where_it_can_be_read(pattern: str, question: str, is_so: bool) -> None:
    made, manner = make(pattern)
    assert fits_question(made, manner, pattern, question) == is_so


def test_an_order_stands_after_a_question_of_a_talk() -> None:
    made, manner = make("{ask}\nNumber only.")
    assert fits_question(made, manner, manner.ask[0], "No, aspirin.", follows=True)
    assert not fits_question(made, manner, "Number only.\n{ask}", "No, aspirin.", follows=True)


def test_a_question_goes_on_after_a_remark_in_a_talk() -> None:
    made, manner = make("Thanks. {ask}", turns=True)
    assert fits_question(made, manner, manner.ask[0], "And the half-life?")


@pytest.mark.parametrize(
    ("when", "question", "is_so"),
    [
        ({"orders": True}, "Return [JSON|text].", False),
        ({}, "Return JSON.", True),
        ({"plain": True}, "What weighs my sample?", False),
        ({"plain": True}, "What weighs the sample?", True),
        ({}, "Say what it weighs, please.", False),
    ],
)
def test_no_second_order_and_no_second_scene(when: dict[str, object], question: str, is_so: bool) -> None:
    made, manner = make("{ask}\nShort, please.", **when)
    assert fits_question(made, manner, manner.ask[0], question) == is_so


def test_a_template_fits_by_what_its_intent_says() -> None:
    pack = load_pack("pharma")
    intent = pack.by_name["half_life"]
    first, second = intent.templates
    assert fits_template(When(answers=("number",), unit=True, one_step=True), intent, first, "h")
    assert not fits_template(When(unit=True), intent, first, None)
    assert not fits_template(When(steps=True), intent, first, "h")
    assert not fits_template(When(turns=False), intent, second, "h")
    assert not fits_template(When(intents_not=("half_life",)), intent, first, "h")
    assert not fits_template(When(registers=("patient",)), intent, first, "h")


def test_a_question_of_several_lines_gets_a_free_line_after_it() -> None:
    assert put_question("{ask}\nIn {unit}.", "a?", "mL") == "a?\nIn mL."
    assert put_question("{ask}\nIn {unit}.", LINES, "mL") == LINES + "\n\nIn mL."
    assert put_question("{ask}\n\nx", LINES, None) == LINES + "\n\nx"


def test_wordings_are_counted_without_the_question() -> None:
    assert count_wordings("[a|b] {ask} [c|d] {unit}") == 4
