"""What another source contradicts: names that stand for other structures, and years of approval; neither is stated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from apothecary.gather.entities import Entity


@cache
def list_contested(what: str) -> frozenset[tuple[str, str]]:
    """`structure`: (lower-case name, first block of our InChIKey); `first_approval`: (lower-case name, year)."""
    lines = files("apothecary.gather").joinpath("data/contested.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return frozenset((name, value) for kind, name, value in rows if kind == what)


def is_contested(name: str, entity: Entity) -> bool:
    """Whether another source draws another skeleton for a lower-case name of this entity."""
    return (name, entity.key.partition("-")[0]) in list_contested("structure")


def drop_contested_years(rows: pl.DataFrame, entities: Sequence[Entity]) -> tuple[pl.DataFrame, int]:
    """Loose rows of approvals in; those that no other source contradicts, and the number of the others, out."""
    names = {entity.entity_id: entity.name.lower() for entity in entities}
    contested = list_contested("first_approval")
    keep = [(names.get(entity, ""), year) not in contested for entity, year in rows.select("entity_id", "text").rows()]
    return rows.filter(pl.Series(keep, dtype=pl.Boolean)), keep.count(False)
