from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from apothecary.facts.numbering import Glossary, Numbering
from apothecary.facts.plan import Plan, read_fields


@pytest.fixture
def plans(tiny_dump: dict[str, Any]) -> dict[str, Plan]:
    fields = read_fields(tiny_dump["fields"])
    return {raw["intent"]: Plan(raw, fields) for raw in tiny_dump["intents"]}


def read(plans: dict[str, Plan], intent: str, template: str, wording: list[int]) -> tuple[bool, list[str]]:
    glossary = Glossary(plans.values())
    numbering = Numbering(plans[intent], glossary)
    numbers = np.full((5, 1), -1, dtype=np.int32)
    numbers[: len(wording), 0] = wording
    found = numbering.read(glossary.templates.find(pl.Series([template])), numbers)
    parts = [found.before_ask, found.before_reply] if found.two_turns[0] else []
    texts = [numbering.wordings[int(part[0])] for part in [*parts, found.ask, found.reply]]
    return bool(found.good[0]), [str(pieces[-1]) for pieces in texts]


def test_one_turn_has_two_numbers(plans: dict[str, Plan]) -> None:
    good, ends = read(plans, "melting", "plain", [2, 1])
    assert good
    assert ends == [", in °C?", " °C."]


def test_two_turns_have_four(plans: dict[str, Plan]) -> None:
    good, ends = read(plans, "turns", "then", [0, 1, 1, 0])
    assert good
    assert ends == ["?", ".", "And the difference?", " g/mol."]


@pytest.mark.parametrize(
    ("intent", "template", "wording"),
    [
        ("melting", "plain", [5, 0]),
        ("melting", "plain", [0, 2]),
        ("melting", "plain", [0]),
        ("melting", "plain", []),
        ("melting", "plain", [0, 0, 0, 0]),
        ("melting", "plain", [0, -5]),
        ("melting", "which", [0, 0]),
        ("melting", "none", [0, 0]),
        ("turns", "then", [0, 0]),
        ("turns", "then", [0, 2, 0, 0]),
        ("turns", "then", [1, 0, 0, 0]),
        ("turns", "then", [0, 0, 0, 0, 0]),
        ("heavier", "which", [1, 0]),
    ],
)
def test_numbers_that_do_not_fit_are_not_good(
    plans: dict[str, Plan], intent: str, template: str, wording: list[int]
) -> None:
    assert not read(plans, intent, template, wording)[0]


def test_given_texts_are_placed_among_the_values_of_each(plans: dict[str, Plan]) -> None:
    glossary = Glossary(plans.values())
    places = glossary.number_given(plans["solution"].given[0])
    found = glossary.given.find(pl.Series(["10", "2.5", "50", "7", None]))
    assert places[found].tolist() == [2, 1, -1, -1, -1]
