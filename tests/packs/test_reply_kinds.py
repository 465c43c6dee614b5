"""What a reply is: bare, a full sentence, short, one that shows its working. What cannot be told for sure is not so."""

from __future__ import annotations

import pytest

from apothecary.packs.load import load_pack
from apothecary.packs.model import Pack
from apothecary.packs.reply_kinds import (
    ends_in_answer,
    find_bare_unit,
    is_bare,
    is_sentence,
    is_short,
    shows_working,
    sort_replies,
)

UNITS = frozenset({"h", "g/mol", "per hour"})


@pytest.fixture(scope="module")
def pharma() -> Pack:
    return load_pack("pharma")


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("{half:sig2} h", True),
        ("{half} per hour.", True),
        ("{half:sig2}", True),
        ("About {half:sig2} h.", False),
        ("{half:sig2} h, from {v_l} L", False),
        ("{other:sig2} h", False),
        ("{half:sig2} h and more", False),
    ],
)
def test_a_bare_reply_is_the_answer_and_its_unit(text: str, is_so: bool) -> None:
    assert is_bare(text, "{half:sig2}", UNITS) == is_so


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("{Name} melts at {mp_c:int} °C.", True),
        ("Yes, both are {drug_class:an}.", True),
        ("{hi.Name} ({hi.formula}) weighs more.", True),
        ("It {mechanism}.", True),
        ("About {half:sig2} h, if elimination is first order.", False),
        ("Near {mp_c:int} °C.", False),
        ("It is {x}. It stays {x}.", False),
        ("It is {x}", False),
        ("it is {x}.", False),
        ("V = {x} L, so it is large.", False),
        ("The rows are:\n{x}.", False),
    ],
)
def test_a_full_sentence_has_a_verb_in_its_main_clause(text: str, is_so: bool) -> None:
    assert is_sentence(text) == is_so


def test_short_counts_a_name_as_several_words_and_trusts_no_text(pharma: Pack) -> None:
    intent = pharma.by_name["melting_point"]
    assert is_short("{Name} melts near {mp_c:int} °C.", pharma, intent)
    assert not is_short("{Name} or {name} or {name} melts near {mp_c:int} °C.", pharma, intent)
    assert not is_short("{mechanism}", pharma, pharma.by_name["mechanism_of_drug"])
    assert not is_short("{mp_c:int}\n°C", pharma, intent)


def test_the_kinds_of_a_template(pharma: Pack) -> None:
    intent = pharma.by_name["half_life"]
    kinds = sort_replies(pharma, intent, intent.templates[0], "h")
    assert kinds["bare"] == ["{half:sig2} h"]
    assert "About {half:sig2} h, from 0.693 × {v_l} / {cl}." in kinds["unit"]
    assert kinds["shown"] == ["t½ = ln 2 × V / CL = 0.693 × {v_l} L / {cl} L/h = {half:sig2} h."]
    assert kinds["sentence"] == ["The rate constant is CL / V = {k:sig3} per hour, so the half-life is {half:sig2} h."]
    assert ends_in_answer(intent)
    assert not ends_in_answer(pharma.by_name["melting_point"])


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("{a} / {b} g/mol = {x} mmol.", True),
        ("1. {a} + {b}\n2. {x}", True),
        ("With {b} g/mol it makes {x} mmol.", False),
        ("It is {x} mmol, not {a} / {b}.", False),
    ],
)
def test_working_is_shown_by_a_calculation_before_the_answer(text: str, is_so: bool) -> None:
    assert shows_working(text, "{x}") == is_so


@pytest.mark.parametrize(
    ("intent", "unit"), [("clearance_from_auc", "L/h"), ("carbon_content", "%"), ("heavy_atoms", None), ("nnt", None)]
)
def test_bare_replies_tell_the_unit(pharma: Pack, intent: str, unit: str | None) -> None:
    assert find_bare_unit(pharma, pharma.by_name[intent]) == unit


def test_refusals_are_of_no_kind(pharma: Pack) -> None:
    intent = pharma.by_name["refuse_doping"]
    assert all(sort_replies(pharma, intent, template, None) == {} for template in intent.templates)
