from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from apothecary.example import EXAMPLE
from apothecary.facts.grounds import Batch, FactReader
from apothecary.facts.ledger import Ledger
from apothecary.facts.numbering import Glossary
from apothecary.facts.plan import Plan, read_fields


def open_each(
    tiny_dump: dict[str, Any], facts: pl.DataFrame, names: pl.DataFrame, rows: list[dict[str, Any]]
) -> tuple[FactReader, Ledger]:
    fields = read_fields(tiny_dump["fields"])
    plans = [Plan(raw, fields) for raw in tiny_dump["intents"]]
    plan = next(plan for plan in plans if plan.name == rows[0]["intent"])
    ledger = Ledger(facts, names, fields)
    order = np.arange(len(rows))
    glossary = Glossary(plans)
    batch = Batch(pl.DataFrame(rows, schema=EXAMPLE, orient="row"), ledger, glossary, order)
    return FactReader(plan, ledger, glossary, batch, order, np.ones(len(rows), dtype=bool)), ledger


def test_lists_are_read_to_their_end(
    tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame, hand_rows: dict[str, Any]
) -> None:
    short = dict(hand_rows["each"])
    short["facts"] = short["facts"][:2]
    reader, ledger = open_each(tiny_dump, tiny_facts, tiny_names, [hand_rows["each"], short, hand_rows["each"]])
    brands = reader.read("brand", 0)
    heads = reader.read("class", 0)
    assert reader.finish().tolist() == [True, False, True]
    assert [ledger.open_field("brand").texts[int(at)] for at in brands[[0, 2]]] == ["Disprin", "Disprin"]
    assert [ledger.open_field("class").texts[int(at)] for at in heads[[0, 2]]] == ["antiplatelet agents"] * 2


def test_rows_without_facts_are_not_good(
    tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame, hand_rows: dict[str, Any]
) -> None:
    bare = hand_rows["fact"] | {"facts": None}
    reader, _ = open_each(tiny_dump, tiny_facts, tiny_names, [bare])
    reader.read("mp_c", 0)
    assert reader.finish().tolist() == [False]
