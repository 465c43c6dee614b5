"""Numbers as stated: value, unit, precision, ranges, and what is no number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.claim_kin import load_rules

from apothecary.facts.claim_values import ValueReader, convert_value, parse_formula, parse_number


@pytest.fixture(scope="module")
def reader() -> ValueReader:
    return ValueReader([unit for family in load_rules().units.values() for unit in family])


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "step"),
    [
        ("180.2 g/mol", 180.2, 180.2, "g/mol", 0.1),
        ("180 g mol-1.", 180, 180, "g mol-1", 1),
        ("1,209.42", 1209.42, 1209.42, "", 0.01),
        ("194,19 g/mol", 194.19, 194.19, "g/mol", 0.01),
        ("-35.5 °C", -35.5, -35.5, "°C", 0.1),
        ("−35 °C", -35, -35, "°C", 1),
        ("134-136 °C", 134, 136, "°C", 1),
        ("134–136°C", 134, 136, "°C", 1),
        ("134 °C to 136 °C", 134, 136, "°C", 1),
        ("-10 to -8 °C", -10, -8, "°C", 1),
        ("134-6 °C", 134, 136, "°C", 1),
        ("135 degrees Celsius", 135, 135, "degrees Celsius", 1),
        ("0.18 kDa", 0.18, 0.18, "kDa", 0.01),
        ("135 Carbon", 135, 135, "", 1),
    ],
)
def test_values_are_read(reader: ValueReader, text: str, low: float, high: float, unit: str, step: float) -> None:
    value = reader.read(text, 0)
    assert value is not None
    assert (value.low, value.high, value.unit) == (low, high, unit)
    assert value.step == pytest.approx(step)


@pytest.mark.parametrize("text", ["2-chlorophenol", "5HT", "3'-end", "1.2.3", "12kg", "7%x"])
def test_parts_of_names_are_no_values(reader: ValueReader, text: str) -> None:
    assert reader.read(text, 0) is None


def test_and_makes_a_range_only_after_between(reader: ValueReader) -> None:
    alone, pair = reader.read("134 and 136 °C", 0), reader.read("134 and 136 °C", 0, between=True)
    assert alone is not None
    assert alone.high == 134
    assert pair is not None
    assert pair.high == 136


def test_plus_minus_is_a_spread(reader: ValueReader) -> None:
    value = reader.read("135 ± 2 °C", 0)
    assert value is not None
    assert (value.low, value.spread, value.unit) == (135, 2, "°C")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("180.2", (180.2, 0.1, 0.1)), ("180", (180, 1, 10)), ("1,000", (1000, 1, 1000)), ("0", (0, 1, 1))],
)
def test_precision_is_that_of_the_text(text: str, expected: tuple[float, float, float]) -> None:
    assert parse_number(text) == pytest.approx(expected)


@given(st.integers(-99999, 99999), st.integers(0, 6))
def test_numbers_are_read_back(number: int, places: int) -> None:
    text = f"{number / 10**places:.{places}f}"
    value, step, _ = parse_number(text)
    assert value == pytest.approx(float(text))
    assert step == pytest.approx(10.0**-places)


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("C9H8O4", {"C": 9, "H": 8, "O": 4}),
        ("C₉H₈O₄", {"C": 9, "H": 8, "O": 4}),
        ("C_{9}H_{8}O_4", {"C": 9, "H": 8, "O": 4}),
        ("CH3COOH", {"C": 2, "H": 4, "O": 2}),
        ("C2H4Cl2", {"C": 2, "H": 4, "Cl": 2}),
        ("CO", {"C": 1, "O": 1}),
        ("C9", None),
        ("C9X2", None),
        ("C0H8", None),
        ("Caffeine", None),
        ("", None),
    ],
)
def test_formulas_are_counted(text: str, atoms: dict[str, int] | None) -> None:
    assert parse_formula(text) == atoms


def test_units_are_converted(reader: ValueReader) -> None:
    units = load_rules().units["temperature"]
    for text in ("135 °C", "408.15 K", "275 °F"):
        value = reader.read(text, 0)
        assert value is not None
        converted = convert_value(value, units)
        assert converted is not None
        assert converted.low == pytest.approx(135, abs=0.01)
    value = reader.read("135 g/mol", 0)
    assert value is not None
    assert convert_value(value, units) is None


def test_a_unit_in_a_heading_is_read(reader: ValueReader) -> None:
    assert reader.read_unit(" (°C): 5", 0) == ("°C", 5)
    assert reader.read_unit(" in K", 0) == ("K", 5)
    assert reader.read_unit(" of it", 0) is None
