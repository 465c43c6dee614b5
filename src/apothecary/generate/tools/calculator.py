"""The tools that compute with numbers: dilution, solutions, ionisation, units. Arguments in, a small dict out.

A call that cannot be answered raises ToolError; its text is what the dialogue shows as the tool's error.
"""

from __future__ import annotations

from typing import Any

# Factors to the first unit of a kind; temperatures are (factor, offset) to °C.
UNITS: dict[str, dict[str, float]] = {
    "mass": {"g": 1.0, "kg": 1e3, "mg": 1e-3, "µg": 1e-6, "ng": 1e-9},
    "volume": {"L": 1.0, "mL": 1e-3, "µL": 1e-6},
    "amount of substance": {"mol": 1.0, "mmol": 1e-3, "µmol": 1e-6, "nmol": 1e-9},
    "molar concentration": {"mol/L": 1.0, "mmol/L": 1e-3, "µmol/L": 1e-6, "nmol/L": 1e-9},
    "mass concentration": {"g/L": 1.0, "mg/mL": 1.0, "mg/L": 1e-3, "µg/mL": 1e-3, "µg/L": 1e-6},
    "temperature": {"°C": 1.0, "K": 1.0, "°F": 5 / 9},
}
OFFSETS = {"°C": 0.0, "K": -273.15, "°F": -160 / 9}
DIGITS = 6  # significant digits of a result


class ToolError(Exception):
    """What a tool says when it cannot answer."""


def dilute(
    stock_concentration: float, final_concentration: float, final_volume: float, concentration_unit: str, unit: str
) -> dict[str, Any]:
    """The stock and diluent that give a volume of weaker solution, C1 V1 = C2 V2; volumes in `unit`."""
    _demand_positive(
        stock_concentration=stock_concentration, final_concentration=final_concentration, final_volume=final_volume
    )
    if final_concentration > stock_concentration:
        raise ToolError(
            f"the final concentration ({final_concentration:g} {concentration_unit}) is above the stock's "
            f"({stock_concentration:g} {concentration_unit})"
        )
    stock = final_concentration * final_volume / stock_concentration
    return {"stock_volume": round_value(stock), "diluent_volume": round_value(final_volume - stock), "unit": unit}


def weigh_in(molar_mass: float, concentration: float, volume: float) -> dict[str, Any]:
    """The mass in mg for a solution: molar mass in g/mol, concentration in mmol/L, volume in mL."""
    _demand_positive(molar_mass=molar_mass, concentration=concentration, volume=volume)
    return {"mass": round_value(molar_mass * concentration * volume / 1000), "unit": "mg"}


def find_molarity(mass: float, molar_mass: float, volume: float) -> dict[str, Any]:
    """The concentration in mmol/L: mass in mg, molar mass in g/mol, volume in mL."""
    _demand_positive(mass=mass, molar_mass=molar_mass, volume=volume)
    return {"concentration": round_value(1000 * mass / molar_mass / volume), "unit": "mmol/L"}


def ionise(pka: float, ph: float, kind: str) -> dict[str, Any]:
    """The ionised share in per cent of a monoprotic acid or base (Henderson-Hasselbalch)."""
    if kind not in ("acid", "base"):
        raise ToolError(f"kind must be acid or base, not {kind}")
    power = ph - pka if kind == "acid" else pka - ph
    return {"percent_ionised": float(f"{100 / (1 + 10**-power):.4g}")}


def convert_unit(value: float, from_unit: str, to_unit: str) -> dict[str, Any]:
    """A value in another unit of the same kind."""
    first, second = _find_kind(from_unit), _find_kind(to_unit)
    if first != second:
        raise ToolError(f"{from_unit} is a unit of {first}, {to_unit} of {second}")
    table = UNITS[first]
    base = value * table[from_unit] + OFFSETS.get(from_unit, 0.0)
    if first == "temperature" and base < OFFSETS["K"]:
        raise ToolError(f"{value:g} {from_unit} is below absolute zero")
    result = (base - OFFSETS.get(to_unit, 0.0)) / table[to_unit]
    return {"value": round_value(round(result, 2) if first == "temperature" else result), "unit": to_unit}


def round_value(value: float) -> float | int:
    """Six significant digits; a whole number as one."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e15 else rounded


def _find_kind(unit: str) -> str:
    for kind, table in UNITS.items():
        if unit in table:
            return kind
    raise ToolError(f"unknown unit {unit}")


def _demand_positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ToolError(f"{name} must be above zero")
