from __future__ import annotations

import pytest

from apothecary.dumps.model import KINDS, Record, Tables, Told, choose_key, encode_entity
from apothecary.example import FACT, FACT_KINDS
from apothecary.gather.diseases import encode_entity_id

KEY = "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"


def test_ids_are_those_of_the_knowledge_base() -> None:
    assert encode_entity("inchikey", KEY) == encode_entity_id("c", KEY)
    assert len(set(KINDS.values())) == len(KINDS)


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (Record("D1", "a", KEY, "R16CO5Y76E"), ("inchikey", KEY)),
        (Record("D1", "a", "BSYNRYMUTXBXSQ", "R16CO5Y76E"), ("unii", "R16CO5Y76E")),
        (Record("D1", "a"), ("drugbank", "D1")),
    ],
)
def test_the_best_key_counts(record: Record, key: tuple[str, str]) -> None:
    assert choose_key(record, "drugbank") == key


def test_records_become_facts() -> None:
    tables = Tables("pubchem", "free")
    facts = [
        Told("name", "2"),
        Told("logp", "1.2", None, "XLogP3", "predicted"),
        Told("synonym", "x"),
        Told("synonym", "y"),
        Told("synonym", "x"),
        Told("synonym", ""),
        Told("weight", "180.16", "g/mol", None, "computed"),
    ]
    frame, known, again = tables.add(
        [Record("1", "a", KEY, "", facts), Record("1", "a"), Record("2", "b", KEY, "", facts[:1])]
    )
    entity = encode_entity("inchikey", KEY)
    assert frame.schema == FACT
    assert frame["fact_id"].to_list() == [
        f"{entity}:name:pubchem",
        f"{entity}:logp:pubchem",
        f"{entity}:synonym:pubchem",
        f"{entity}:synonym:pubchem#2",
        f"{entity}:weight:pubchem",
        f"{entity}:name:pubchem#2",
    ]
    assert frame["fact_id"].is_unique().all()
    assert frame["number"].to_list() == [None, 1.2, None, None, 180.16, None]
    assert frame["text"].to_list()[4] == "180.16"
    assert set(frame["kind"]) <= set(FACT_KINDS)
    assert known["source_id"].to_list() == ["1", "2"]
    assert again == ["1"]
    assert tables.mapped == {"inchikey": 2}
