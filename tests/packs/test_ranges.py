from collections.abc import Callable

import polars as pl
import pytest

from apothecary.packs.check import Problem

Plant = Callable[..., list[Problem]]


def make_view(**columns: list[object]) -> dict[str, pl.DataFrame]:
    """A wide table of ten compounds, with columns replaced or taken out (None)."""
    base: dict[str, list[object]] = {
        "named": [True] * 10,
        "name_len": [8] * 10,
        "smiles": ["C"] * 10,
        "formula": ["CH4"] * 10,
        "rings": [2] * 10,
        "aromatic_rings": [2] * 10,
        "mw": [100.0 + 20 * n for n in range(10)],
        "mp_c": [float(20 + n) for n in range(10)],
        "bp_c": [None] * 10,
        "brand": [["X"]] * 10,
    }
    return {"compound": pl.DataFrame({key: value for key, value in (base | columns).items() if value}, strict=False)}


def test_sound_over_a_view(plant: Plant) -> None:
    assert plant("fact", "S0", "S0", views=make_view()) == []


@pytest.mark.parametrize(("compared", "found"), [("== 'CH4'", False), ("!= 'CH4'", True)])
def test_where_may_compare_a_text(plant: Plant, compared: str, found: bool) -> None:
    problems = plant("fact", "<= 40", f"<= 40 and formula {compared}", views=make_view())
    assert any("no entity has" in problem.what for problem in problems) is found


@pytest.mark.parametrize(
    ("intent", "old", "new", "columns", "where", "what", "severity"),
    [
        pytest.param("fact", "S0", "S0", {"mp_c": []}, "fact/draw", "no field `mp_c`", "error", id="no column"),
        pytest.param("fact", "S0", "S0", {"mp_c": [None] * 10}, "fact/draw", "no entity has", "error", id="no value"),
        pytest.param("fact", "<= 40", "<= 4", {}, "fact/draw", "no entity has", "error", id="where lets none through"),
        pytest.param("fact", "compound", "fungus", {}, "fact/draw", "no table of `fungus`", "error", id="no table"),
        pytest.param(
            "fact",
            "S0",
            "S0",
            {"mp_c": [0.2] * 10},
            "fact",
            "{mp_c} prints 0.2 as 0",
            "error",
            id="field prints as zero",
        ),
        pytest.param(
            "weigh", "mg: mmol * mw", "mg: mmol / mw / 1e9", {}, "weigh", "", "error", id="derived is sound with sig3"
        ),
        pytest.param(
            "weigh",
            "{mmol:sig3} mmol times",
            "{mmol:int} mmol times",
            {},
            "weigh",
            "as 0 (",
            "error",
            id="derived zero",
        ),
        pytest.param(
            "weigh",
            "mmol * mw",
            "mmol / (mw - 100)",
            {},
            "weigh/let mg",
            "no value for some",
            "error",
            id="division by zero",
        ),
        pytest.param(
            "compare",
            "hi.mw - lo.mw",
            "ln(lo.mw - hi.mw)",
            {},
            "compare/let diff",
            "no value",
            "error",
            id="log of a negative",
        ),
        pytest.param(
            "choose",
            '{mw:dp1} g/mol"}',
            '{mw:sig2} g/mol"}',
            {},
            "choose/draw.text",
            "steps of 10",
            "error",
            id="options by sig",
        ),
    ],
)
def test_defects_that_need_numbers(
    plant: Plant,
    intent: str,
    old: str,
    new: str,
    columns: dict[str, list[object]],
    where: str,
    what: str,
    severity: str,
) -> None:
    problems = [problem for problem in plant(intent, old, new, views=make_view(**columns)) if problem.where == where]
    if not what:
        assert problems == []
        return
    assert [problem.severity for problem in problems if what in problem.what] == [severity], problems


def test_given_numbers_need_no_view(plant: Plant) -> None:
    problems = plant("dilute", "goal / stock * 100", "goal / stock / 100", "in %?", "in %, please?")
    assert any("prints" in problem.what and problem.where == "dilute" for problem in problems)


@pytest.mark.parametrize(
    ("where", "rings", "warned"),
    [
        ("", [1, 2] * 5, True),
        (", where: rings >= 2", [1, 2] * 5, False),
        ("", [2] * 10, False),
        (", where: rings > 0", None, True),
    ],
    ids=["may be one", "where excludes one", "never one in the table", "where does not exclude one"],
)
def test_plurals_follow_the_range(plant: Plant, where: str, rings: list[object] | None, warned: bool) -> None:
    views = make_view(rings=rings) if rings else None
    needs = "aromatic_rings]"
    problems = plant("count", needs + "}", needs + where + "}", "{rings} {noun}", "{rings} rings {noun}", views=views)
    assert any("when the number is 1" in problem.what for problem in problems) == warned


def test_options_that_round_to_the_same_text(find_planted: Callable[..., None]) -> None:
    find_planted("choose", "gap: {min: 2}", "gap: {min: 0.05}", "choose/draw.text", "may print the same", "error")
