"""Score columns and a profile to decisions: which text fails which rule first, and how many fail each.

Nothing is computed from text here: another bound is another pass over the columns, not over the texts.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from apothecary.curate.filters.profiles import Override, Rule, list_needed, load_profile

JUDGED = pl.Schema({"row": pl.UInt32, "reason": pl.String, "detail": pl.String, "score": pl.Float64})
COUNTED = pl.Schema({"reason": pl.String, "rows": pl.UInt32, "first": pl.UInt32, "alone": pl.UInt32})


def judge(
    metrics: pl.DataFrame, profile: str | Mapping[str, Rule], overrides: Mapping[str, Override] | None = None
) -> pl.DataFrame:
    """Measures of n texts to one line of JUDGED for each text that fails, in the order of the texts.

    `reason` is the first rule that fails, in the order of the profile; `score` the value of its measure (of a rule of
    languages its probability, else null) and `detail` value and bound in words. A null value fails no rule.
    Raises RecipeError for an unknown profile or rule, ValueError when a measure is missing.
    """
    rules = _resolve(metrics, profile, overrides)
    if not rules:
        return pl.DataFrame(schema=JUDGED)
    failing = pl.coalesce(pl.when(build_failing(rule)).then(pl.lit(name)) for name, rule in rules.items())
    scores = pl.coalesce(pl.when(build_failing(rule)).then(_build_score(rule)) for rule in rules.values())
    details = pl.coalesce(pl.when(build_failing(rule)).then(_build_detail(rule)) for rule in rules.values())
    places = pl.int_range(pl.len(), dtype=pl.UInt32)
    judged = metrics.lazy().select(
        places.alias("row"), failing.alias("reason"), details.alias("detail"), scores.alias("score")
    )
    return judged.filter(pl.col("reason").is_not_null()).collect().match_to_schema(JUDGED)


def count_failing(
    metrics: pl.DataFrame, profile: str | Mapping[str, Rule], overrides: Mapping[str, Override] | None = None
) -> pl.DataFrame:
    """Measures of n texts to one line of COUNTED a rule, in the order of the profile.

    `rows` fail it, `first` are those whose reason it is, `alone` those that no other rule fails: what it would give
    back if it were turned off.
    """
    rules = _resolve(metrics, profile, overrides)
    if not rules:
        return pl.DataFrame(schema=COUNTED)
    masks = metrics.select(build_failing(rule).fill_null(value=False).alias(name) for name, rule in rules.items())
    total = masks.sum_horizontal()
    reasons = judge(metrics, rules)["reason"].value_counts()
    firsts = dict(zip(reasons["reason"].to_list(), reasons["count"].to_list(), strict=True))
    lines = [
        (name, int(masks[name].sum()), firsts.get(name, 0), int((masks[name] & (total == 1)).sum())) for name in rules
    ]
    return pl.DataFrame(lines, schema=COUNTED, orient="row")


def build_failing(rule: Rule) -> pl.Expr:
    """A rule to the expression that is true where its measure breaks its bound."""
    value = pl.col(rule.measure)
    if rule.at_least is not None:
        failing = value < rule.at_least
    elif rule.at_most is not None:
        failing = value > rule.at_most
    else:
        failing = ~value.is_in(list(rule.one_of or ()))
    return failing & (pl.col(rule.when) > rule.when_above) if rule.when else failing


def _resolve(
    metrics: pl.DataFrame, profile: str | Mapping[str, Rule], overrides: Mapping[str, Override] | None
) -> dict[str, Rule]:
    rules = load_profile(profile, overrides) if isinstance(profile, str) else dict(profile)
    missing = [name for name in list_needed(rules) if name not in metrics.columns]
    if missing:
        raise ValueError(f"not measured: {', '.join(missing)}")
    return rules


def _build_score(rule: Rule) -> pl.Expr:
    if rule.one_of is not None:
        return pl.col(rule.when).cast(pl.Float64) if rule.when else pl.lit(None, pl.Float64)
    return pl.col(rule.measure).cast(pl.Float64)


def _build_detail(rule: Rule) -> pl.Expr:
    value = pl.col(rule.measure)
    if rule.one_of is not None:
        return pl.format(f"{rule.measure} {{}}, one of {', '.join(rule.one_of)}", value)
    shown = value.cast(pl.Float64).round(4).cast(pl.String).str.strip_suffix(".0")
    return pl.format(f"{rule.measure} {{}}, {rule.side.replace('_', ' ')} {rule.bound:g}", shown)
