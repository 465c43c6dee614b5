from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.facts import kin

from apothecary.example import EXAMPLE
from apothecary.facts.checker import Checker

Rows = dict[str, dict[str, Any]]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("system", "You are a poet."),
        ("system", ""),
        ("system", "none"),
        ("perspective", "basic facts"),
        ("perspective", None),
        ("safety_class", "S4"),
        ("register", "patient"),
        ("register", None),
    ],
)
def test_labels_and_systems_are_those_of_the_pack(
    kin_checker: Checker, kin_rows: Rows, column: str, value: str | None
) -> None:
    row = kin_rows["siblings"] | {column: value}
    verdicts = kin_checker.check(pl.DataFrame([row, kin_rows["dose"]], schema=EXAMPLE, orient="row"))
    assert verdicts.select("id", "reason").rows() == [(row["id"], "label")]
    assert verdicts["detail"][0].startswith(column)


def test_none_is_no_system(kin_checker: Checker) -> None:
    assert kin_checker._labels.systems == {kin.SYSTEM}


def test_without_systems_in_the_pack_no_row_has_one(
    kin_dump: dict[str, Any], kin_facts: pl.DataFrame, kin_names: pl.DataFrame, kin_frame: pl.DataFrame
) -> None:
    del kin_dump["systems"]
    verdicts = Checker(kin_dump, kin_facts, kin_names).check(kin_frame)
    assert verdicts["id"].to_list() == kin_frame.filter(pl.col("system").is_not_null())["id"].to_list()
