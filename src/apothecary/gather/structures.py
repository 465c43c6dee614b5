"""Structure claims of all sources in; one record a full InChIKey, and who claims it, out."""

from __future__ import annotations

import polars as pl

from apothecary.gather.descriptors import COMPUTED, IDENTIFIERS, analyse_structures

# Who decides how a structure is drawn when several sources have the same InChIKey: permissive sources first,
# so that a run with permissive sources only states the same values.
PREFERENCE = ("pubchem", "drugbank-vocabulary", "chembl")
TEXTS = ("parent_key", "undefined_stereo", *IDENTIFIERS, *(field for field, _, _ in COMPUTED))


def gather_structures(claims: pl.DataFrame, *, workers: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Claims `source, row, smiles, desalt` in; records, accepted claims and refusals out.

    Records have `key`, `source` (whose drawing was used) and the texts of `TEXTS`, sorted by key.
    Accepted claims are the claims with `key`, their SMILES canonical. Refusals are `source, reason, rows`.
    """
    pairs = claims.select("smiles", "desalt").unique().sort("smiles", "desalt")
    analysed = analyse_structures(list(pairs.iter_rows()), workers=workers)
    columns = {
        name: pl.Series([record.get(name) for record in analysed], dtype=pl.String)
        for name in ("reason", "key", *TEXTS)
    }
    pairs = pairs.rename({"smiles": "written"}).with_columns(**columns)
    known = claims.rename({"smiles": "written"}).join(
        pairs, on=["written", "desalt"], how="left", maintain_order="left"
    )
    refused = (
        known.filter(pl.col("reason").is_not_null())
        .group_by("source", "reason")
        .agg(rows=pl.len())
        .sort("source", "reason")
    )
    accepted = known.filter(pl.col("key").is_not_null())
    rank = pl.col("source").replace_strict({name: i for i, name in enumerate(PREFERENCE)}, return_dtype=pl.Int8)
    ordered = accepted.with_columns(rank=rank).sort("key", "rank", "row")
    records = ordered.unique("key", keep="first", maintain_order=True).select("key", "source", *TEXTS)
    return records, ordered.select("source", "row", "key", "smiles"), refused
