"""Rows that carry their facts to keys of (facts, intent), and from them who repeats a wording or is one too many.

Rows about the same facts under the same intent differ in wording only. The same wording twice teaches nothing; some
wordings of a fact are what makes it learnable, so up to a cap they stay. No text is compared.
"""

from __future__ import annotations

import polars as pl

from apothecary.curate.duplicates import PLACE, PROMPT, mark_worse
from apothecary.curate.keys import BUCKET_BITS, SEEDS

FACT_KEYS = pl.Schema(
    {
        "bucket": pl.UInt16,  # the top bits of `high`
        "high": pl.UInt64,
        "low": pl.UInt64,
        "wording": pl.UInt64,
        "file": pl.UInt32,
        "row": pl.UInt32,
    }
)


def build_fact_keys(rows: pl.DataFrame, file: int) -> pl.DataFrame:
    """Rows of one file (n), some with `template` and `facts`, to FACT_KEYS of those, in the order of the rows."""
    numbered = rows.select("intent", "template", "wording", "facts").with_row_index("row")
    known = numbered.filter(pl.col("template").is_not_null() & (pl.col("facts").list.len() > 0))
    items = known.select("row", "facts").explode("facts", empty_as_null=False).unnest("facts")
    # A given number has no fact_id: it is known by its field and value. The order of facts says nothing.
    items = items.select(
        "row",
        pl.concat_str(
            pl.coalesce("fact_id", "field"),
            pl.col("value").fill_null(""),
            pl.col("unit").fill_null(""),
            separator="\x1e",
        ).alias("fact"),
    ).sort("row", "fact")
    stated = items.group_by("row", maintain_order=True).agg(pl.col("fact").str.join("\x1f"))
    joined = known.join(stated, on="row", how="left", maintain_order="left")
    about = joined.select(pl.concat_str("intent", "fact", separator="\x1f").alias("about"))["about"]
    wording = joined.select(pl.concat_str("template", "wording", separator="\x1f").alias("wording"))["wording"]
    return joined.select(
        about.hash(SEEDS[0]).alias("high"),
        about.hash(SEEDS[1]).alias("low"),
        wording.hash(SEEDS[0]).alias("wording"),
        pl.lit(file, pl.UInt32).alias("file"),
        pl.col("row").cast(pl.UInt32),
    ).select((pl.col("high") // 2 ** (64 - BUCKET_BITS)).cast(pl.UInt16).alias("bucket"), *FACT_KEYS.names()[1:])


def decide_wordings(keys: pl.DataFrame, cap: int, worse: pl.DataFrame | None = None) -> pl.DataFrame:
    """FACT_KEYS of one bucket to `file, row, reason, other_file, other_row` of the rows that are not kept.

    `same_wording`: another row says the same facts in the same wording. `wording_cap`: the facts have `cap` wordings
    without it (0: no cap). Which wordings stay depends on their hashes, not on the order of rows.
    """
    shared = keys.filter(pl.col("high").is_duplicated())
    shared = shared.filter(pl.struct(PROMPT).is_duplicated())
    shared = mark_worse(shared, worse).sort(*PROMPT, "worse", "wording", *PLACE)
    place = pl.struct(*PLACE)
    judged = shared.with_columns(
        place.first().over(*PROMPT, "wording").alias("twin"), place.first().over(*PROMPT).alias("leader")
    ).with_columns((place != pl.col("twin")).alias("repeats"))
    fresh = (~pl.col("repeats")).cast(pl.UInt32).cum_sum().over(*PROMPT)
    over = ~pl.col("repeats") & (fresh > cap) if cap else pl.lit(value=False)
    judged = judged.with_columns(over.alias("over"))
    return (
        judged.filter(pl.col("repeats") | pl.col("over"))
        .with_columns(pl.when("repeats").then("twin").otherwise("leader").alias("other"))
        .select(
            *PLACE,
            pl.when("repeats").then(pl.lit("same_wording")).otherwise(pl.lit("wording_cap")).alias("reason"),
            pl.col("other").struct.field("file").alias("other_file"),
            pl.col("other").struct.field("row").alias("other_row"),
        )
        .sort(*PLACE)
    )
