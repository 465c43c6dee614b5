from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from apothecary.packs.statements import Statements

FACTS = {
    "fact_id": ["c1:brand:lab#1", "c1:brand:lab#10", "c1:brand:lab#2", "c1:mw:lab", "c2:mp_c:book", "c2:mw:book"],
    "entity_id": ["c1", "c1", "c1", "c1", "c2", "c2"],
    "field": ["brand", "brand", "brand", "mw", "mp_c", "mw"],
    "text": ["A", "J", "B", "180.2", "12", "46.1"],
    "source": ["lab", "lab", "lab", "lab", "book", "book"],
}


def test_ids_come_back_as_they_stand_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    pl.DataFrame(FACTS).write_parquet(path, row_group_size=2)
    facts = Statements(path, ["mw", "brand"], ["book", "lab"])
    assert facts.texts.to_list() == ["A", "J", "B", "180.2", "46.1"]
    assert facts.open_field("brand").tolist() == [0, 1, 2]
    assert facts.open_field("mw").tolist() == [3, 4]
    assert facts.open_field("mp_c").tolist() == []
    assert facts.read_numbers("brand").to_list() == FACTS["fact_id"][:3]
    assert facts.tell_ids(np.array([4, 1, 5, 2, 3])).to_list() == [
        "c2:mw:book",
        "c1:brand:lab#10",
        None,
        "c1:brand:lab#2",
        "c1:mw:lab",
    ]


def test_no_facts_have_no_ids(tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    pl.DataFrame(FACTS).write_parquet(path)
    facts = Statements(path, [], ["book", "lab"])
    assert facts.read_numbers("brand").to_list() == []
    assert facts.tell_ids(np.array([0, 1])).to_list() == [None, None]
