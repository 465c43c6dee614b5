"""Rows to the mix: how many rows, characters and tokens, by intent, perspective, group and licence.

Tokens are approximate, four characters each as in plain English; structures and numbers take more.
"""

from __future__ import annotations

from typing import Any

import polars as pl

CHARACTERS_PER_TOKEN = 4
BY = ("intent", "perspective", "origin", "group", "split", "tests", "licence")
GROUP_OF_STRATUM = pl.col("stratum").str.split("-").list.last().alias("group")


def count_mix(rows: pl.DataFrame, strata: pl.Series) -> dict[str, Any]:
    """EXAMPLE rows (n) and their stratum ids (n) to `{by: {name: {rows, characters}}}`.

    A row counts once for each of its licences.
    """
    told = rows.select(
        strata.alias("stratum"),
        "intent",
        "perspective",
        "origin",
        "split",
        "tests",
        pl.col("licences").hash().alias("terms"),
        "licences",
        count_characters(rows).alias("characters"),
    )
    keys = ["stratum", "intent", "perspective", "origin", "split", "tests", "terms"]
    totals = told.group_by(keys).agg(
        pl.len().alias("rows"), pl.col("characters").sum(), pl.col("licences").first().alias("licence")
    )
    totals = totals.with_columns(GROUP_OF_STRATUM)
    return {by: _total(totals.explode("licence", empty_as_null=False) if by == "licence" else totals, by) for by in BY}


def count_characters(rows: pl.DataFrame) -> pl.Series:
    """EXAMPLE rows (n) to the characters of all their turns (n)."""
    spoken = [pl.col("prompt").str.len_chars(), pl.col("response").str.len_chars()]
    if rows["system"].null_count() < rows.height:
        spoken.append(pl.col("system").str.len_chars().fill_null(0))
    if rows["history"].null_count() < rows.height:
        lengths = pl.col("history").list.eval(pl.element().struct.field("content").str.len_chars())
        spoken.append(lengths.list.sum().fill_null(0))
    return rows.select(pl.sum_horizontal(spoken).cast(pl.Int64)).to_series()


def describe_mix(counted: dict[str, Any]) -> dict[str, Any]:
    """The mix summed over all shards, with approximate tokens; names in order."""
    return {
        by: {
            name: {**line, "approximate_tokens": line["characters"] // CHARACTERS_PER_TOKEN}
            for name, line in sorted(lines.items())
        }
        for by, lines in counted.items()
    }


def _total(totals: pl.DataFrame, by: str) -> dict[str, Any]:
    sums = totals.group_by(by).agg(pl.col("rows").sum(), pl.col("characters").sum()).sort(by)
    return {name or "none": {"rows": rows, "characters": characters} for name, rows, characters in sums.iter_rows()}
