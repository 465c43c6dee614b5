from __future__ import annotations

import pytest

from apothecary.generate.vary.measures import Units
from apothecary.packs.model import Pack


@pytest.fixture
def units(tiny_pack: Pack) -> Units:
    return Units.of(tiny_pack)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{x} g/mol", ["g/mol"]),
        ("{x}°C", ["°C"]),
        ("{x} mmol/L and {x} mL", ["mmol/L", "mL"]),
        ("{x} grams per mole", ["grams per mole"]),
        ("{x}, in °C", []),
        ("{x} gold", []),
        ("{x} g/molecule", []),
    ],
)
def test_the_unit_behind_a_slot(text: str, found: list[str], units: Units) -> None:
    assert units.follow(text, "{x}") == found


def test_all_units_of_a_text(units: Units) -> None:
    assert units.list_all("in °C, or 5 mmol/L") == {"°C", "mmol/L"}
    assert units.list_all("it's the best") == set()
    assert "mol" in units.stems
