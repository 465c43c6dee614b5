"""Figures as abstracts write them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from apothecary.generate.makers.figures import (
    ACCURACY,
    CHANGE,
    COUNT_SHARES,
    MEANS,
    P_VALUE,
    RATIO,
    SHARES,
    find_figures,
    round_digits,
    round_to,
)


@pytest.mark.parametrize(
    ("pattern", "text", "parts"),
    [
        (COUNT_SHARES[0], "in 38.5% (52/135) of them", {"share": "38.5", "part": "52", "whole": "135"}),
        (COUNT_SHARES[1], "1,204 of 2,408 adults (50%)", {"part": "1204", "whole": "2408", "share": "50"}),
        (SHARES, "60% vs. 24.4% P = 0.001", {"a": "60", "b": "24.4"}),
        (MEANS, "46.1 ± 13.3 vs 91.2 ± 31.3 mg/dL", {"a": "46.1", "sa": "13.3", "b": "91.2", "sb": "31.3"}),
        (CHANGE, "pressure fell from 151 mmHg to 143 mmHg", {"a": "151", "ua": "mmHg", "b": "143", "ub": "mmHg"}),
        (CHANGE, "improved from 44.2 to 69.6 with time", {"a": "44.2", "b": "69.6", "ub": ""}),
        (RATIO, "(odds ratio [OR] 0.52; 95% CI, 0.30-0.91)", {"value": "0.52", "low": "0.30", "high": "0.91"}),
        (RATIO, "HR 0.85, 95 % CI (0.74-0.97)", {"name": "HR", "level": "95", "high": "0.97"}),
        (P_VALUE, "(p<.05)", {"sign": "<", "p": "0.05"}),
        (ACCURACY, "a sensitivity of 91.4% and a specificity of 88.0%", {"sens": "91.4", "spec": "88.0"}),
    ],
)
def test_figures_are_found(pattern: re.Pattern[str], text: str, parts: dict[str, str]) -> None:
    found = list(find_figures(pattern, text))
    assert len(found) == 1
    assert found[0].parts.items() >= parts.items()
    assert text[found[0].start : found[0].end].count("(") == text[found[0].start : found[0].end].count(")")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(SHARES, "between 5% and 9%"), (CHANGE, "doses ranged from 5 to 10 mg"), (COUNT_SHARES[0], "10% (95% CI 8-12)")],
)
def test_other_numbers_are_no_figures(pattern: re.Pattern[str], text: str) -> None:
    assert list(find_figures(pattern, text)) == []


def test_rounding_is_that_of_a_table() -> None:
    assert round_to(Decimal("2.25"), 1) == Decimal("2.3")
    assert str(round_digits(Decimal("0.0691"))) == "0.0691"
    assert str(round_digits(Decimal("1234.5"))) == "1235"
    assert str(round_digits(Decimal("0.06896"), 3)) == "0.0690"
