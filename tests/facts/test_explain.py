from __future__ import annotations

import pytest

from apothecary.facts.explain import Explainer
from apothecary.facts.numbers import Format
from apothecary.facts.plan import Source

NAME = Source("name", "name", "a")
WEIGHT = Source("field", "mw", "a", Format("dp", 2))
GAP = Source("let", "gap", format=Format("dp", 1))
EXPECTED = [
    ("Is ", None),
    ("2-naphthol", NAME),
    (" heavier, by ", None),
    ("12.3", GAP),
    (" g/mol? A) ", None),
    ("144.17", WEIGHT),
    (" g/mol at 101.3 kPa", None),
]


@pytest.mark.parametrize(
    ("found", "reason", "shown"),
    [
        ("Is 1-naphthol heavier, by 12.3 g/mol? A) 144.17 g/mol at 101.3 kPa", "name", "found '1-naphthol'"),
        ("Is 2-naphthol-6 heavier, by 12.3 g/mol? A) 144.17 g/mol at 101.3 kPa", "name", "found '2-naphthol-6'"),
        ("Is 2-naphthol heavier, by 12.4 g/mol? A) 144.17 g/mol at 101.3 kPa", "number", "found '12.4'"),
        ("Is 2-naphthol heavier, by 12.34 g/mol? A) 144.17 g/mol at 101.3 kPa", "number", "found '12.34'"),
        ("Is 2-naphthol heavier, by 2.3 g/mol? A) 144.17 g/mol at 101.3 kPa", "number", "found '2.3'"),
        ("Is 2-naphthol lighter, by 12.3 g/mol? A) 144.17 g/mol at 101.3 kPa", "text", "lighter"),
        ("Is 2-naphthol heavier, by 12.3 mg/mol? A) 144.17 g/mol at 101.3 kPa", "unit", "mg/mol"),
        ("Is 2-naphthol heavier, by 12.3 g? A) 144.17 g/mol at 101.3 kPa", "unit", "12.3 g?"),
        ("Is 2-naphthol heavier, by 12.3 g/mol? B) 144.17 g/mol at 101.3 kPa", "option", "B)"),
        ("Is 2-naphthol heavier, by 12.3 g/mol? A) 144.17 g/mol at 103.3 kPa", "number", "103.3"),
        ("Is 2-naphthol heavier, by 12.3 g/mol? A) 144.17 g/mol at 101.3 kPa!", "text", "kPa!"),
        ("", "text", "found ''"),
    ],
)
def test_the_first_difference_names_the_reason(found: str, reason: str, shown: str) -> None:
    named, detail = Explainer([])._describe(list(EXPECTED), found)
    assert (named, shown in detail) == (reason, True), (named, detail)
