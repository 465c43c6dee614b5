from collections.abc import Callable

import pytest

from apothecary.packs.check import Problem
from apothecary.packs.units import states_unit

Plant = Callable[..., list[Problem]]

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "missing unit": (
        "fact",
        "melts at {mp_c} °C",
        "melts at {mp_c}",
        "fact/plain/reply 1",
        "no unit after it",
        "error",
    ),
    "missing unit in an option": (
        "choose",
        '{mw:dp1} g/mol"}',
        '{mw:dp1}"}',
        "choose/draw.text",
        "no unit after it",
        "error",
    ),
    "missing unit of a given": (
        "weigh",
        "in {vol} mL of",
        "in {vol} of",
        "weigh/weigh_out/ask 1",
        "{vol} has no unit",
        "error",
    ),
    "wrong unit": ("fact", "melts at {mp_c} °C", "melts at {mp_c} K", "fact/plain/reply 1", "but `K` follows", "error"),
}


@pytest.mark.parametrize(
    ("text", "unit", "stated"),
    [
        ("in °C?", "°C", True),
        ("in degrees Celsius", "°C", True),
        ("in g/mol", "g", False),
        ("in mg", "g", False),
        ("5 g/mol", "g/mol", True),
        ("how many grams", "g", True),
        ("100 %", "%", True),
        ("what percentage", "%", False),
        ("mg/mL", "mg", False),
        ("in mL.", "mL", True),
    ],
)
def test_states_unit(text: str, unit: str, stated: bool) -> None:
    assert states_unit(text, unit) == stated


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)


@pytest.mark.parametrize(("head", "known"), [("compound; MW (g/mol)", True), ("compound; MW", False)])
def test_unit_in_the_head_of_a_table_holds_for_its_column(plant: Plant, head: str, known: bool) -> None:
    table = rf"{head}\n{{a.name}}; {{a.mw}}\n{{b.name}}; {{b.mw}}\nWhich is heavier?"
    problems = plant("compare", "Which is heavier, {a.name} ({a.smiles}) or {b.name} ({b.smiles})?", table)
    assert any("no unit after it" in problem.what for problem in problems) != known


def test_unit_in_the_key_of_a_record_holds_for_its_value(plant: Plant) -> None:
    asked = "Which is heavier, {a.name} ({a.smiles}) or {b.name} ({b.smiles})?"
    problems = plant("compare", asked, "MW (g/mol): {a.mw} for {a.name}, or {b.name}?")
    assert not any("no unit after it" in problem.what for problem in problems)
