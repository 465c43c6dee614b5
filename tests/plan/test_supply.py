"""What a small pack can give, and the refusal with its arithmetic."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import CapacityError
from apothecary.packs.model import Pack
from apothecary.plan.supply import count_supply
from apothecary.recipe import Recipe


def test_supply_counts_what_is_there(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> None:
    supply = count_supply(tiny_recipe, tiny_pack, tiny_knowledge)
    assert supply.facts_known == pl.read_parquet(tiny_knowledge / "facts.parquet").height
    assert 0 < supply.facts_used <= supply.facts_known
    assert supply.templates == sum(len(intent.templates) for intent in tiny_pack.intents)
    assert supply.combinations >= supply.distinct_rows >= supply.made >= tiny_recipe.rows
    assert sum(supply.wanted.values()) == tiny_recipe.rows
    assert supply.phrasings_per_fact > 1


def test_too_many_rows_are_refused_with_the_arithmetic(
    tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path
) -> None:
    greedy = tiny_recipe.model_copy(update={"rows": 10**9})
    with pytest.raises(CapacityError, match="cannot be honest") as refused:
        count_supply(greedy, tiny_pack, tiny_knowledge)
    text = str(refused.value)
    assert "1,000,000,000 rows from" in text
    assert "rows a fact" in text
    most = int(re.search(r"--set rows=(\d+)", text)[1])  # type: ignore[index]
    assert count_supply(greedy.model_copy(update={"rows": most}), tiny_pack, tiny_knowledge).made >= most
