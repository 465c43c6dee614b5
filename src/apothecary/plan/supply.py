"""What a recipe's facts can give: facts, combinations, phrasings and rows; and the refusal, reckoned.

The refusal says how many rows there can be and why: facts times the questions that may be asked about each.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.errors import CapacityError
from apothecary.example import SPLITS
from apothecary.generate.allocate import allocate_rows
from apothecary.generate.authored import INDEX, count_classes, plan_authored, take_in
from apothecary.generate.capacity import count_capacity
from apothecary.generate.strata import IntentPlan
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Intent, Pack
from apothecary.recipe import Recipe

Authored = Mapping[str, Mapping[str, int]]  # rows by split and class of origin


@dataclass(frozen=True)
class Supply:
    """What there is to make rows of, and what the recipe takes of it."""

    facts_known: int  # in the run's knowledge base, under its licence setting
    facts_used: int  # of the fields that the recipe's intents state
    entities: int
    intents: int
    templates: int
    wordings: int  # question wordings, over all templates
    combinations: int  # entities, pairs or given numbers, times wordings, over all templates: before any cap
    distinct_rows: int  # under the caps of the pack: what can be promised
    phrasings_per_fact: float  # question wordings that state a fact, in the mean over the facts in use
    made: int  # rows and surplus
    wanted: dict[str, int]  # rows by intent


def count_supply(recipe: Recipe, pack: Pack, knowledge: Path) -> Supply:
    """A recipe, its pack and the views of its knowledge base to what they can give.

    Raises CapacityError with the arithmetic when the recipe asks for more.
    """
    bench = Workbench(recipe, pack, knowledge)
    plans = bench.plans
    facts = count_facts(knowledge)
    used = {field for plan in plans for field in list_fields(plan.intent) if field in facts}
    capacity = count_capacity(plans)
    distinct = int(capacity.select(pl.sum_horizontal(pl.col(*SPLITS).sum())).item() or 0)
    authored = list_authored(recipe, pack)
    classes = count_classes(authored)
    try:
        quotas = allocate_rows(plans, recipe, classes)
    except CapacityError as error:
        raise explain_refusal(recipe, plans, sum(facts[field] for field in used), classes, error) from None
    wanted: Counter[str] = Counter()
    for quota in quotas:
        wanted[quota.stratum.intent] += quota.wanted
    for line in authored:
        wanted[str(line["id"]).split("/")[0]] += line["quota"]
    return Supply(
        facts_known=sum(facts.values()),
        facts_used=sum(facts[field] for field in used),
        entities=count_entities(plans),
        intents=len(plans),
        templates=sum(len(plan.intent.templates) for plan in plans),
        wordings=sum(len(asks.wordings) for plan in plans for asks in plan.asks.values()),
        combinations=count_combinations(plans),
        distinct_rows=distinct,
        phrasings_per_fact=count_phrasings(plans, {field: facts[field] for field in used}),
        made=sum(quota.made for quota in quotas) + sum(line["made"] for line in authored),
        wanted=dict(sorted(wanted.items())),
    )


def list_authored(recipe: Recipe, pack: Pack) -> list[dict[str, Any]]:
    """The strata of the rows that a recipe takes from folders, as generate plans them; none where it names none.

    They are read through the door by which a run takes them in, into a folder that is removed.
    """
    if not recipe.authored:
        return []
    with tempfile.TemporaryDirectory(prefix="apothecary-plan-") as folder:
        take_in(recipe.authored, Path(folder), pack.name)
        return plan_authored(read_json(Path(folder) / INDEX), recipe)


def count_facts(knowledge: Path) -> dict[str, int]:
    """The facts of a knowledge base by field; none where a pack needs none."""
    path = knowledge / "facts.parquet"
    if not path.exists():
        return {}
    counted = pl.scan_parquet(path).group_by("field").agg(pl.len()).sort("field").collect()
    return {str(field): int(number) for field, number in counted.iter_rows()}


def list_fields(intent: Intent) -> list[str]:
    """The fields whose facts the rows of an intent rest on."""
    return [*intent.draw.needs, *([intent.draw.field] if intent.draw.field else [])]


def count_entities(plans: list[IntentPlan]) -> int:
    """The entities of all tables that the intents draw from."""
    views = {plan.intent.draw.entity: plan.view.rows for plan in plans if plan.view is not None}
    return sum(views.values())


def count_combinations(plans: list[IntentPlan]) -> int:
    """Entities (pairs, groups, sets of given numbers) times wordings, over all templates and splits."""
    total = 0
    for plan in plans:
        for part in plan.parts:
            for template in part.templates:
                wordings = len(plan.asks[template].allowed(part.split, plan.intent.tests))
                given = plan.given_size if plan.intent.draw.kind != "none" else 1
                total += int(part.domain.size) * wordings * given
    return total


def count_phrasings(plans: list[IntentPlan], facts: dict[str, int]) -> float:
    """Question wordings whose rows rest on a fact, in the mean over facts (by field)."""
    wordings: Counter[str] = Counter()
    for plan in plans:
        for field in set(list_fields(plan.intent)):
            wordings[field] += sum(len(asks.wordings) for asks in plan.asks.values())
    total = sum(facts.values())
    return sum(wordings[field] * number for field, number in facts.items()) / total if total else 0.0


def find_most_rows(recipe: Recipe, plans: list[IntentPlan], authored: Authored) -> int:
    """The most rows that a recipe could ask for and get, by halving; 0 when not even one."""
    low, high = 0, recipe.rows
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        try:
            allocate_rows(plans, recipe.model_copy(update={"rows": middle}), authored)
            low = middle
        except CapacityError:
            high = middle
    return low


def explain_refusal(
    recipe: Recipe, plans: list[IntentPlan], facts: int, authored: Authored, cause: CapacityError
) -> CapacityError:
    """A shortage to a refusal with its arithmetic: facts, the intents that give most, and the most that is honest."""
    most = find_most_rows(recipe, plans, authored)
    by_intent = {plan.intent.intent: sum(stratum.capacity for stratum in plan.strata()) for plan in plans}
    largest = sorted(by_intent.items(), key=lambda item: (-item[1], item[0]))[:3]
    told = ", ".join(f"{name} {rows:,}" for name, rows in largest)
    each = recipe.rows / facts if facts else 0.0
    rest = f"; that is {each:,.1f} rows a fact" if facts else ""
    return CapacityError(
        f"{recipe.rows:,} rows from {facts:,} facts cannot be honest{rest}\n"
        f"  arithmetic: facts x questions about each, under the pack's caps = {sum(by_intent.values()):,} distinct "
        f"rows in {len(by_intent)} intents ({told}); held to the recipe's shares, about {most:,}\n"
        f"  first shortage: {cause.what}",
        where=f"recipe {recipe.name}",
        expected=f"at most about {most:,} rows",
        hint=f"--set rows={most}, or more facts, intents or wordings"
        if most
        else "the pack gives no row with these facts",
    )
