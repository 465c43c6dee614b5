"""Keys of one bucket to verdicts: duplicates keep their first row, contradictions keep none.

Rows with the same prompt and the same answer are duplicates: the first in the order of the files survives, the others
are dropped with the survivor's id. Rows with the same prompt and different answers of one form contradict each other:
all of them are dropped, each with the id of one it contradicts. Hashes only bring rows together (see `keys`).

Facts behind equal answers may differ and be no contradiction: two isomers have one formula and one answer to a question
about it. Of 2,433 prompts with different facts among 305,172 real rows, not one had a second answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from apothecary.curate.verdicts import PLACED_VERDICT

PROMPT = ("high", "low")
PLACE = ("file", "row")


def decide_duplicates(keys: pl.DataFrame, worse: pl.DataFrame | None = None) -> pl.DataFrame:
    """KEYS to one line for each row that is not kept: `file, row, reason`, and the place of the proof.

    The proof (`other_file, other_row`) is the survivor of a duplicate, or a row that a contradiction contradicts. Rows
    whose places are in `worse` survive only where no other can: they will be dropped for what they are.
    Memory: the one bucket, and the rows whose prompt occurs twice.
    """
    shared = keys.filter(pl.col("high").is_duplicated())
    shared = mark_worse(shared, worse).sort("worse", *PLACE)
    shared = shared.filter(pl.struct(PROMPT).is_duplicated())
    place = pl.struct(*PLACE)
    said, told = (*PROMPT, "form"), (*PROMPT, "answer")
    judged = shared.with_columns(
        place.first().over(said).alias("leader"),
        place.filter(pl.col("values") != pl.col("values").first()).first().over(said).alias("rival"),
        (pl.col("values") == pl.col("values").first()).over(said).alias("agrees"),
        place.first().over(told).alias("first"),
    )
    contradicts = pl.col("rival").struct.field("row").is_not_null()
    against = pl.when(pl.col("agrees")).then("rival").otherwise("leader")
    other = pl.when(contradicts).then(against).otherwise("first")
    return (
        judged.filter(contradicts | (place != pl.col("first")))
        .select(
            *PLACE,
            pl.when(contradicts).then(pl.lit("contradiction")).otherwise(pl.lit("duplicate")).alias("reason"),
            other.struct.field("file").alias("other_file"),
            other.struct.field("row").alias("other_row"),
        )
        .sort(*PLACE)
    )


def mark_worse(keys: pl.DataFrame, worse: pl.DataFrame | None) -> pl.DataFrame:
    """Keys (n) with a column `worse` (n): whether their place is one of those listed."""
    if worse is None or worse.is_empty():
        return keys.with_columns(pl.lit(value=False).alias("worse"))
    listed = worse.select(*PLACE).unique().with_columns(pl.lit(value=True).alias("worse"))
    return keys.join(listed, on=PLACE, how="left", maintain_order="left").with_columns(
        pl.col("worse").fill_null(value=False)
    )


def name_rows(decided: pl.DataFrame, files: Sequence[Path], id_column: str = "id") -> pl.DataFrame:
    """Decisions, and the files of rows their places refer to, to PLACED_VERDICT rows; the detail is the other row.

    Where there is a `proof` it stands behind the other row's id, and a `score` is taken over.
    """
    places = pl.concat(
        [decided.select(*PLACE), decided.select(pl.col("other_file").alias("file"), pl.col("other_row").alias("row"))]
    ).unique()
    named = [pl.DataFrame(schema={"file": pl.UInt32, "row": pl.UInt32, "id": pl.String})]
    for (file,), group in places.sort(*PLACE).group_by("file", maintain_order=True):
        ids = pl.read_parquet(files[int(str(file))], columns=[id_column])[id_column]
        named.append(group.with_columns(ids.gather(group["row"]).alias("id")))
    names = pl.concat(named)
    others = names.rename({"file": "other_file", "row": "other_row", "id": "detail"})
    proof = pl.col("detail") + ": " + pl.col("proof") if "proof" in decided.columns else pl.col("detail")
    score = pl.col("score") if "score" in decided.columns else pl.lit(None, pl.Float64).alias("score")
    return (
        decided.join(names, on=PLACE, how="left", maintain_order="left")
        .join(others, on=("other_file", "other_row"), how="left", maintain_order="left")
        .with_columns(pl.lit("dropped").alias("verdict"), score, proof.alias("detail"))
        .select(PLACED_VERDICT.names())
    )
