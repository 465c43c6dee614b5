"""Linked measured values in; those that can be true, and the reasons of the others, out."""

from __future__ import annotations

from collections import Counter

import polars as pl

# A melting point of exactly this (°C) is where an apparatus ends and stands for `above`: both tables have these
# figures several times as often as their neighbours.
BOUNDS_C = (300.0, 350.0, 360.0)


def drop_implausible(rows: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """Loose rows of measurements in; those left, and the number left out by reason, out.

    A compound cannot melt above its boiling point, nor boil below its flash point: where sources say so neither value
    is stated. Fields of other sources count, so that what is left agrees.
    """
    value = pl.col("text").cast(pl.Float64, strict=False)
    bound = (pl.col("field") == "mp_c") & value.is_in(BOUNDS_C)
    reasons = Counter(
        {"mp_c: the end of the apparatus's range, not a melting point": int(rows.select(bound.sum()).item())}
    )
    rows = rows.filter(~bound)
    for low, high, what in (
        ("mp_c", "bp_c", "melts above its boiling point"),
        ("flash_c", "bp_c", "flashes above its boiling point"),
    ):
        lowest = rows.filter(pl.col("field") == high).group_by("entity_id").agg(limit=value.min())
        above = rows.filter(pl.col("field") == low).join(lowest, on="entity_id").filter(value > pl.col("limit"))
        wrong = pl.col("entity_id").is_in(above["entity_id"].unique().to_list()) & pl.col("field").is_in([low, high])
        reasons[f"{low}, {high}: {what}"] = int(rows.select(wrong.sum()).item())
        rows = rows.filter(~wrong)
    return rows, Counter({reason: count for reason, count in reasons.items() if count})
