"""Rows, tokens and a model's size in; calls, hours and US dollars out, by tables of prices. Nothing is measured."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from apothecary.engine.llm.ledger import load_price
from apothecary.plan.tables import Gpu, LlmRow, Prices

TERA = 1e12
HOUR_S = 3600.0


@dataclass(frozen=True)
class LlmCost:
    """What rows that a model writes cost; `usd` is None where no price is known."""

    model: str
    rows: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None


def estimate_llm(rows: int, row: LlmRow, model: str = "") -> LlmCost:
    """Rows that a model is to write, one a call, to calls, tokens and money; failed ones are paid too."""
    name = model or row.model
    calls = math.ceil(rows / row.pass_share)
    prompt, completion = round(calls * row.prompt_tokens), round(calls * row.completion_tokens)
    price = load_price(name)
    usd = round(price.cost(prompt, completion), 2) if price else None
    return LlmCost(name, rows, calls, prompt, completion, usd)


def price_machines(fixed_s: float, work_s: float, cores: int, prices: Prices) -> list[dict[str, Any]]:
    """Seconds that do not shrink with cores, and work on `cores` cores of this machine, to time and price elsewhere.

    A rented core is taken to be as fast as one here, and work to divide among all cores.
    """
    told = []
    for machine in prices.cpu:
        seconds = fixed_s + work_s * cores / machine.cores
        usd = seconds / HOUR_S * machine.usd_per_hour
        told.append(
            {"machine": machine.name, "cores": machine.cores, "seconds": round(seconds, 1), "usd": round(usd, 4)}
        )
    return told


def price_training(parameters: float, tokens: float, prices: Prices, epochs: float = 1.0) -> dict[str, Any]:
    """A model of so many billions of parameters on so many tokens to operations, GPU hours and price on each GPU.

    Operations are 6 N T; hours are operations over the GPU's peak times the share of it that training reaches. The
    number of GPUs is what weights, gradients and Adam's state fill; activations come on top.
    """
    rule = prices.training
    operations = rule.operations_per_parameter_and_token * parameters * 1e9 * tokens * epochs
    state_gb = parameters * rule.bytes_per_parameter
    return {
        "model_parameters": parameters * 1e9,
        "tokens": round(tokens),
        "epochs": epochs,
        "operations": operations,
        "rule": f"operations = {rule.operations_per_parameter_and_token:g} x parameters x tokens x epochs",
        "utilisation": rule.utilisation,
        "gpus": [_price_gpu(gpu, operations, state_gb, prices) for gpu in prices.gpu],
    }


def _price_gpu(gpu: Gpu, operations: float, state_gb: float, prices: Prices) -> dict[str, Any]:
    hours = operations / (gpu.tflops * TERA * prices.training.utilisation) / HOUR_S
    count = max(1, math.ceil(state_gb / (gpu.memory_gb * prices.training.usable_memory)))
    return {
        "gpu": gpu.name,
        "gpu_hours": round(hours, 2),
        "least_gpus": count,
        "hours_on_them": round(hours / count, 2),
        "usd": round(hours * gpu.usd_per_hour, 2),
    }


def describe_llm(cost: LlmCost) -> dict[str, Any]:
    """As JSON has it."""
    return asdict(cost)
