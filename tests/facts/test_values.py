from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from apothecary.facts.grounds import Grounds
from apothecary.facts.ledger import Ledger
from apothecary.facts.numbers import Format
from apothecary.facts.plan import Plan, Source, read_fields
from apothecary.facts.values import Values


@pytest.fixture
def solution(tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame) -> Values:
    """Two rows: caffeine with 2.5 mmol/L and 250 mL, aspirin with 10 mmol/L and 50 mL."""
    fields = read_fields(tiny_dump["fields"])
    plan = Plan(next(raw for raw in tiny_dump["intents"] if raw["intent"] == "solution"), fields)
    ledger = Ledger(tiny_facts, tiny_names, fields)
    places = np.array([[0, 1]])
    given = {"conc_mm": np.array([1, 2]), "vol_ml": np.array([4, 0])}
    return Values(plan, ledger, Grounds(2, places, {"mw": places}, given))


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        (Source("name", "Name", "a"), ["Caffeine", "Aspirin"]),
        (Source("field", "mw", "a", Format("dp", 2)), ["194.19", "180.16"]),
        (Source("given", "conc_mm"), ["2.5", "10"]),
        (Source("let", "mmol", format=Format("sig", 3)), ["0.625", "0.500"]),
        (Source("let", "mg", format=Format("dp", 1)), ["121.4", "90.1"]),
        (Source("let", "size"), ["large", "small"]),
        (Source("let", "size", format=Format("an")), ["a large", "a small"]),
    ],
    ids=lambda value: value.name if isinstance(value, Source) else "",
)
def test_slots_have_a_text_in_each_row(solution: Values, source: Source, texts: list[str]) -> None:
    assert solution.read_text(source).to_list() == texts
    assert not solution.doubt.any()


def test_a_derived_number_without_a_format_is_left_to_the_exact_path(solution: Values) -> None:
    assert solution.read_text(Source("let", "mg")).to_list() == [None, None]
    assert solution.doubt.all()
