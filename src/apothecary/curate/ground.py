"""A pack and the views of its knowledge base to what free text can be held against."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.filters.unsafe import REQUESTS
from apothecary.engine.commit import hash_file
from apothecary.errors import PackError
from apothecary.packs.load import find_pack
from apothecary.packs.view import TABLES
from apothecary.packs.yaml import load_yaml

VIEWS = ("facts.parquet", *TABLES.values())  # what is read of a knowledge base
CLOSED_VALUES = 200  # a column with no more different texts than this is a closed set


@dataclass(frozen=True)
class Ground:
    """What a pack knows: its views, the rules about claims, the views with names, and its closed values."""

    views: str = ""
    claims: dict[str, Any] | None = None
    name_tables: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    pack: str = ""  # the pack's folder, for the requests that it refuses
    stamp: str = ""  # what all this was read from, in one hash


def find_ground(pack: str, views: Path) -> Ground:
    """A pack (a name or a folder) and its views to what free text is held against."""
    folder = find_pack(pack)
    path = folder / "claims.yaml"
    rules = load_yaml(path, PackError) if path.exists() else None
    tables = tuple(name for name in TABLES.values() if (views / name).exists())
    return Ground(
        str(views),
        rules if isinstance(rules, dict) else None,
        tuple(name for name in tables if {"entity_id", "name"} <= set(pl.read_parquet_schema(views / name))),
        tuple(sorted(list_closed([views / name for name in tables]))),
        str(folder),
        stamp_files([*(folder / name for name in ("claims.yaml", REQUESTS)), *(views / name for name in VIEWS)]),
    )


def stamp_files(paths: Sequence[Path]) -> str:
    """Files, of which some may be missing, to one hash of them all."""
    return hashlib.sha256("\0".join(hash_file(path) if path.exists() else "" for path in paths).encode()).hexdigest()


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


def list_spared(pack: Path) -> list[str]:
    """A pack's folder to the names, in lower case, that its safety rules spare: medicines that a list has too."""
    path = pack / "safety.yaml"
    raw = load_yaml(path, PackError) if path.exists() else {}
    gates = raw.get("gates", {}) if isinstance(raw, dict) else {}
    rules = gates.values() if isinstance(gates, dict) else gates
    return sorted({str(name).lower() for rule in rules if isinstance(rule, dict) for name in rule.get("spared", [])})


def list_gated(views: Path, pack: Path) -> pl.DataFrame:
    """Views and a pack to the names of the entities on safety lists, synonyms too: `name, gate`."""
    spared = list_spared(pack)
    found = [pl.DataFrame(schema={"name": pl.String, "gate": pl.String})]
    for table in TABLES.values():
        if not (views / table).exists() or "gates" not in pl.read_parquet_schema(views / table):
            continue
        known = pl.read_parquet_schema(views / table)
        more = [name for name in ("synonyms", "brands") if known.get(name) == pl.List(pl.String)]
        rows = pl.read_parquet(views / table, columns=["name", "gates", *more]).filter(
            (pl.col("gates").list.len() > 0) & ~pl.col("name").str.to_lowercase().is_in(spared).fill_null(value=False)
        )
        names = pl.concat_list(pl.concat_list("name"), *(pl.col(one).fill_null([]) for one in more))
        gated = rows.select(names.alias("name"), pl.col("gates").alias("gate"))
        found.append(gated.explode("name", empty_as_null=False).explode("gate", empty_as_null=False).drop_nulls())
    return pl.concat(found).unique().sort("name", "gate")


NO_GROUND = Ground()
