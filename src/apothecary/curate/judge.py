"""Attributes and the recipe's `keep` to verdicts: thresholds are applied here, and nothing is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.filters.judge import judge
from apothecary.curate.filters.profiles import Rule, load_profile
from apothecary.curate.source import Source
from apothecary.curate.verdicts import PLACED_VERDICT, write_books
from apothecary.engine.run import Shard, ShardFolder
from apothecary.recipe import Keep


def load_rules(keep: Keep) -> dict[str, Rule]:
    """The recipe's `keep` to its rules by name, in order; RecipeError for an unknown profile, rule or bound."""
    return load_profile(keep.profile, keep.bounds)


def judge_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """The attributes of one file of rows to the verdicts about them."""
    source = Source.from_context(context["source"])
    path = Path(context["room"]) / "verify" / "data" / f"attributes-{shard.name}.parquet"
    if not path.exists():  # no free text in this file
        return {"judge": {"read": 0, "kept": 0, "dropped": {}, "failed": {}}}
    attributes = pl.read_parquet(path)
    ids = source.read_rows(int(shard.payload["file"]), ["id"])["id"][attributes["row"]]
    verdicts = judge_attributes(attributes, Keep.model_validate(context["keep"]), ids)
    folder.write_parquet(f"data/judge-{shard.name}.parquet", verdicts, compression="zstd")
    return {"judge": write_books(attributes.height, verdicts)}


def judge_attributes(attributes: pl.DataFrame, keep: Keep, ids: pl.Series) -> pl.DataFrame:
    """An attribute table (n), `keep` and the rows' ids (n) to PLACED_VERDICT lines of the rows that are not kept.

    Rules about what was not measured (facts without a pack, benchmarks without files) are left out.
    """
    rules = {name: rule for name, rule in load_rules(keep).items() if has_measures(rule, attributes.columns)}
    found = judge(attributes, rules)
    places = attributes.select("file", "row").with_columns(ids.alias("id"))
    taken = places[found["row"]]
    details: dict[str, Any] = {"reason": found["reason"], "detail": found["detail"], "score": found["score"]}
    return taken.with_columns(pl.lit("dropped").alias("verdict"), **details).select(PLACED_VERDICT.names())


def has_measures(rule: Rule, measured: list[str]) -> bool:
    """Whether what a rule looks at is among the columns that were measured."""
    return rule.measure in measured and (rule.when is None or rule.when in measured)
