"""How many rows each stratum gives: the recipe's weights, held to what the facts can honestly give."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apothecary.errors import CapacityError, RecipeError
from apothecary.example import ORIGIN_CLASSES, SPLITS
from apothecary.generate.strata import ANY, IntentPlan, Stratum
from apothecary.recipe import Recipe, suggest_key

Counts = NDArray[np.int64]
BALANCE = 0.0005  # how far the share of an origin may be off, as far as facts allow
BALANCE_ROUNDS = 30
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


def allocate_rows(
    plans: Sequence[IntentPlan], recipe: Recipe, authored: Mapping[str, Mapping[str, int]] | None = None
) -> list[Quota]:
    """The quota of every stratum so that the splits sum to `recipe.rows` exactly, with the rows that are authored.

    `authored` counts those by split and class of origin.

    Raises RecipeError for a weight of an unknown intent, CapacityError with the arithmetic when facts do not suffice.
    """
    weights = _read_weights(plans, recipe)
    quotas: list[Quota] = []
    for split, rows in split_rows(recipe).items():
        taken = dict((authored or {}).get(split, {}))
        if rows > sum(taken.values()):
            shares = _subtract(recipe.origins, rows, taken)
            quotas += _allocate_split(plans, weights, recipe, split, rows - sum(taken.values()), shares)
    return quotas


def with_surplus(rows: int, recipe: Recipe, *, inverse: bool = False) -> int:
    """The rows to make where some are wanted; or, inverse, the rows to promise where some can be made."""
    if inverse:
        return max(0, int(rows / (1 + recipe.surplus)) - SPARE_ROWS)
    return rows + math.ceil(rows * recipe.surplus) + min(SPARE_ROWS, rows)


def _subtract(origins: dict[str, float], rows: int, taken: Mapping[str, int]) -> dict[str, float]:
    """The shares of origins that the rendered rows of a split must have, when authored rows give their part."""
    total = sum(origins.values())
    return {name: max(1e-9, share / total * rows - taken.get(name, 0)) for name, share in origins.items() if share}


def split_rows(recipe: Recipe) -> dict[str, int]:
    """Rows of each split; they sum to `recipe.rows`."""
    test, validation = round(recipe.rows * recipe.splits.test), round(recipe.rows * recipe.splits.validation)
    return dict(zip(SPLITS, (recipe.rows - test - validation, validation, test), strict=True))


def _allocate_split(
    plans: Sequence[IntentPlan],
    weights: dict[str, float],
    recipe: Recipe,
    split: str,
    rows: int,
    origins: dict[str, float],
) -> list[Quota]:
    """The rows of a split to topics, then to their intents, templates and groups, each held to its limit."""
    intents = [_measure_intent(plan, weights, recipe, split, rows) for plan in plans]
    topics = _group_topics(intents, recipe)
    limits = [sum(intent.limit for intent in topic.intents if intent.weight) for topic in topics]
    try:
        per_topic = share_out(rows, [topic.weight for topic in topics], limits)
    except CapacityError:
        raise _explain_shortage(intents, recipe, split, rows) from None
    per_intent = _balance_perspectives(topics, per_topic, recipe.perspectives)
    classes = _balance_origins(per_intent, origins)
    return [
        quota
        for (intent, count), parts in zip(per_intent, classes, strict=True)
        for quota in _allocate_intent(intent, recipe, count, parts)
    ]


def _balance_perspectives(
    topics: Sequence[_Topic], per_topic: Counts, shares: dict[str, float]
) -> list[tuple[_Intent, int]]:
    """The rows of each intent: topics have theirs, and weights inside them are moved until perspectives have theirs.

    This is iterative proportional fitting; what topics and limits do not allow stays as near as it comes.
    """
    total = int(per_topic.sum())
    goal = {name: share / sum(shares.values()) * total for name, share in shares.items()}
    factors = dict.fromkeys(goal, 1.0)
    best: list[tuple[_Intent, int]] = []
    best_miss = math.inf
    for _ in range(BALANCE_ROUNDS):
        found = []
        for topic, rows in zip(topics, per_topic, strict=True):
            weights = [one.weight * factors.get(one.perspective, 1.0) for one in topic.intents]
            parts = share_out(int(rows), weights, [one.limit for one in topic.intents])
            found += [(one, int(part)) for one, part in zip(topic.intents, parts, strict=True) if part]
        got = Counter[str]()
        for intent, part in found:
            got[intent.perspective] += part
        miss = max((abs(got[name] - wanted) for name, wanted in goal.items()), default=0.0)
        if miss < best_miss:
            best, best_miss = found, miss
        if miss <= max(1.0, BALANCE * total):
            break
        factors = {name: factor * (goal[name] + 1) / (got[name] + 1) for name, factor in factors.items()}
    return best


def _balance_origins(per_intent: Sequence[tuple[_Intent, int]], shares: dict[str, float]) -> list[dict[str, int]]:
    """The rows of each intent by class of origin, so that all intents together have the shares that are asked.

    Not every intent has templates of every class, nor enough of them; the others make up for it, as far as they can.
    Without shares there is one class for all.
    """
    limits = [_limit_classes(intent, bool(shares)) for intent, _ in per_intent]
    known = {name for one in limits for name in one}
    asked = {name: share for name, share in shares.items() if share and name in known} or {ANY: 1.0}
    total = sum(count for _, count in per_intent)
    goal = {name: share / sum(asked.values()) * total for name, share in asked.items()}
    factors, best, best_miss = dict(asked), [dict[str, int]()], math.inf
    for _ in range(BALANCE_ROUNDS):
        split = _split_classes([count for _, count in per_intent], limits, factors)
        got = Counter[str]()
        for one in split:
            got.update(one)
        miss = max(abs(got[name] - wanted) for name, wanted in goal.items())
        if miss < best_miss:
            best, best_miss = split, miss
        if miss <= max(1.0, BALANCE * total):
            break
        factors = {name: factor * (goal[name] + 1) / (got[name] + 1) for name, factor in factors.items()}
    return best


def _limit_classes(intent: _Intent, by_origin: bool) -> dict[str, int]:
    """The most rows that an intent can give of each class of origin."""
    found: Counter[str] = Counter()
    for template in intent.templates:
        found[template.origin if by_origin else ANY] += template.limit
    return dict(found)


def _split_classes(
    counts: Sequence[int], limits: Sequence[dict[str, int]], factors: dict[str, float]
) -> list[dict[str, int]]:
    """Rows of each intent to rows by class; what rounding takes from a class it has first at the next intent."""
    carried = dict.fromkeys(factors, 0.0)
    split = []
    for count, limit in zip(counts, limits, strict=True):
        able = {name: limit[name] for name in factors if limit.get(name)}
        weight = sum(factors[name] for name in able)
        ideal = {name: min(count * factors[name] / weight, able[name]) for name in able}
        wanted = [max(ideal[name] + carried[name], 1e-9) for name in able]
        parts = share_out(count, wanted, list(able.values()))
        split.append({name: int(rows) for name, rows in zip(able, parts, strict=True)})
        for name, rows in split[-1].items():
            carried[name] = min(max(carried[name] + ideal[name] - rows, -1.0), 1.0)
    return split


@dataclass(frozen=True)
class _Template:
    """The strata of one template in one split, the most rows they may give, and the class of its origin."""

    strata: list[Stratum]
    limit: int
    origin: str


@dataclass(frozen=True)
class _Intent:
    """The templates of one intent in one split, its place and weight among others, and the most rows it may give."""

    name: str
    topic: str
    perspective: str
    weight: float
    templates: list[_Template]
    limit: int


@dataclass(frozen=True)
class _Topic:
    weight: float
    intents: list[_Intent]


def _measure_intent(plan: IntentPlan, weights: dict[str, float], recipe: Recipe, split: str, rows: int) -> _Intent:
    most = {name: math.ceil(rows * share) for name, share in recipe.max_share.model_dump().items()}
    by_template: dict[str, list[Stratum]] = {}
    for stratum in plan.strata():
        if stratum.part.split == split:
            by_template.setdefault(stratum.template, []).append(stratum)
    if split != "test" and plan.intent.intent in recipe.splits.hold_out:
        by_template = {}
    origins = {template.id: ORIGIN_CLASSES[template.origin] for template in plan.intent.templates}
    templates = [
        _Template(strata, min(sum(_limit_groups(strata, recipe)), most["template"]), origins[name])
        for name, strata in by_template.items()
        if not recipe.origins or recipe.origins.get(origins[name])
    ]
    limit = min(sum(template.limit for template in templates), most["intent"])
    name = plan.intent.intent
    return _Intent(
        name, plan.intent.topic, plan.intent.perspective, weights[name] if templates else 0.0, templates, limit
    )


def _group_topics(intents: Sequence[_Intent], recipe: Recipe) -> list[_Topic]:
    """The intents by topic with the recipe's shares; without any, all intents are weighed against each other."""
    if not recipe.topics:
        return [_Topic(1.0, list(intents))]
    topics = []
    for name in dict.fromkeys(intent.topic for intent in intents):
        own = [intent for intent in intents if intent.topic == name]
        weight = recipe.topics.get(name, 0.0) if any(intent.weight for intent in own) else 0.0
        topics.append(_Topic(weight, own))
    return topics


def _allocate_intent(intent: _Intent, recipe: Recipe, rows: int, classes: dict[str, int]) -> list[Quota]:
    """The rows of an intent, told by class of origin, over its templates and their groups."""
    quotas: list[Quota] = []
    per_template = np.zeros(len(intent.templates), dtype=np.int64)
    for name, count in classes.items():
        own = np.array([name in (ANY, template.origin) for template in intent.templates])
        limits = [template.limit for template, is_own in zip(intent.templates, own, strict=True) if is_own]
        per_template[own] = share_out(count, [1.0] * len(limits), limits)
    for template, wanted in zip(intent.templates, per_template, strict=True):
        weights, limits = _weigh_groups(template.strata, recipe.drugs), _limit_groups(template.strata, recipe)
        shares = share_out(int(wanted), weights, limits)
        for stratum, count in zip(template.strata, shares, strict=True):
            quotas.append(Quota(stratum, int(count), min(with_surplus(int(count), recipe), stratum.capacity)))
    return quotas


def _limit_groups(strata: Sequence[Stratum], recipe: Recipe) -> list[int]:
    """What may be promised of each stratum of a template; nothing of a group that `drugs` leaves out."""
    weights = _weigh_groups(strata, recipe.drugs)
    return [_limit(stratum, recipe) if weight else 0 for stratum, weight in zip(strata, weights, strict=True)]


def _limit(stratum: Stratum, recipe: Recipe) -> int:
    """What may be promised of a stratum: its capacity less the surplus that replaces dropped rows."""
    return with_surplus(stratum.capacity, recipe, inverse=True)


def _weigh_groups(strata: Sequence[Stratum], drugs: float) -> list[float]:
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
    for name in recipe.splits.hold_out:
        if name not in known:
            what = f"splits.hold_out names an unknown intent {name!r}"
            raise RecipeError(what, where="splits.hold_out", hint=suggest_key(name, sorted(known)))
    return known | dict(recipe.weights)


def _explain_shortage(intents: Sequence[_Intent], recipe: Recipe, split: str, rows: int) -> CapacityError:
    open_topics = {intent.topic for intent in intents if not recipe.topics or recipe.topics.get(intent.topic)}
    able = [intent for intent in intents if intent.weight and intent.topic in open_topics]
    total = sum(intent.limit for intent in able)
    largest = sorted(((intent.limit, intent.name) for intent in able), reverse=True)[:3]
    held = recipe.max_share.intent < 1 or recipe.max_share.template < 1
    return CapacityError(
        f"{rows:,} {split} rows asked, but the facts give {total:,} distinct ones",
        where=f"{len(able)} intents; the largest: " + ", ".join(f"{name} {limit:,}" for limit, name in largest),
        expected=f"at most {total:,} {split} rows under the caps of the pack" + (" and max_share" if held else ""),
        hint="ask for fewer rows (--set rows=...), or see `apothecary packs capacity`",
    )
