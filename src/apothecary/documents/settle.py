"""Of records with one id, which one stands: the later revision, then the fuller one; and what was deleted.

Documents of all files in (ids and dates, no text), the table of those that are dropped out. Content decides before
position, so the order of files matters only between records that do not differ in date, results, format or length.
"""

from __future__ import annotations

import polars as pl

from apothecary.documents.model import DELETED_BY_SOURCE

DROPPED = pl.Schema(
    {
        "shard": pl.String,  # with `record` and `file`, where the dropped document stands
        "file": pl.String,
        "record": pl.Int64,
        "document_id": pl.String,
        "reason": pl.String,
        "detail": pl.String,  # what stands in its place
    }
)
KEY = ("document_id", "revised", "format", "notices", "chars", "file", "record")
DELETED = pl.Schema({"document_id": pl.String, "file": pl.String, "reason": pl.String})
# What takes another paper back or corrects it, and what was taken back, is no paper to learn from.
UNFIT = {
    "retraction notice": "a retraction notice",
    "retracted": "retracted",
    "erratum": "a correction",
}
UNFIT_SOURCES = ("papers:",)
# The same trial in several formats: v2 is the one that is kept up, classic JSON has lost the marks of lists.
FORMATS = ["trial json classic", "trial xml classic", "trial json v2", "medline text", "pubmed xml"]


def settle_documents(documents: pl.DataFrame, deleted: pl.DataFrame) -> pl.DataFrame:
    """Documents (KEY, `shard`, `position` of the shard) and deletions (DELETED, `position`) to those dropped (DROPPED).

    A deletion takes back what stands in its own file and in those before it, not what came again later; one with a
    reason of its own (a notice of retraction) takes back every record of its id.
    """
    is_late = pl.col("reason") == DELETED_BY_SOURCE
    last = deleted.group_by("document_id").agg(
        pl.when(is_late).then("position").otherwise(pl.lit(2**62)).max().alias("deleted_at"),
        pl.col("reason").sort_by(is_late).first(),
        pl.col("file").sort_by(is_late).first().alias("detail"),
    )
    marked = documents.join(last, on="document_id", how="left", maintain_order="left")
    is_gone = pl.col("deleted_at").is_not_null() & (pl.col("position") <= pl.col("deleted_at"))
    gone = marked.filter(is_gone).with_columns(
        pl.when(pl.col("reason") == DELETED_BY_SOURCE).then(pl.lit("")).otherwise("detail").alias("detail")
    )
    left = marked.filter(~is_gone.fill_null(False)).drop("reason", "detail")
    unfit = left.with_columns(
        pl.coalesce(
            pl.when(pl.col("notices").list.contains(notice)).then(pl.lit(reason)) for notice, reason in UNFIT.items()
        ).alias("reason"),
        pl.lit("").alias("detail"),
    ).filter(
        pl.col("reason").is_not_null()
        & pl.any_horizontal(pl.col("document_id").str.starts_with(start) for start in UNFIT_SOURCES)
    )
    ranked = left.join(unfit, on=("shard", "file", "record"), how="anti", maintain_order="left").sort(
        "document_id",
        pl.col("revised").fill_null(""),
        pl.col("notices").list.contains("has results"),
        pl.col("format").replace_strict(FORMATS, range(len(FORMATS)), default=-1),
        "chars",
        "position",
        "file",
        "record",
        descending=[False, *[True] * 7],
    )
    stands = pl.col("file").first().over("document_id") + pl.format(
        ", record {}", pl.col("record").first().over("document_id")
    )
    is_older = pl.col("revised").fill_null("") < pl.col("revised").fill_null("").first().over("document_id")
    doubled = ranked.with_columns(
        pl.when(is_older)
        .then(pl.lit("a later revision stands"))
        .otherwise(pl.lit("the same record again"))
        .alias("reason"),
        stands.alias("detail"),
        pl.int_range(pl.len()).over("document_id").alias("place"),
    ).filter(pl.col("place") > 0)
    columns = list(DROPPED)
    return (
        pl.concat([gone.select(columns), unfit.select(columns), doubled.select(columns)])
        .sort("shard", "file", "record")
        .cast(DROPPED)
    )
