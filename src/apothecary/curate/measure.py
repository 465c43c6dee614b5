"""Free text to attributes: what every rule of a profile needs, beside the rows, and no threshold.

Measured are prompt and response together, with the turns before them. Rows of our own renderer are not measured: their
wordings are linted in the pack and every statement is derived a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from apothecary.curate.filters.measures import GROUPS, measure_texts
from apothecary.curate.keys import join_turns
from apothecary.facts.claims import summarise_claims

if TYPE_CHECKING:
    from apothecary.facts.claims import ClaimChecker


def measure_rows(
    rows: pl.DataFrame, file: int, measures: Sequence[str], claims: ClaimChecker | None = None
) -> pl.DataFrame:
    """Rows of one file with `row` (n), free text all of them, to `file, row` and one column a measure (n)."""
    places = rows.select(pl.lit(file, pl.UInt32).alias("file"), pl.col("row").cast(pl.UInt32))
    texts = join_texts(rows)
    by_group: list[pl.DataFrame] = [places, describe_sides(rows)]
    wanted = [name for name in measures if any(name in names for names in GROUPS.values())]
    if wanted:
        by_group.append(measure_texts(texts, measures=wanted))
    if claims:
        by_group.append(summarise_claims(claims.check(rows.drop("row")), rows.height))
    return pl.concat(by_group, how="horizontal")


def describe_sides(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows (n) to the characters of what is asked and of what is answered (n); 0 where there is nothing."""
    return rows.select(
        pl.col("prompt").fill_null("").str.strip_chars().str.len_chars().alias("prompt_chars"),
        pl.col("response").fill_null("").str.strip_chars().str.len_chars().alias("response_chars"),
    )


def join_texts(rows: pl.DataFrame) -> pl.Series:
    """Rows (n) to the text that is measured (n): what is asked, a line break, the response."""
    asked = join_turns(rows.with_columns(pl.col("prompt").fill_null("")))
    answered = rows["response"].fill_null("")
    return pl.DataFrame({"asked": asked, "answered": answered}).select(
        pl.when(pl.col("asked") == "")
        .then("answered")
        .otherwise(pl.concat_str("asked", "answered", separator="\n"))
        .alias("text")
    )["text"]


def list_measures(profile_measures: Sequence[str]) -> list[str]:
    """The measures that a profile needs to those that are made: whole groups, so that bounds can change freely."""
    made: list[str] = []
    for names in GROUPS.values():
        if any(name in names for name in profile_measures):
            made += names
    return made
