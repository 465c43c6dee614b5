"""Money by hand-made arithmetic."""

from __future__ import annotations

import pytest

from apothecary.plan.costs import estimate_llm, price_machines, price_training
from apothecary.plan.tables import LlmRow, load_prices

ROW = LlmRow(prompt_tokens=1000, completion_tokens=200, pass_share=0.5, model="gpt-4o-mini")


def test_failed_calls_are_paid_too() -> None:
    cost = estimate_llm(1_000, ROW)
    assert (cost.calls, cost.prompt_tokens, cost.completion_tokens) == (2_000, 2_000_000, 400_000)
    assert cost.usd == pytest.approx(2 * 0.15 + 0.4 * 0.60)


def test_an_unknown_model_has_no_price() -> None:
    assert estimate_llm(10, ROW, "my-own-model").usd is None


def test_no_rows_cost_nothing() -> None:
    assert (estimate_llm(0, ROW).calls, estimate_llm(0, ROW).usd) == (0, 0)


def test_training_is_six_times_parameters_times_tokens() -> None:
    prices = load_prices()
    told = price_training(7, 1e9, prices)
    assert told["operations"] == pytest.approx(6 * 7e9 * 1e9)
    h100 = next(line for line in told["gpus"] if line["gpu"].startswith("H100"))
    assert h100["gpu_hours"] == pytest.approx(4.2e19 / (989e12 * prices.training.utilisation) / 3600, abs=0.01)
    assert h100["usd"] == pytest.approx(h100["gpu_hours"] * 3.24, abs=0.05)
    assert h100["least_gpus"] == 2  # 7 x 16 = 112 GB of state in 80 GB x 0.8


def test_epochs_multiply() -> None:
    once, thrice = (price_training(7, 1e9, load_prices(), epochs) for epochs in (1, 3))
    assert thrice["operations"] == pytest.approx(3 * once["operations"])


def test_more_cores_shorten_the_work_and_not_the_start() -> None:
    told = {line["cores"]: line["seconds"] for line in price_machines(10, 100, 2, load_prices())}
    assert told[2] == 110
    assert told[16] == 22.5
