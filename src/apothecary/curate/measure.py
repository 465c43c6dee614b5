"""Free text to attributes: what every rule of a profile needs, beside the rows, and no threshold.

Measured are prompt and response together, with the turns before them. Rows of our own renderer are not measured: their
wordings are linted in the pack and every statement is derived a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from apothecary.curate.filters.measures import GROUPS, measure_texts
from apothecary.curate.filters.pii import find_pii
from apothecary.curate.filters.presidio import find_pii_presidio
from apothecary.curate.filters.tokens import count_tokens
from apothecary.curate.filters.unsafe import flag_unsafe
from apothecary.curate.keys import SEEDS, join_turns
from apothecary.curate.protect import mask_protected
from apothecary.facts.claims import summarise_claims

if TYPE_CHECKING:
    from apothecary.curate.tools import Tools


def measure_rows(rows: pl.DataFrame, file: int, tools: Tools) -> pl.DataFrame:
    """Rows of one file with `row` (n), free text all of them, to `file, row` and one column a measure (n).

    Which measures there are depends on what `tools` can do: no pack, no facts; no tokenizer, no tokens.
    """
    context = tools.context
    places = rows.select(pl.lit(file, pl.UInt32).alias("file"), pl.col("row").cast(pl.UInt32))
    texts = join_texts(rows)
    forms = mask_protected(texts, context["closed"]).hash(SEEDS[0])
    by_group: list[pl.DataFrame] = [places, describe_sides(rows)]
    by_group.append(pl.DataFrame({"form": forms, "content": texts.hash(SEEDS[0])}))
    wanted = [name for name in context["measures"] if any(name in names for names in GROUPS.values())]
    if wanted:
        by_group.append(measure_texts(texts, measures=wanted))
    by_group.append(count_pii(texts, presidio=context["presidio"]))
    if tools.requests:
        by_group.append(count_unsafe(rows, tools))
    if tools.claims:
        by_group.append(summarise_claims(tools.claims.check(rows.drop("row")), rows.height))
    if context["tokenizer"]:
        by_group.append(count_tokens(texts, Path(context["tokenizer"])).to_frame("model_tokens"))
    return pl.concat(by_group, how="horizontal")


def count_pii(texts: pl.Series, *, presidio: bool) -> pl.DataFrame:
    """Texts (n) to `pii_spans, pii_detail` (n): how many spans of personal data, and the kind and place of the first.

    The span itself is not repeated: a table of proofs must not hold what the dataset may not.
    """
    spans = find_pii(texts)
    if presidio:
        spans = pl.concat([spans, find_pii_presidio(texts)]).sort("row", "start")
    place = pl.format("{} at {}-{}", "kind", "start", "end")
    return spread_rows(
        spans.group_by("row", maintain_order=True).agg(pl.len().alias("pii_spans"), place.first().alias("pii_detail")),
        len(texts),
    )


def count_unsafe(rows: pl.DataFrame, tools: Tools) -> pl.DataFrame:
    """Rows (n) to `unsafe_requests, unsafe_detail` (n): topics the pack refuses that are asked for and not declined."""
    assert tools.requests is not None
    flags = flag_unsafe(
        join_turns(rows.with_columns(pl.col("prompt").fill_null(""))),
        tools.requests,
        tools.gated,
        responses=rows["response"].fill_null(""),
    ).filter(~pl.col("declined"))
    told = pl.format("{} {}", "topic", pl.col("name").fill_null(""))
    return spread_rows(
        flags.group_by("row", maintain_order=True).agg(
            pl.len().alias("unsafe_requests"), told.first().str.strip_chars().alias("unsafe_detail")
        ),
        rows.height,
    )


def spread_rows(found: pl.DataFrame, height: int) -> pl.DataFrame:
    """Columns about some rows (`row`, a count, a text) to the same about all `height` of them; 0 and null elsewhere."""
    rows = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    spread = rows.join(found, on="row", how="left", maintain_order="left").drop("row")
    return spread.with_columns(pl.col(pl.UInt32).fill_null(0))


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
