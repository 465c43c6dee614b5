"""A recipe and its probes in, the whole plan out: rows, duplicates, disk, memory, time, money and what binds first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apothecary.engine.progress import Progress
from apothecary.export.mix import CHARACTERS_PER_TOKEN
from apothecary.flow import cache_views, find_knowledge
from apothecary.generate.pack import load_recipe_pack
from apothecary.packs.load import find_pack
from apothecary.plan.bottleneck import find_bottleneck
from apothecary.plan.costs import describe_llm, estimate_llm, price_machines, price_training
from apothecary.plan.decision import read_parameters
from apothecary.plan.drops import expect_drops
from apothecary.plan.probe import Line, Probe, draw_line, run_probes, time_rows
from apothecary.plan.supply import Supply, count_supply
from apothecary.plan.tables import Prices, Tiers, load_prices, load_tiers, read_thumb
from apothecary.recipe import Recipe

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What the command line says beyond the recipe."""

    model_size: str = "7B"
    epochs: float = 1.0
    llm_share: float = 0.0  # of the rows, to be written by a model
    llm_model: str = ""
    prices: Path | None = None
    probe: bool = True
    out: Path | None = None  # where the run is to lie; its disk is the one that counts


def plan_recipe(
    recipe: Recipe, order: Order, *, workers: int, progress: Progress, say: Say = lambda line: None
) -> dict[str, Any]:
    """A recipe to its plan, as JSON has it.

    Raises CapacityError with the arithmetic for a recipe that cannot be honest, before anything is measured, and
    RunError when the probe fails.
    """
    pack = load_recipe_pack(recipe)
    knowledge = find_knowledge(pack, workers=workers, progress=progress)
    views = cache_views(knowledge, pack, find_pack(recipe.pack), licence=recipe.licence)
    supply = count_supply(recipe, pack, views)
    prices, tiers = load_prices(order.prices), load_tiers()
    plan: dict[str, Any] = {"recipe": recipe.name, "rows": recipe.rows, "supply": describe_supply(supply, recipe)}
    plan["quality_by_rule_of_thumb"] = round(read_thumb(recipe.rows, tiers.rule_of_thumb), 4)
    share = order.llm_share or read_llm_share(recipe)
    rows = round(recipe.rows * share)
    plan["llm"] = describe_llm(estimate_llm(rows, tiers.llm_row, order.llm_model)) | {"share": round(share, 6)}
    plan["prices_of"] = prices.as_of
    if order.probe:
        say("two small runs of the recipe measure this machine")
        probes = run_probes(recipe, workers=workers)
        plan |= measure(recipe, supply, probes, order, workers, prices)
    plan["bottleneck"] = find_bottleneck(plan, tiers.limits)
    return plan


def read_llm_share(recipe: Recipe) -> float:
    """The share of rows that a model has to write: those of the origin `context` that the recipe asks for."""
    total = sum(recipe.origins.values())
    return recipe.origins.get("context", 0.0) / total if total else 0.0


def describe_supply(supply: Supply, recipe: Recipe) -> dict[str, Any]:
    """What there is, and how far the recipe draws on it."""
    return {
        "facts_known": supply.facts_known,
        "facts_used": supply.facts_used,
        "entities": supply.entities,
        "intents": supply.intents,
        "templates": supply.templates,
        "wordings": supply.wordings,
        "combinations": supply.combinations,
        "distinct_rows": supply.distinct_rows,
        "share_of_distinct_rows": round(recipe.rows / max(1, supply.distinct_rows), 6),
        "phrasings_per_fact": round(supply.phrasings_per_fact, 1),
        "rows_per_form": round(recipe.rows / max(1, supply.wordings), 1),
        "made": supply.made,
    }


def measure(
    recipe: Recipe, supply: Supply, probes: tuple[Probe, Probe], order: Order, workers: int, prices: Prices
) -> dict[str, Any]:
    """Two probes to what the whole run will take."""
    small, large = probes
    seconds = time_rows(small, large, workers)
    disk = draw_line((small.made, small.run_bytes), (large.made, large.run_bytes))
    memory = draw_line((small.shard_rows, small.peak_bytes), (large.shard_rows, large.peak_bytes), may_be_flat=True)
    shard = min(recipe.shard_rows, -(-recipe.rows // workers))
    drops = expect_drops(large, supply.made)
    left = supply.made - drops["expected"]
    tokens = count_tokens(large) / large.rows * recipe.rows
    work = seconds.per_row * supply.made
    return {
        "after_curation": {**drops, "made": supply.made, "left": left, "published": min(recipe.rows, left)},
        "time": {
            "seconds": round(seconds.at(supply.made), 1),
            "fixed_seconds": round(seconds.fixed, 2),
            "microseconds_per_row": round(seconds.per_row * 1e6, 3),
            "workers": workers,
            "measured": [describe_probe(probe) for probe in probes],
        },
        "disk": describe_disk(disk, large, supply, recipe, order),
        "memory": {
            "bytes": round(memory.at(shard)),
            "for_shards_of": shard,
            "free_bytes": read_free_memory(),
        },
        "tokens": {
            "total": round(tokens),
            "per_row": round(tokens / recipe.rows, 1),
            "by": f"characters / {CHARACTERS_PER_TOKEN}",
        },
        "cloud": price_machines(seconds.fixed, work, workers, prices),
        "training": price_training(read_parameters(order.model_size), tokens, prices, order.epochs),
    }


def describe_probe(probe: Probe) -> dict[str, Any]:
    """What was measured, as JSON has it."""
    return {
        "rows": probe.rows,
        "made": probe.made,
        "seconds": round(probe.seconds, 2),
        "cpu_seconds": round(probe.cpu_seconds, 2),
        "peak_bytes": probe.peak_bytes,
    }


def describe_disk(line: Line, large: Probe, supply: Supply, recipe: Recipe, order: Order) -> dict[str, Any]:
    """Bytes that the whole run and its dataset take, and what is free."""
    place = (order.out or Path("runs") / recipe.name).absolute()
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return {
        "bytes": round(line.at(supply.made)) + large.gather_bytes,
        "dataset_bytes": round(large.dataset_bytes / large.rows * recipe.rows),
        "bytes_per_row": round(large.dataset_bytes / large.rows, 1),
        "free_bytes": shutil.disk_usage(existing).free,
    }


def count_tokens(probe: Probe) -> int:
    """The tokens of a probe's dataset, as its manifest approximates them."""
    return sum(int(line["approximate_tokens"]) for line in probe.manifests["export"]["mix"]["split"].values())


def read_free_memory() -> int:
    """Bytes of memory that could be had now, 0 where the system does not tell."""
    path = Path("/proc/meminfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    names = os.sysconf_names
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in names else 0


def describe_tier(number: int, order: Order, tokens_per_row: float, tiers: Tiers | None = None) -> dict[str, Any]:
    """What a tier would take beyond machines: rows to make, rows written by a model, and training on it."""
    tiers, prices = tiers or load_tiers(), load_prices(order.prices)
    tier = tiers.find_tier(number)
    rows = max(tier.rows, tier.made_rows)
    llm = estimate_llm(round(rows * tier.shares.get("llm", 0.0)), tiers.llm_row, order.llm_model)
    return {
        "tier": tier.tier,
        "name": tier.name,
        "rows": tier.rows,
        "made_rows": rows,
        "shares": dict(tier.shares),
        "quality_by_rule_of_thumb": read_thumb(tier.rows, tiers.rule_of_thumb),
        "llm": describe_llm(llm),
        "training": price_training(read_parameters(order.model_size), tier.rows * tokens_per_row, prices, order.epochs),
    }
