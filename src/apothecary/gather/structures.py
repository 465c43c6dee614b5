"""Structure claims of all sources in; one record a full InChIKey, and who claims it, out."""

from __future__ import annotations

import polars as pl

from apothecary.engine.progress import Progress
from apothecary.gather.descriptors import COMPUTED, IDENTIFIERS, analyse_structures, exercise_structures
from apothecary.gather.exercises import EXERCISE_NUMBERS, EXERCISE_TEXTS
from apothecary.gather.names import strip_salt

# Who decides how a structure is drawn when several sources have the same InChIKey: permissive sources first,
# so that a run with permissive sources only states the same values.
PREFERENCE = ("pubchem", "drugbank-vocabulary", "chembl")
TEXTS = ("parent_key", *IDENTIFIERS, *(field for field, _, _ in COMPUTED))


def gather_structures(
    claims: pl.DataFrame, *, workers: int, progress: Progress
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Claims `source, row, name, smiles, desalt` in; records, accepted claims and refusals out.

    Records have `key`, `source` (whose drawing was used), the texts of `TEXTS` and the exercises, sorted by key.
    Accepted claims are the claims with `key`, their SMILES canonical. Refusals are `source, reason, rows`.
    """
    pairs = claims.select("smiles", "desalt").unique().sort("smiles", "desalt")
    analysed = analyse_structures(list(pairs.iter_rows()), workers=workers, progress=progress)
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
    accepted, disputed = drop_disputed(known.filter(pl.col("key").is_not_null()))
    if disputed:
        extra = {"source": ["drugbank-vocabulary"], "reason": ["ChEMBL draws another structure"], "rows": [disputed]}
        refused = pl.concat([refused, pl.DataFrame(extra, schema=refused.schema)])
    rank = pl.col("source").replace_strict({name: i for i, name in enumerate(PREFERENCE)}, return_dtype=pl.Int8)
    ordered = accepted.with_columns(rank=rank).sort("key", "rank", "row")
    records = ordered.unique("key", keep="first", maintain_order=True).select("key", "source", *TEXTS)
    made = exercise_structures(list(records.select("smiles", "key").iter_rows()), workers=workers, progress=progress)
    exercises = {
        name: pl.Series([record.get(name) for record in made], dtype=pl.String)
        for name in (*EXERCISE_TEXTS, *(field for field, _, _ in EXERCISE_NUMBERS))
    }
    return records.with_columns(**exercises), ordered.select("source", "row", "key", "smiles"), refused


def drop_disputed(accepted: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Accepted claims in; those left when the vocabulary's structures that ChEMBL contradicts by name are dropped, out.

    The vocabulary's structures were looked up by name; ChEMBL, where it has the same name, differs for one in five.
    """
    chembl = accepted.filter(pl.col("source") == "chembl").select("name", "key").iter_rows()
    drawn: dict[str, set[str]] = {}
    for name, key in chembl:
        for known in {name, strip_salt(name) or name}:
            drawn.setdefault(known, set()).add(key)
    kept = [
        source != "drugbank-vocabulary" or name not in drawn or key in drawn[name]
        for source, name, key in accepted.select("source", "name", "key").iter_rows()
    ]
    return accepted.filter(pl.Series(kept)), kept.count(False)
