from __future__ import annotations

import pytest

from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.calculator import ToolError
from apothecary.generate.tools.desk import is_near


def test_a_recorded_value_comes_with_unit_and_source(bench: ToolBench) -> None:
    found = bench.desk.look_up("Ibuprofen", "melting_point")
    assert found["name"] == "ibuprofen" and found["unit"] == "°C" and 70 < found["value"] < 80 and found["source"]
    assert bench.desk.look_up("caffeine", "formula")["value"] == "C8H10N4O2"


def test_a_misspelt_name_is_told_what_is_near(bench: ToolBench) -> None:
    with pytest.raises(ToolError, match="no compound is recorded under ibuprofin; similar: ibuprofen"):
        bench.desk.find("ibuprofin")
    with pytest.raises(ToolError, match=r"under xyzzyxol$"):
        bench.desk.find("xyzzyxol")


def test_what_is_not_recorded_is_an_error(bench: ToolBench) -> None:
    with pytest.raises(ToolError, match="unknown property"):
        bench.desk.look_up("caffeine", "price")
    names = bench.view.frame.filter(bench.view.column("bp_c").is_null())["name"]
    with pytest.raises(ToolError, match=f"no boiling point is recorded for {names[0]}"):
        bench.desk.look_up(names[0], "boiling_point")


@pytest.mark.parametrize("other", ["abcd", "abdc", "abcde", "acd", "axcd"])
def test_near_is_one_slip_away(other: str) -> None:
    assert is_near("abcd", other)


@pytest.mark.parametrize("other", ["badc", "dcba", "abcdef", "ab", "axxd"])
def test_two_slips_are_far(other: str) -> None:
    assert not is_near("abcd", other)


def test_no_gated_compound_is_open(bench: ToolBench) -> None:
    gated = bench.view.find_withheld(frozenset({"draw", "structure", "edit"}))
    assert not (bench.desk.open_rows & gated).any()
