from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import SourceError
from apothecary.report.opinion import compare_field, read_table, tell_opinion


def name_values(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["name", "value"], orient="row")


def read_known(folder: Path, field: str) -> list[tuple[str, str]]:
    facts = pl.read_parquet(folder / "facts.parquet").filter(pl.col("field") == field)
    names = pl.read_parquet(folder / "compounds.parquet").select("entity_id", "name")
    return facts.join(names, on="entity_id").sort("name").select("name", "text").rows()


def test_agreement_is_counted_and_the_rest_is_told(tiny_knowledge: Path) -> None:
    (one, mw), (two, _), (three, near) = read_known(tiny_knowledge, "mw")[:3]
    theirs = name_values((one.upper(), mw), (two, "1.0"), (three, f"{float(near) + 0.01:.4f}"), ("nobody", "5"))
    opinion = compare_field(tiny_knowledge, "mw", theirs, tolerance=0.02)
    assert (opinion.compared, opinion.agree) == (3, 2)
    assert opinion.lines.filter(~pl.col("agrees"))["name"].to_list() == [two]
    told = list(tell_opinion(opinion))
    assert told[0] == "mw: 3 compared, 2 agree (66.7%)"
    assert two in told[1]


def test_one_value_in_common_is_enough(tiny_knowledge: Path) -> None:
    name, brand = read_known(tiny_knowledge, "brand")[0]
    theirs = name_values((name, "Another"), (name, brand.upper()))
    assert compare_field(tiny_knowledge, "brand", theirs).agree == 1


@pytest.mark.parametrize(
    ("field", "leave_out", "what"),
    [
        pytest.param("mww", [], "did you mean `mw`", id="unknown field"),
        pytest.param("mw", ["rdkit"], "no fact of the field", id="no source left"),
    ],
)
def test_nothing_to_compare_is_an_error(tiny_knowledge: Path, field: str, leave_out: list[str], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        compare_field(tiny_knowledge, field, name_values(("x", "1")), leave_out=leave_out)


def test_names_that_nobody_knows_are_an_error(tiny_knowledge: Path) -> None:
    with pytest.raises(SourceError, match="none of 1 names"):
        compare_field(tiny_knowledge, "mw", name_values(("nobody", "1")))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("name,year\na,1\n", "no column 'value'", id="column"),
        pytest.param("", "cannot be read", id="empty"),
    ],
)
def test_a_bad_table_is_one_clear_error(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=what):
        read_table(path)
