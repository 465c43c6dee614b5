"""Decisions of a reader: display names given by hand, and values not stated (data/reviewed.tsv)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from apothecary.gather.entities import Entity


@cache
def read_reviewed(what: str) -> dict[str, str]:
    """`name`: InChIKey to display name. `withheld`: lower-case display name, a tab and a field, to the reason."""
    lines = files("apothecary.gather").joinpath("data/reviewed.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if what == "name":
        return {key: name for kind, key, name, _ in rows if kind == what}
    return {f"{name}\t{field}": reason for kind, name, field, reason in rows if kind == what}


def drop_withheld(rows: pl.DataFrame, entities: Sequence[Entity]) -> tuple[pl.DataFrame, int]:
    """Loose rows in; those left, and the number of those that a reader withheld, out."""
    names = {entity.entity_id: entity.name.lower() for entity in entities}
    withheld = read_reviewed("withheld")
    keep = [
        f"{names.get(entity, '')}\t{field}" not in withheld
        for entity, field in rows.select("entity_id", "field").rows()
    ]
    return rows.filter(pl.Series(keep, dtype=pl.Boolean)), keep.count(False)
