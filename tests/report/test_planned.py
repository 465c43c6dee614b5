"""Plans and advice as text."""

from __future__ import annotations

import pytest

from apothecary.plan.decision import Advice, settle
from apothecary.plan.estimate import Order, describe_tier
from apothecary.report.planned import describe_advice, describe_bottleneck, describe_scale, format_time


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.21, "3.2 s"), (119, "119.0 s"), (180, "3.0 min"), (9000, "2.5 h"), (260_000, "3.0 days")]
)
def test_times_have_the_unit_that_fits(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


def test_advice_ends_with_the_next_command() -> None:
    advice = settle({"model_size": "7B", "trained": "no"})
    assert isinstance(advice, Advice)
    lines = list(describe_advice(advice))
    assert lines[0].startswith("Tier 1, 10,000,000 rows")
    assert lines[-1] == "next: apothecary run recipes/tier1.yaml"


def test_what_binds_and_what_comes_nearest() -> None:
    found = {"name": "facts", "binds": True, "load": 1.2, "passed": ["facts"], "loads": {"facts": 1.2, "CPU": 0.3}}
    assert describe_bottleneck(found) == "bottleneck: facts; need over limit: facts 120%, CPU 30%"
    assert describe_bottleneck(found | {"binds": False}).startswith("nothing binds; nearest is facts")


def test_scale_names_rows_and_rule() -> None:
    text = "\n".join(describe_scale(describe_tier(4, Order(model_size="405B"), 50)))
    assert "1,500,000,000 rows made" in text
    assert "6 N T" in text
