"""Rules of manner: what they must not take for a slip. What they find is planted in test_defects."""

from collections.abc import Callable

import pytest

from apothecary.packs.check import Problem

Plant = Callable[..., list[Problem]]


@pytest.mark.parametrize(
    ("intent", "old", "new"),
    [
        pytest.param("fact", "Tables have", "Sure values are rare; tables have", id="a word that only looks like one"),
        pytest.param("fact", "It turns liquid", "Of all values, it turns liquid", id="of without course"),
        pytest.param("fact", "{Name}: when does", "You must have heated {name}: when does", id="must without answer"),
        pytest.param("fact", "Tables have", "The table that that lab kept has", id="a word that may stand twice"),
        pytest.param("store", "Somewhere dry,", "Damp causes mould. Somewhere dry,", id="one cause"),
        pytest.param("compare", "{hi.Name} is heavier", "Against {lo.name}, {hi.name} is heavier", id="two names"),
        pytest.param(
            "compare", "With {hi.mw} g/mol it", "{lo.mw} for {lo.name}, {hi.mw} g/mol: it", id="value, then name"
        ),
        pytest.param("dilute", "Take {share:dp1}", "b) Take {share:dp1}", id="a letter where nothing is chosen"),
    ],
)
def test_no_slip(plant: Plant, intent: str, old: str, new: str) -> None:
    told = ("opens with", "at any price", "stands twice", "says the cause", "names the option", "value of the other")
    assert [p.what for p in plant(intent, old, new) if any(word in p.what for word in told)] == []


def test_the_same_role_may_follow(plant: Plant) -> None:
    problems = plant("compare", "With {hi.mw} g/mol it is {hi.name}", "{hi.Name} has {hi.mw} g/mol, so {hi.name}")
    assert [p.what for p in problems if "value of the other" in p.what] == []


def test_options_may_be_named_in_the_question(plant: Plant) -> None:
    problems = plant("choose", "Which one fits {formula}?", "Which one, option A or another, fits {formula}?")
    assert [p.what for p in problems if "names the option" in p.what] == []
