"""How many rows each stratum gives: the recipe's weights, held to what the facts can honestly give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apothecary.errors import CapacityError, RecipeError
from apothecary.example import SPLITS
from apothecary.generate.strata import ANY, IntentPlan, Stratum
from apothecary.recipe import Recipe

Counts = NDArray[np.int64]
SPARE_ROWS = 4  # a stratum of a few rows needs more surplus than a share of it


@dataclass(frozen=True)
class Quota:
    """Rows wanted of a stratum, and rows made (the wanted ones and a surplus)."""

    stratum: Stratum
    wanted: int
    made: int


def share_out(total: int, weights: Sequence[float], limits: Sequence[int]) -> Counts:
    """`total` in whole parts as near as can be in proportion to `weights`, none above its limit.

    What a limit cuts goes to the others in proportion. Raises CapacityError when the limits sum to less than `total`.
    """
    weight, limit = np.array(weights, dtype=np.float64), np.array(limits, dtype=np.int64)
    limit = np.where(weight > 0, limit, 0)
    if limit.sum() < total:
        raise CapacityError(f"{total:,} rows asked, {int(limit.sum()):,} can be given")
    parts = np.zeros(len(limit), dtype=np.float64)
    is_open = limit > 0
    while is_open.any():
        left = total - limit[(limit > 0) & ~is_open].sum()
        ideal = weight * (left / weight[is_open].sum())
        over = is_open & (ideal >= limit)
        if not over.any():
            parts[is_open] = ideal[is_open]
            break
        is_open &= ~over
    parts = np.where(is_open, parts, limit)
    whole = np.floor(parts + 1e-9).astype(np.int64)
    order = np.lexsort((np.arange(len(parts)), -(parts - whole)))
    for at in [int(i) for i in order if whole[i] < limit[i]] * 2:
        if whole.sum() >= total:
            break
        whole[at] += whole[at] < limit[at]
    return whole


def allocate_rows(plans: Sequence[IntentPlan], recipe: Recipe) -> list[Quota]:
    """The quota of every stratum so that the splits sum to `recipe.rows` exactly.

    Raises RecipeError for a weight of an unknown intent, CapacityError with the arithmetic when facts do not suffice.
    """
    weights = _read_weights(plans, recipe)
    quotas: list[Quota] = []
    for split, rows in split_rows(recipe).items():
        if rows:
            quotas += _allocate_split(plans, weights, recipe, split, rows)
    return quotas


def split_rows(recipe: Recipe) -> dict[str, int]:
    """Rows of each split; they sum to `recipe.rows`."""
    test, validation = round(recipe.rows * recipe.splits.test), round(recipe.rows * recipe.splits.validation)
    return dict(zip(SPLITS, (recipe.rows - test - validation, validation, test), strict=True))


def _allocate_split(
    plans: Sequence[IntentPlan], weights: dict[str, float], recipe: Recipe, split: str, rows: int
) -> list[Quota]:
    strata = [[s for s in plan.strata() if s.part.split == split] for plan in plans]
    limits = [sum(_limit(s, recipe) for s in some) for some in strata]
    weight = [weights[plan.intent.intent] if some else 0.0 for plan, some in zip(plans, strata, strict=True)]
    try:
        per_intent = share_out(rows, weight, limits)
    except CapacityError:
        raise _explain_shortage(plans, strata, limits, weight, split, rows) from None
    quotas = []
    for some, wanted in zip(strata, per_intent, strict=True):
        if not wanted:
            continue
        shares = share_out(int(wanted), _weigh_strata(some, recipe.drugs), [_limit(s, recipe) for s in some])
        for stratum, count in zip(some, shares, strict=True):
            surplus = math.ceil(int(count) * recipe.surplus) + SPARE_ROWS if count else 0
            quotas.append(Quota(stratum, int(count), min(int(count) + surplus, stratum.capacity)))
    return quotas


def _limit(stratum: Stratum, recipe: Recipe) -> int:
    """What may be promised of a stratum: its capacity less the surplus that replaces dropped rows."""
    return max(0, int(stratum.capacity / (1 + recipe.surplus)) - SPARE_ROWS)


def _weigh_strata(strata: Sequence[Stratum], drugs: float) -> list[float]:
    share = {"drug": drugs, "compound": 1 - drugs, ANY: 1.0}
    if len({s.part.group for s in strata}) == 1:
        return [1.0] * len(strata)
    return [share[stratum.part.group] for stratum in strata]


def _read_weights(plans: Sequence[IntentPlan], recipe: Recipe) -> dict[str, float]:
    known = {plan.intent.intent: float(plan.intent.weight) for plan in plans}
    for name in recipe.weights:
        if name not in known and recipe.weights[name]:  # an intent that is turned off has no plan
            raise RecipeError(
                f"weights names an unknown intent {name!r}", where="weights", expected=", ".join(sorted(known))
            )
    return known | dict(recipe.weights)


def _explain_shortage(
    plans: Sequence[IntentPlan],
    strata: Sequence[Sequence[Stratum]],
    limits: Sequence[int],
    weight: Sequence[float],
    split: str,
    rows: int,
) -> CapacityError:
    total = sum(limit for limit, w in zip(limits, weight, strict=True) if w)
    largest = sorted(zip(limits, [p.intent.intent for p in plans], strict=True), reverse=True)[:3]
    return CapacityError(
        f"{rows:,} {split} rows asked, but the facts give {total:,} distinct ones",
        where=f"{sum(map(len, strata))} strata; the largest intents: "
        + ", ".join(f"{name} {limit:,}" for limit, name in largest),
        expected=f"at most {total:,} {split} rows under the caps of the pack",
        hint="ask for fewer rows (--set rows=...), or see `apothecary packs capacity`",
    )
