"""What a cell of measurements says: a number, a limit (`>10000`), or why it says nothing; and what replicates say.

Concentrations (molar units) are averaged geometrically, as is usual for IC50 and Ki, which scatter by factors; other
values arithmetically. Replicates of a concentration more than tenfold apart give no value, only facts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apothecary.errors import RecipeError

# Molar units, by how many powers of ten they lie below 1 mol/L.
MOLAR = {"M": 0, "mol/L": 0, "mM": 3, "mmol/L": 3, "µM": 6, "uM": 6, "μM": 6, "µmol/L": 6, "nM": 9, "nmol/L": 9}
MOLAR |= {"pM": 12, "pmol/L": 12}
LABELS = {
    "ic50": "IC50",
    "ec50": "EC50",
    "ac50": "AC50",
    "gi50": "GI50",
    "cc50": "CC50",
    "ki": "Ki",
    "kd": "Kd",
    "mic": "MIC",
    "logd": "logD",
    "logp": "logP",
    "logs": "logS",
    "pka": "pKa",
}
MAX_FOLD = 10.0
MEAN_DIGITS = 3

_FACT = re.compile(r"([A-Za-z][A-Za-z0-9_ -]*)(?:\[([^\]]*)\])?=(.+)")
_CELL = re.compile(r"([<>≤≥~]|<=|>=)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@dataclass(frozen=True)
class FactColumn:
    """A column that holds measurements: the field's name and label, its unit (None: without), the column's name."""

    name: str
    label: str
    unit: str | None
    column: str

    @property
    def powers(self) -> int | None:
        """How many powers of ten the unit lies below 1 mol/L; None where it is no molar one."""
        return MOLAR.get(self.unit or "")


@dataclass(frozen=True)
class Value:
    """A number as plain decimal text; `sign` is that of a limit, empty for a number."""

    text: str
    sign: str = ""


def parse_fact(text: str) -> FactColumn:
    """`ic50[nM]=IC50 (nM)` to a column of measurements; RecipeError when a part is missing."""
    match = _FACT.fullmatch(text.strip())
    example = "as 'ic50[nM]=IC50', or 'logd[]=LogD' for a value without a unit"
    if not match:
        raise RecipeError(
            f"`{text}` says no fact and column", where="--fact", expected="name[unit]=COLUMN", hint=example
        )
    written, unit, column = match[1].strip(), match[2], match[3].strip()
    if unit is None:
        raise RecipeError(f"`{text}` has no unit", where="--fact", expected="name[unit]=COLUMN", hint=example)
    if re.search(r"[\"\\{}|#]", unit):
        raise RecipeError(f"the unit `{unit}` has a sign that wordings use", where="--fact", hint=example)
    name = re.sub(r"[^a-z0-9]+", "_", written.lower()).strip("_")
    label = LABELS.get(name, written.replace("_", " ").strip())
    return FactColumn(name, label, unit.strip().replace("uM", "µM").replace("μM", "µM") or None, column)


def read_value(cell: str, fact: FactColumn) -> Value | str:
    """A cell to its value, or to the reason why it has none."""
    match = _CELL.fullmatch(cell.strip())
    if not match:
        return "not a number"
    number = Decimal(match[2])
    if fact.powers is not None and number <= 0:
        return "not above zero"
    sign = {"<=": "≤", ">=": "≥"}.get(match[1] or "", match[1] or "")
    return Value(write_plain(number), sign)


def write_plain(number: Decimal) -> str:
    """A decimal without exponent: `1E-3` gives `0.001`."""
    text = f"{number:f}"
    return "0" if number == 0 and "." not in text else text.removeprefix("+")


def join_values(texts: Sequence[str], fact: FactColumn) -> str | None:
    """The values of replicates to the one that is stated; None when they are too far apart."""
    if len(texts) == 1:
        return texts[0]
    numbers = [float(text) for text in texts]
    if fact.powers is None:
        decimals = max(len(text.partition(".")[2]) for text in texts)
        return f"{sum(map(Decimal, texts)) / len(texts):.{decimals}f}"
    if max(numbers) / min(numbers) > MAX_FOLD:
        return None
    mean = math.exp(math.fsum(map(math.log, numbers)) / len(numbers))
    digits = max(MEAN_DIGITS, *(count_digits(text) for text in texts))
    return write_plain(Decimal(f"{mean:.{min(digits, 6)}g}"))


def count_digits(text: str) -> int:
    """The significant digits of a plain decimal."""
    return len(text.lstrip("-0.").replace(".", "")) or 1


def name_mean(count: int, fact: FactColumn) -> str:
    """How replicates were put together, for the conditions of a fact."""
    return f"{'mean' if fact.powers is None else 'geometric mean'} of {count}" if count > 1 else ""


def find_negative_logarithm(text: str, powers: int) -> str:
    """−log10 of a molar value, two decimals: 25 nM gives 7.60."""
    logarithm = round(math.log10(float(text)), 2)
    return f"{powers - logarithm:.2f}"
