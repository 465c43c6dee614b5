from __future__ import annotations

import pytest

from apothecary.generate.tools.calculator import (
    ToolError,
    convert_unit,
    dilute,
    find_molarity,
    ionise,
    round_value,
    weigh_in,
)


def test_dilution_keeps_the_amount() -> None:
    assert dilute(100, 2.5, 400, "mg/mL", "mL") == {"stock_volume": 10, "diluent_volume": 390, "unit": "mL"}
    with pytest.raises(ToolError, match="above the stock"):
        dilute(2, 5, 10, "mg/mL", "mL")
    with pytest.raises(ToolError, match="above zero"):
        dilute(0, 5, 10, "mg/mL", "mL")


def test_mass_and_molarity_are_inverse() -> None:
    mass = weigh_in(180.159, 10, 50)["mass"]
    assert mass == 90.0795
    assert find_molarity(mass, 180.159, 50)["concentration"] == 10


def test_half_is_ionised_at_the_pka() -> None:
    assert ionise(4.4, 4.4, "acid") == {"percent_ionised": 50.0}
    assert ionise(9.4, 7.4, "base")["percent_ionised"] == 99.01
    assert ionise(9.4, 7.4, "acid")["percent_ionised"] == 0.9901
    with pytest.raises(ToolError):
        ionise(9.4, 7.4, "salt")


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [(98.6, "°F", "°C", 37), (0, "°C", "K", 273.15), (1.5, "g", "mg", 1500), (180, "mg/L", "µg/mL", 180)],
)
def test_units(value: float, one: str, other: str, expected: float) -> None:
    assert convert_unit(value, one, other) == {"value": expected, "unit": other}


def test_units_of_two_kinds_are_an_error() -> None:
    with pytest.raises(ToolError, match="mL is a unit of volume, mg of mass"):
        convert_unit(5, "mL", "mg")
    with pytest.raises(ToolError, match="unknown unit"):
        convert_unit(5, "mL", "cup")
    with pytest.raises(ToolError, match="absolute zero"):
        convert_unit(-500, "°C", "K")


def test_whole_numbers_are_whole() -> None:
    assert repr(round_value(160.0000001)) == "160"
