"""A plan or a piece of advice in, lines of text out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apothecary.plan.decision import Advice
from apothecary.report.table import Cell, format_bytes, lay_out


def describe_plan(plan: dict[str, Any]) -> Iterator[str]:
    """A plan to text: what binds first, then supply, what is left, machine, money."""
    yield f"{plan['recipe']}: {plan['rows']:,} rows"
    yield describe_bottleneck(plan["bottleneck"])
    yield ""
    yield from lay_supply(plan["supply"])
    if "time" in plan:
        yield from lay_machine(plan)
    yield from lay_llm(plan["llm"])
    if "time" in plan:
        yield from lay_prices(plan)
    share = plan["quality_by_rule_of_thumb"]
    yield f"quality: the rule of thumb says {share:.0%} of {plan['rows']:,} rows are good; labels measure it"


def describe_bottleneck(found: dict[str, Any]) -> str:
    """What binds first, in a sentence."""
    nearest = ", ".join(f"{name} {load:.0%}" for name, load in sorted(found["loads"].items(), key=lambda x: -x[1])[:4])
    if found["binds"]:
        passed = f" ({', '.join(found['passed'])})" if found["name"] == "everything" else ""
        return f"bottleneck: {found['name']}{passed}; need over limit: {nearest}"
    return f"nothing binds; nearest is {found['name']}; need over limit: {nearest}"


def lay_supply(supply: dict[str, Any]) -> Iterator[str]:
    """What the facts can give, as a table."""
    lines: list[tuple[Cell, ...]] = [
        ("facts in use", supply["facts_used"], f"of {supply['facts_known']:,} known"),
        ("templates", supply["templates"], f"in {supply['intents']:,} intents"),
        ("x entities", supply["entities"], ""),
        ("x wordings", supply["wordings"], f"{supply['rows_per_form']:,} rows for each"),
        ("= combinations", supply["combinations"], "entities, pairs and given numbers times wordings"),
        (
            "distinct rows",
            supply["distinct_rows"],
            f"under the caps; {supply['share_of_distinct_rows']:.1%} are asked for",
        ),
        ("phrasings a fact", round(supply["phrasings_per_fact"]), "question wordings that state it, in the mean"),
        ("rows made", supply["made"], "with the surplus"),
    ]
    yield from lay_out(("what there is", "", ""), lines)


def lay_machine(plan: dict[str, Any]) -> Iterator[str]:
    """What is left after curation, and time, memory and disk on this machine."""
    kept, time, disk, memory = plan["after_curation"], plan["time"], plan["disk"], plan["memory"]
    free = f"; {format_bytes(memory['free_bytes'])} are free" if memory["free_bytes"] else ""
    probes = ", ".join(f"{probe['rows']:,} rows in {probe['seconds']:.1f} s" for probe in time["measured"])
    lines: list[tuple[Cell, ...]] = [
        ("duplicates", f"{kept['duplicates']:,}", f"expected; at most {kept['duplicates_at_most']:,}"),
        ("after curation", f"{kept['left']:,}", f"{kept['published']:,} are published"),
        ("time", format_time(time["seconds"]), f"{format_time(time['fixed_seconds'])} to start, then "
         f"{time['microseconds_per_row']:.1f} us a row on {time['workers']} workers; measured: {probes}"),
        ("disk", format_bytes(disk["bytes"]), f"the dataset {format_bytes(disk['dataset_bytes'])}, "
         f"{disk['bytes_per_row']} bytes a row; {format_bytes(disk['free_bytes'])} are free"),
        ("memory", format_bytes(memory["bytes"]), f"for shards of {memory['for_shards_of']:,} rows{free}"),
    ]  # fmt: skip
    yield from lay_out(("on this machine", "", ""), lines)


def lay_llm(llm: dict[str, Any]) -> Iterator[str]:
    """What rows that a model writes cost; one line when there are none."""
    if not llm["rows"]:
        yield "  no row is written by a model: 0 calls, 0 tokens (--llm-share 0.1 reckons with some)"
        return
    usd = "price unknown" if llm["usd"] is None else f"{llm['usd']:,.2f} US dollars"
    yield (
        f"  {llm['rows']:,} rows written by {llm['model']}: {llm['calls']:,} calls, "
        f"{llm['prompt_tokens']:,} tokens in, {llm['completion_tokens']:,} out, {usd}"
    )


def lay_prices(plan: dict[str, Any]) -> Iterator[str]:
    """Making it on rented machines, and training on it."""
    made: list[tuple[Cell, ...]] = [
        (line["machine"], line["cores"], format_time(line["seconds"]), f"{line['usd']:,.2f}") for line in plan["cloud"]
    ]
    yield from lay_out((f"made in the cloud, prices of {plan['prices_of']}", "cores", "time", "US dollars"), made)
    yield from lay_training(plan["training"])


def lay_training(training: dict[str, Any]) -> Iterator[str]:
    """Training on it, a line a GPU."""
    lines: list[tuple[Cell, ...]] = []
    for gpu in training["gpus"]:
        hours, together, usd = f"{gpu['gpu_hours']:,.1f}", f"{gpu['hours_on_them']:,.1f}", f"{gpu['usd']:,.0f}"
        lines.append((gpu["gpu"], hours, gpu["least_gpus"], together, usd))
    size = f"{training['model_parameters'] / 1e9:g}B"
    yield (
        f"training a {size} model on {training['tokens']:,} tokens x {training['epochs']:g}: "
        f"{training['operations']:.2e} operations (6 N T), at {training['utilisation']:.0%} of the GPU's peak"
    )
    yield from lay_out(("GPU", "GPU hours", "GPUs at least", "hours", "US dollars"), lines)


def format_time(seconds: float) -> str:
    """Seconds to a text with the unit that fits."""
    for unit, size in (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def describe_advice(advice: Advice) -> Iterator[str]:
    """Advice to text: what to do, why, the steps, and the next command."""
    yield advice.advice
    yield f"  why: {advice.why}"
    for step in advice.steps:
        yield f"  - {step}"
    if advice.tier:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in (advice.shares or {}).items())
        yield f"  tier {advice.tier}: {advice.rows:,} rows; {shares}"
    if advice.recipe:
        missing = (
            "" if Path(advice.recipe).exists() else " (not in this folder: copy recipes/tier1.yaml and set `rows`)"
        )
        yield f"  recipe: {advice.recipe}{missing}"
    yield f"next: {advice.command}"


def describe_scale(tier: dict[str, Any]) -> Iterator[str]:
    """What a tier would take, in lines."""
    yield f"what tier {tier['tier']} would take: {tier['made_rows']:,} rows made, {tier['rows']:,} kept"
    yield from lay_llm(tier["llm"])
    yield from lay_training(tier["training"])
    share = tier["quality_by_rule_of_thumb"]
    yield f"  quality: the rule of thumb says {share:.0%} of them are good"


def encode_told(told: dict[str, Any]) -> str:
    """A plan, advice or report to JSON text, in the order it was told."""
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
