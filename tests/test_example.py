"""The columns of everything that travels."""

from __future__ import annotations

import polars as pl

from apothecary.example import ANSWER_TYPES, EXAMPLE, FACT, PASSAGE, PERSPECTIVES, ROW_FACT, SPLITS, TESTS, VERDICT


def test_frames_of_each_schema_can_be_made() -> None:
    for schema in (FACT, PASSAGE, EXAMPLE, VERDICT):
        assert pl.DataFrame(schema=schema).schema == schema


def test_an_example_carries_what_makes_it_checkable() -> None:
    assert {"id", "facts", "sources", "licences", "answer", "answer_type", "tolerance", "split"} <= set(EXAMPLE)


def test_row_facts_point_to_facts() -> None:
    assert [field.name for field in ROW_FACT.fields] == ["entity", "field", "value", "unit", "fact_id"]


def test_vocabularies_hold_no_doubles() -> None:
    for words in (PERSPECTIVES, ANSWER_TYPES, TESTS, SPLITS):
        assert len(set(words)) == len(words)
