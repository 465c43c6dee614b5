"""Attributes and the recipe's `keep` to verdicts: thresholds are applied here, and nothing is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.filters.judge import build_failing, judge
from apothecary.curate.filters.profiles import OFF, Rule, list_rules, load_profile, set_bound
from apothecary.curate.source import Source
from apothecary.curate.verdicts import PLACED_VERDICT, write_books
from apothecary.engine.run import Shard, ShardFolder
from apothecary.errors import RecipeError
from apothecary.recipe import Keep, suggest_key

FIRST = "empty_response"
ALWAYS = (
    "personal_data",
    "unsafe_request",
    "contradicts_facts",
    "repeated_text",
)  # hold in every profile, unless turned off
LAST = "benchmark_item"  # whatever else a row is, it may not show a test item
PROOFS = {
    "contradicts_facts": "claims_detail",
    "personal_data": "pii_detail",
    "unsafe_request": "unsafe_detail",
}  # rules whose proof was found when the measure was taken
NO_PROFILE = "none"
_NAMES = PLACED_VERDICT.names()


def load_rules(keep: Keep) -> dict[str, Rule]:
    """The recipe's `keep` to its rules by name, in order; RecipeError for an unknown profile, rule or bound."""
    known = list_rules()
    chosen = {} if keep.profile == NO_PROFILE else load_profile(keep.profile)
    rules = {FIRST: known[FIRST], **chosen, **{name: known[name] for name in (*ALWAYS, LAST)}}
    for name, bound in keep.bounds.items():
        if name not in known:
            raise RecipeError(f"there is no rule `{name}`", where="keep.bounds", hint=suggest_key(name, list(known)))
        if bound == OFF:
            rules.pop(name, None)
        else:
            rules[name] = set_bound(name, known[name], bound)
    return rules


def judge_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """What was measured of one file of rows to the verdicts about quality, and those about test items."""
    keep, stage = Keep.model_validate(context["keep"]), Path(context["room"]) / "verify" / "data"
    books: dict[str, Any] = {}
    attributes, hits = stage / f"attributes-{shard.name}.parquet", stage / f"hits-{shard.name}.parquet"
    if attributes.exists():
        measured = attach_shares(pl.read_parquet(attributes), context)
        ids = Source.from_context(context["source"]).read_rows(int(shard.payload["file"]), ["id"])["id"]
        verdicts = judge_attributes(measured, keep, ids[measured["row"]])
        folder.write_parquet(f"data/judge-{shard.name}.parquet", verdicts, compression="zstd")
        books["judge"] = write_books(measured.height, verdicts)
    if hits.exists():
        verdicts = judge_hits(pl.read_parquet(hits), keep)
        folder.write_parquet(f"data/benchmark-{shard.name}.parquet", verdicts, compression="zstd")
        books["benchmark"] = write_books(shard.rows, verdicts)
    return books


def attach_shares(attributes: pl.DataFrame, context: dict[str, Any]) -> pl.DataFrame:
    """The attributes of a file with the share of each row that stands in an earlier one, where that was looked for."""
    if not context["repeats"]:
        return attributes
    shares = pl.read_parquet([Path(context["room"]) / path for path in context["repeats"]])
    found = attributes.join(
        shares.select("file", "row", "share"), on=("file", "row"), how="left", maintain_order="left"
    )
    return found.with_columns(pl.col("share").fill_null(0.0).alias("repeated_share")).drop("share")


def judge_attributes(attributes: pl.DataFrame, keep: Keep, ids: pl.Series) -> pl.DataFrame:
    """An attribute table (n), `keep` and the rows' ids (n) to PLACED_VERDICT lines of the rows that are not kept.

    Rules about what was not measured (facts without a pack, spans that were not looked for) are left out. Test items
    are another question, see `judge_hits`.
    """
    rules = {name: rule for name, rule in load_rules(keep).items() if has_measures(rule, attributes.columns)}
    found = judge(attributes, rules)
    taken = attributes.with_columns(ids.alias("id"))[found["row"]]
    detail = found["detail"]
    for name, proof in PROOFS.items():
        if proof in taken.columns:
            told = pl.DataFrame({"reason": found["reason"], "detail": detail, "proof": taken[proof]})
            detail = told.select(pl.when(pl.col("reason") == name).then("proof").otherwise("detail").alias("detail"))[
                "detail"
            ]
    return taken.select(
        "id", pl.lit("dropped").alias("verdict"), found["reason"], detail, found["score"], "file", "row"
    ).select(_NAMES)


def judge_hits(hits: pl.DataFrame, keep: Keep) -> pl.DataFrame:
    """Rows that show a benchmark item (`id, file, row, benchmark_share, detail`) to PLACED_VERDICT lines."""
    rule = load_rules(keep).get(LAST)
    if rule is None:
        return pl.DataFrame(schema=PLACED_VERDICT)
    return hits.filter(build_failing(rule)).select(
        "id",
        pl.lit("dropped").alias("verdict"),
        pl.lit(LAST).alias("reason"),
        "detail",
        pl.col("benchmark_share").alias("score"),
        "file",
        "row",
    )


def has_measures(rule: Rule, measured: list[str]) -> bool:
    """Whether what a rule looks at is among the columns that were measured."""
    return rule.measure in measured and (rule.when is None or rule.when in measured)
