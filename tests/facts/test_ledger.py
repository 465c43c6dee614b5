from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from apothecary.facts.ledger import Ledger
from apothecary.facts.numbers import parse_format
from apothecary.facts.plan import read_fields


@pytest.fixture
def ledger(tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame) -> Ledger:
    return Ledger(tiny_facts, tiny_names, read_fields(tiny_dump["fields"]))


def test_facts_of_other_fields_are_left_out(ledger: Ledger, tiny_facts: pl.DataFrame) -> None:
    kept = [fact for field in ledger.fields for fact in ledger.open_field(field.name).ids]
    assert sorted(kept) == sorted(tiny_facts.filter(pl.col("field") != "unused")["fact_id"])


def test_the_order_of_the_table_does_not_matter(
    ledger: Ledger, tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    shuffled = Ledger(tiny_facts.sample(fraction=1, shuffle=True, seed=3), tiny_names, read_fields(tiny_dump["fields"]))
    for fact_id, entity in (("c5:mp_c:s", 4), ("c5:mp_c:other", 4), ("c2:mp_c:s", 1)):
        for each in (ledger, shuffled):
            span = each.open_field("mp_c")
            place = span.find(np.array([entity]), pl.Series([fact_id]))[0]
            assert span.ids[int(place)] == fact_id


def test_a_fact_is_found_whichever_entity_is_asked(ledger: Ledger) -> None:
    span = ledger.open_field("mp_c")
    places = span.find(np.array([0, 0, 0, 0]), pl.Series(["c1:mp_c:s", "c2:mp_c:s", "c2:mw:s", None]))
    assert [span.ids[int(place)] if place >= 0 else None for place in places] == ["c1:mp_c:s", "c2:mp_c:s", None, None]


def test_values_are_formatted_from_their_texts(ledger: Ledger) -> None:
    span = ledger.open_field("mp_c")
    shown = dict(zip(span.ids, ledger.format_field("mp_c", parse_format("int")), strict=True))
    assert shown == {
        "c1:mp_c:s": "238",
        "c2:mp_c:s": "136",
        "c3:mp_c:s": "-36",
        "c4:mp_c:s": "-138",
        "c5:mp_c:other": "171",
        "c5:mp_c:s": "169",
    }
    assert ledger.format_field("smiles", parse_format("dp1")).null_count() == 5


def test_numbers_of_a_field_are_integers_with_the_same_decimals(ledger: Ledger) -> None:
    units = ledger.read_units("mp_c")
    by_id = dict(zip(ledger.open_field("mp_c").ids, units.mantissa.tolist(), strict=True))
    assert (by_id["c1:mp_c:s"], by_id["c2:mp_c:s"], by_id["c3:mp_c:s"], units.places) == (2380, 1355, -355, 1)
    assert units.known.all()
    assert not ledger.read_units("smiles").known.any()


def test_equal_texts_have_equal_numbers(ledger: Ledger) -> None:
    codes = ledger.number_texts("class")
    assert len(set(codes.tolist())) == 2


def test_lists_are_joined_at_their_head(ledger: Ledger) -> None:
    joined = ledger.format_field("brand", parse_format("list"))
    assert joined.to_list() == ["Aspro, Bayer and Disprin", None, None]
    assert ledger.format_field("brand", parse_format("an")).to_list() == ["an Aspro", "a Bayer", "a Disprin"]


def test_more_than_nine_values_keep_their_order(
    tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    values = [f"b{n}" for n in range(1, 12)]
    brands = tiny_facts.filter(pl.col("field") == "brand")[:1].select(
        pl.all().exclude("fact_id", "text").repeat_by(11).explode()
    )
    brands = brands.with_columns(
        fact_id=pl.Series([f"c2:brand:s#{n}" for n in range(1, 12)]), text=pl.Series(values)
    ).select(tiny_facts.columns)
    ledger = Ledger(brands.sort("fact_id"), tiny_names, read_fields(tiny_dump["fields"]))
    assert ledger.format_field("brand", parse_format("list")).drop_nulls()[0] == ", ".join(values[:-1]) + " and b11"


def test_names_as_they_are_and_with_an_article(ledger: Ledger) -> None:
    assert ledger.format_names("Name", parse_format("raw"))[2] == "1,2-Dichloroethane"
    assert ledger.format_names("name", parse_format("an"))[1] == "an aspirin"


@pytest.mark.parametrize(
    ("column", "value"),
    [("unit", "kg/mol"), ("unit", None), ("kind", "registry"), ("text", "heavy"), ("entity_id", "c9")],
)
def test_facts_that_cannot_be_believed_are_not_sound(
    tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame, column: str, value: str | None
) -> None:
    spoilt = tiny_facts.with_columns(
        pl.when(pl.col("fact_id") == "c2:mw:s").then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )
    span = Ledger(spoilt, tiny_names, read_fields(tiny_dump["fields"])).open_field("mw")
    assert {fact for fact, sound in zip(span.ids, span.sound, strict=True) if not sound} == {"c2:mw:s"}


def test_numbers_know_whether_they_are_short(ledger: Ledger) -> None:
    numbers = ledger.read_numbers("mw")
    assert numbers.values.tolist() == [194.194, 180.159, 98.959, 58.124, 151.165]
    assert numbers.short


def test_an_empty_table_has_empty_fields(
    tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    span = Ledger(tiny_facts.clear(), tiny_names, read_fields(tiny_dump["fields"])).open_field("mw")
    assert span.find(np.array([0]), pl.Series(["c1:mw:s"])).tolist() == [-1]
