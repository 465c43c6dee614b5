"""How many distinct prompts a pack can give on a knowledge base, before anyone promises a number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from apothecary.generate.strata import IntentPlan


def count_capacity(plans: Sequence[IntentPlan]) -> pl.DataFrame:
    """One row a (intent, group): entity combinations, templates, question wordings, rows by split under the caps.

    Columns: intent, perspective, tests, kind, group, combinations, templates, wordings, train, validation, test.
    """
    rows = []
    for plan in plans:
        intent = plan.intent
        for group in sorted({part.group for part in plan.parts}):
            strata = [s for s in plan.strata() if s.part.group == group]
            by_split = {
                split: sum(s.capacity for s in strata if s.part.split == split)
                for split in ("train", "validation", "test")
            }
            rows.append(
                {
                    "intent": intent.intent,
                    "perspective": intent.perspective,
                    "tests": intent.tests,
                    "kind": intent.draw.kind,
                    "group": group,
                    "combinations": sum(p.domain.size for p in plan.parts if p.group == group and p.split == "train"),
                    "templates": len(intent.templates),
                    "wordings": sum(len(asks.wordings) for asks in plan.asks.values()),
                    **by_split,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)
