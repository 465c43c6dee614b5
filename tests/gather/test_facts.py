from __future__ import annotations

import polars as pl

from apothecary.gather.facts import state_facts


def test_state_facts_numbers_list_values_in_sorted_order() -> None:
    loose = pl.DataFrame(
        {
            "entity_id": ["c1"] * 4,
            "field": ["brand", "brand", "brand", "mw"],
            "text": ["Zeta", "Alpha", "Zeta", "12.5"],
            "unit": [None, None, None, "g/mol"],
            "conditions": [None] * 4,
            "kind": ["registry"] * 3 + ["computed"],
            "source": ["unii"] * 3 + ["rdkit"],
        },
        schema_overrides={"conditions": pl.String},
    )
    facts = state_facts(loose)
    assert facts["fact_id"].to_list() == ["c1:brand:unii#1", "c1:brand:unii#2", "c1:mw:rdkit"]
    assert facts["text"].to_list() == ["Alpha", "Zeta", "12.5"]
    assert facts["number"].to_list() == [None, None, 12.5]
