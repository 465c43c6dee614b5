from __future__ import annotations

import pytest

from apothecary.generate.vary.mask import mask, tidy, unmask
from apothecary.packs.grammar import expand


@pytest.mark.parametrize(
    ("wording", "shown"),
    [
        ("{Name} melts at {mp_c:int} °C.", "{name} melts at {mp_c} °C."),
        ("{a.Name} or {b.name}?", "{a.name} or {b.name}?"),
        ("{mw:dp1} g/mol, or {mw:int} g/mol.", "{mw:dp1} g/mol, or {mw:int} g/mol."),
        ("Molar mass of {name}?{options:lines}", "Molar mass of {name}?"),
        (r"stock \| {x} \[mg\]", "stock | {x} [mg]"),
    ],
)
def test_what_is_shown_comes_back(wording: str, shown: str) -> None:
    masked = mask(wording)
    assert masked.text == shown
    assert unmask(shown, masked) == wording


def test_a_name_at_the_start_of_a_sentence_takes_its_capital() -> None:
    masked = mask("The {drug_class} {name} weighs {mw:dp2} g/mol.")
    text = "{name} weighs {mw} g/mol. {name} is a {drug_class}."
    assert unmask(text, masked) == "{Name} weighs {mw:dp2} g/mol. {Name} is a {drug_class}."


def test_a_slot_with_its_own_article_takes_no_other() -> None:
    masked = mask("{Name} is {drug_class:an}.")
    assert unmask("As a {drug_class}, {name} works.", masked) == "As {drug_class:an}, {name} works."


def test_a_slot_that_the_source_has_not_stays_for_the_gates_to_see() -> None:
    assert unmask("{x} of {name}", mask("{Name}!")) == "{x} of {name}"
    assert expand(unmask("a [b|c] of {name}", mask("{name}")))[0] == r"a \[b\|c\] of {name}"


@pytest.mark.parametrize(
    ("said", "tidied"),
    [
        ("  How hot is {name}  ", "How hot is {name}?"),
        ('"How hot is {name}?"', "How hot is {name}?"),
        ("Rewritten: how hot is {name}?", "How hot is {name}?"),
        ("**how hot is {Name}?**", "How hot is {name}?"),
        ("How  hot is { name }?", "How hot is {name}?"),
        ("pH of {name}?", "pH of {name}?"),
        ("{name}: how hot?", "{name}: how hot?"),
    ],
)
def test_tidy_takes_the_wrapping_off(said: str, tidied: str) -> None:
    assert tidy(said, mask("What is the heat of {name}?")) == tidied


def test_tidy_leaves_a_terse_text_small() -> None:
    assert tidy("heat of {name}", mask("{name} heat")) == "heat of {name}"
