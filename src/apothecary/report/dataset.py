"""A run in, lazy frames of its published rows, its made rows and its entities out; manifests name the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.errors import RecipeError, RunError
from apothecary.flow import ROOMS, read_identity, read_manifest


def require_dataset(run: Path) -> dict[str, Any]:
    """A run to the manifest of its dataset; RunError with the room it stands in when it is unfinished."""
    read_identity(run)
    manifest = read_manifest(run, ROOMS[-1])
    if manifest is None:
        stands = next(room for room in ROOMS if read_manifest(run, room) is None)
        raise RunError(f"the run is unfinished: it stands in {stands}", where=str(run), hint=f"apothecary resume {run}")
    return manifest


def list_files(run: Path, room: str, manifest: dict[str, Any], split: str | None = None) -> list[Path]:
    """The Parquet files with rows that a room's manifest names, of one split when given."""
    named = [Path(entry["path"]) for entry in manifest["files"] if entry["rows"]]
    return [run / room / path for path in named if path.suffix == ".parquet" and (not split or split in path.name)]


def scan_dataset(run: Path, split: str | None = None) -> pl.LazyFrame:
    """A finished run to a lazy frame of its published rows, of one split when given."""
    files = list_files(run, "export", require_dataset(run), split)
    if not files:
        raise RunError("the dataset has no rows", where=str(run / "export"))
    return pl.scan_parquet(files)


def scan_made(run: Path) -> pl.LazyFrame:
    """A run to a lazy frame of all rows that generate made, kept or not."""
    manifest = read_manifest(run, "generate")
    if manifest is None:
        raise RunError("generate is not finished", where=str(run), hint=f"apothecary resume {run}")
    return pl.scan_parquet(list_files(run, "generate", manifest))


def find_entities(run: Path, name: str) -> list[str]:
    """A name, or an entity id, to the ids of the entities that have it; RecipeError with near names when none has."""
    import difflib

    wanted, known = name.casefold(), set()
    for table in ("compounds", "diseases"):
        path = run / "gather" / f"{table}.parquet"
        if not path.exists():
            continue
        frame = pl.read_parquet(path, columns=["entity_id", "name"])
        lowered = pl.col("name").str.to_lowercase()
        found = frame.filter((lowered == wanted) | (pl.col("entity_id") == name))["entity_id"].to_list()
        if found:
            return found
        known |= set(frame.filter(lowered.str.starts_with(wanted[:2]))["name"].drop_nulls().to_list())
    near = difflib.get_close_matches(name, sorted(known), 3)
    hint = "did you mean " + " or ".join(f"`{other}`" for other in near) + "?" if near else "names are international"
    raise RecipeError(f"no entity is named {name}", where="--entity", hint=hint)


def filter_rows(rows: pl.LazyFrame, intent: str | None, entities: Sequence[str] | None) -> pl.LazyFrame:
    """Rows to those of one intent and about any of some entities; None asks for all."""
    if intent is not None:
        rows = rows.filter(pl.col("intent") == intent)
    if entities is not None:
        rows = rows.filter(pl.col("entities").list.eval(pl.element().is_in(entities)).list.any())
    return rows


def read_pack_dump(run: Path) -> dict[str, Any]:
    """A run to the pack it was made with, as written."""
    dump: dict[str, Any] = read_json(run / "generate" / "pack.json")
    return dump
