"""Steps are worked out again."""

from __future__ import annotations

import pytest

from apothecary.generate.makers.check_steps import StepError, check_step, evaluate, list_inputs


@pytest.mark.parametrize(
    "step",
    [
        "52 / 135 * 100 = 38.5",
        "(ln(1.8) - ln(0.9)) / 3.92 = 0.177",
        "sqrt((11 - 1) * 2 * 2 / 10) = 2",
        "ceil(14.9) = 15",
        "0.03 <= 0.05",
        "1.14 > 1",
        "18 != 21",
        "5 - -3 = 8",
    ],
)
def test_right_steps(step: str) -> None:
    assert check_step(step)


@pytest.mark.parametrize("step", ["52 / 135 * 100 = 38.6", "1.14 < 1", "18 != 18", "2 + 2 = 5", "0.06 <= 0.05"])
def test_wrong_steps(step: str) -> None:
    assert not check_step(step)


@pytest.mark.parametrize("step", ["52 of 135", "2 / 0 = 1", "(1 + 2 = 3", "__import__('os') = 1", "1 + = 2", "2 3 = 6"])
def test_what_is_no_step(step: str) -> None:
    with pytest.raises(StepError):
        check_step(step)


def test_inputs_and_results() -> None:
    assert list_inputs("52 / 135 * 100 = 38.5") == ({"52", "135", "100"}, {"38.5"})
    assert list_inputs("17 < 18") == ({"17", "18"}, set())
    assert evaluate("2 * (3 + 4)") == 14
