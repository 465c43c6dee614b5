"""What curate dropped of a small run in, what it will drop of the whole one out."""

from __future__ import annotations

import math
from typing import Any

from apothecary.plan.probe import Probe

RULE_OF_THREE = 3.0  # no event seen: with 95 % confidence fewer than three were to be expected


def expect_drops(probe: Probe, made: int) -> dict[str, Any]:
    """The rows that curate is expected to drop of `made`, by what it dropped of the probe.

    Exact duplicates grow with the square of the rows until the distinct ones run out (the birthday problem), all other
    drops in proportion. Where a probe found none, `most` allows for what it cannot have seen (rule of three).
    """
    funnel = probe.manifests["curate"]["funnel"]
    dropped: dict[str, int] = {}
    for books in funnel:
        for kind in ("dropped", "failed"):
            for reason, number in books[kind].items():
                dropped[reason] = dropped.get(reason, 0) + number
    seen = dropped.pop("duplicate", 0)
    duplicates = grow_duplicates(seen, probe.made, made)
    most = grow_duplicates(max(RULE_OF_THREE, seen + 2 * math.sqrt(seen)), probe.made, made)
    others = sum(dropped.values()) / probe.made * made
    return {
        "expected": round(duplicates + others),
        "duplicates": round(duplicates),
        "duplicates_at_most": round(most),
        "other_drops": round(others),
        "of_the_probe": {"made": probe.made, "duplicates": seen, "others": sum(dropped.values())},
    }


def grow_duplicates(seen: float, rows: int, more_rows: int) -> float:
    """Duplicates among `rows` random draws to those among `more_rows`: both from the number K of things drawn from.

    Draws n leave K (1 - exp(-n / K)) distinct; K is what makes `rows` draws repeat `seen` times, found by halving.
    """
    if seen <= 0:
        return 0.0
    low, high = 1.0, float(rows) * rows / seen  # at `high` the repeats are about seen / 2
    for _ in range(200):
        pool = (low + high) / 2
        low, high = (pool, high) if _count_repeats(rows, pool) > seen else (low, pool)
    return _count_repeats(more_rows, (low + high) / 2)


def _count_repeats(rows: float, pool: float) -> float:
    return rows + pool * math.expm1(-rows / pool)
