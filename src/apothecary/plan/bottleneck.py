"""A plan in, what binds first out, by name: each need divided by its limit, the limits being data."""

from __future__ import annotations

from typing import Any

from apothecary.plan.tables import Limits

MANY = 3  # this many limits passed at once: everything binds


def list_loads(plan: dict[str, Any], limits: Limits) -> dict[str, float]:
    """Each thing that can bind to need over limit; 1 is the limit. Only what the plan knows."""
    supply = plan["supply"]
    loads = {
        "facts": supply["share_of_distinct_rows"] / limits.capacity_share,
        "template diversity": supply["rows_per_form"] / limits.rows_per_form,
        "quality": (1 - plan["quality_by_rule_of_thumb"]) / limits.bad_share,
    }
    if "time" in plan:
        loads["CPU"] = plan["time"]["seconds"] / 3600 / limits.cpu_hours
        if plan["memory"]["free_bytes"]:
            loads["memory"] = plan["memory"]["bytes"] / plan["memory"]["free_bytes"] / limits.free_memory_share
        loads["disk"] = plan["disk"]["bytes"] / max(1, plan["disk"]["free_bytes"]) / limits.free_disk_share
        if plan["after_curation"]["left"] < plan["rows"]:
            loads["surplus"] = plan["rows"] / max(1, plan["after_curation"]["left"])
    return {name: round(load, 4) for name, load in loads.items()}


def find_bottleneck(plan: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """A plan to the name of what binds (`everything` for three or more), or to what comes nearest when nothing does."""
    loads = list_loads(plan, limits)
    passed = [name for name in loads if loads[name] > 1]
    nearest = max(loads, key=lambda name: loads[name])
    name = "everything" if len(passed) >= MANY else nearest
    return {"name": name, "binds": bool(passed), "load": loads[nearest], "passed": passed, "loads": loads}
