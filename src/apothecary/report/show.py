"""A run in, what came out of it as text: where it stands, the funnel, the mix in rows and tokens, and examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import RecipeError
from apothecary.flow import ROOMS, Outcome, read_identity, read_manifest
from apothecary.report.dataset import (
    CHARACTERS_A_TOKEN,
    filter_rows,
    find_entities,
    require_dataset,
    scan_dataset,
    scan_made,
)
from apothecary.report.preview import format_example
from apothecary.report.table import format_bytes, lay_out


def describe_outcome(outcome: Outcome) -> str:
    """A finished run to the lines a person wants last: how many rows, where, and what to do next."""
    files = outcome.manifest["files"]
    size = sum(entry["bytes"] for entry in files)
    state = "was done already" if outcome.was_done else "is done"
    return (
        f"{outcome.run} {state}: {outcome.manifest['rows']:,} rows, {format_bytes(size)}, "
        f"{len(files)} files in {outcome.run / 'export'}\n"
        f"look at it:  apothecary show {outcome.run}"
    )


def show_run(run: Path, *, intent: str | None, entity: str | None, dropped: str | None, count: int) -> Iterator[str]:
    """A run to text: all of it, or only its rows of one intent, about one entity, or dropped for one reason."""
    if dropped is not None:
        yield from show_dropped(run, dropped, intent, count)
        return
    if intent is None and entity is None:
        yield from show_state(run)
        if read_manifest(run, ROOMS[-1]) is None:
            return
        yield from show_funnel(run)
    rows = filter_rows(scan_dataset(run), intent, find_entities(run, entity) if entity else None)
    yield from show_mix(rows)
    yield from show_examples(run, rows, intent, count)


def show_state(run: Path) -> Iterator[str]:
    """The recipe and how far each room is."""
    identity = read_identity(run)
    recipe = identity["recipe"]
    yield f"{run}: {recipe['rows']:,} rows of {Path(recipe['pack']).name}, seed {recipe['seed']}, {recipe['licence']}"
    table: list[tuple[str | int | None, ...]] = []
    for room in ROOMS:
        manifest = read_manifest(run, room)
        if manifest is None:
            shards = len(list((run / room / "done").glob("*.json")))
            table.append((room, f"{shards} shards done" if shards else "not begun", None, None))
            continue
        size = sum(entry["bytes"] for entry in manifest["files"])
        table.append((room, "done", manifest["rows"], format_bytes(size)))
    yield from lay_out(("room", "state", "rows", "size"), table)


def show_funnel(run: Path) -> Iterator[str]:
    """What each component read, kept and dropped, with reasons; taken from the manifests."""
    table = []
    for room in ROOMS[1:]:
        manifest = read_manifest(run, room) or {}
        for component, books in list_books(manifest):
            table.append((room, component, books["read"], books["kept"], "", None))
            for kind in ("dropped", "failed"):
                for reason, number in books.get(kind, {}).items():
                    table.append(("", "", None, None, f"{kind}: {reason}", number))
    yield "funnel"
    yield from lay_out(("room", "component", "read", "kept", "", "rows"), table)


def list_books(manifest: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """A manifest to the books of its components, in order, by name."""
    if "funnel" in manifest:
        return [(books["component"], books) for books in manifest["funnel"]]
    books = manifest.get("books", {})
    if "read" in books:
        return [(manifest["room"], books)]
    return [(name, inner) for name, inner in books.items() if isinstance(inner, dict) and "read" in inner]


def show_mix(rows: pl.LazyFrame) -> Iterator[str]:
    """Rows to their mix by intent and by split, in rows and in tokens (estimated: characters / 4)."""
    characters = pl.col("prompt").str.len_chars().cast(pl.Int64) + pl.col("response").str.len_chars().cast(pl.Int64)
    tokens = (characters.sum() // CHARACTERS_A_TOKEN).alias("tokens")
    mix = rows.group_by("intent", "perspective", "split").agg(pl.len().alias("rows"), tokens).collect()
    total_rows, total_tokens = int(mix["rows"].sum()), int(mix["tokens"].sum())
    yield f"mix: {total_rows:,} rows, about {total_tokens:,} tokens (characters / {CHARACTERS_A_TOKEN})"
    for keys in (("perspective", "intent"), ("split",)):
        table = mix.group_by(keys).agg(pl.col("rows").sum(), pl.col("tokens").sum()).sort(keys)
        yield from lay_out(
            (*keys, "rows", "share", "tokens", "share"),
            [
                (*row[:-2], row[-2], row[-2] / max(1, total_rows), row[-1], row[-1] / max(1, total_tokens))
                for row in table.iter_rows()
            ],
        )


def show_examples(run: Path, rows: pl.LazyFrame, intent: str | None, count: int) -> Iterator[str]:
    """The first rows of as many intents as fit, or of the one intent asked for."""
    require_dataset(run)
    taken = rows.head(200_000).collect() if intent is None else rows.head(count).collect()
    if intent is None and taken.height:
        taken = taken.group_by("intent", maintain_order=True).head(max(1, -(-count // taken["intent"].n_unique())))
    yield f"examples: {min(count, taken.height)}"
    for row in taken.head(count).to_dicts():
        yield format_example(row)


def show_dropped(run: Path, reason: str, intent: str | None, count: int) -> Iterator[str]:
    """Rows that were dropped or failed for one reason, with the proof; RecipeError with the reasons there are."""
    from apothecary.curate.verdicts import list_verdict_files, scan_verdicts

    require_dataset(run)
    verdicts = scan_verdicts(list_verdict_files(run))
    named = verdicts.filter(pl.col("reason") == reason)
    if intent is not None:
        named = named.filter(pl.col("id").str.split("/").list.get(1) == intent)
    found = named.head(count).collect()
    if found.is_empty():
        known = sorted(verdicts.select(pl.col("reason").unique()).collect()["reason"].to_list())
        hint = "reasons in this run: " + ", ".join(known) if known else "no row was dropped by curate"
        raise RecipeError(f"no row was dropped for {reason}", where="--dropped", hint=hint)
    rows = scan_made(run).filter(pl.col("id").is_in(found["id"].to_list())).collect()
    for row in found.join(rows, on="id", how="left", maintain_order="left").to_dicts():
        yield format_example(row).rstrip() + f"\n   {row['verdict']}: {row['reason']}, {row['detail']}\n"
