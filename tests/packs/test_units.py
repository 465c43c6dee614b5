import pytest

from apothecary.packs.units import states_unit


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
