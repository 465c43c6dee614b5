"""A pack and the views of its knowledge base to what free text can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import PackError
from apothecary.packs.load import find_pack
from apothecary.packs.view import TABLES
from apothecary.packs.yaml import load_yaml

CLOSED_VALUES = 200  # a column with no more different texts than this is a closed set


@dataclass(frozen=True)
class Ground:
    """What a pack knows: its views, the rules about claims, the views with names, and its closed values."""

    views: str = ""
    claims: dict[str, Any] | None = None
    name_tables: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


def find_ground(pack: str, views: Path) -> Ground:
    """A pack (a name or a folder) and its views to what free text is held against."""
    path = find_pack(pack) / "claims.yaml"
    rules = load_yaml(path, PackError) if path.exists() else None
    tables = tuple(name for name in TABLES.values() if (views / name).exists())
    return Ground(
        str(views),
        rules if isinstance(rules, dict) else None,
        tuple(name for name in tables if {"entity_id", "name"} <= set(pl.read_parquet_schema(views / name))),
        tuple(sorted(list_closed([views / name for name in tables]))),
    )


def list_closed(tables: list[Path]) -> set[str]:
    """Views to the values of their closed columns: texts of few different values (frequency classes, states)."""
    found: set[str] = set()
    for table in tables:
        names = [name for name, kind in pl.read_parquet_schema(table).items() if kind == pl.String]
        if names:
            counts = pl.scan_parquet(table).select(pl.col(names).n_unique()).collect().row(0, named=True)
            closed = [name for name, count in counts.items() if count <= CLOSED_VALUES]
            for name in closed:
                found |= {text for text in pl.read_parquet(table, columns=[name])[name].unique().drop_nulls() if text}
    return found


NO_GROUND = Ground()
