"""A run in, what came out of it as text: where it stands, the funnel, the mix in rows and tokens, and examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import RecipeError
from apothecary.export.mix import CHARACTERS_PER_TOKEN
from apothecary.flow import ROOMS, Outcome, read_identity, read_manifest
from apothecary.report.curated import lay_funnel
from apothecary.report.dataset import (
    filter_rows,
    find_entities,
    require_dataset,
    scan_dataset,
    scan_made,
)
from apothecary.report.preview import format_example
from apothecary.report.table import Cell, format_bytes, lay_out

LOOK_ROWS = 5_000
HOLDS = {"gather": "facts", "generate": "examples", "curate": "verdicts", "export": "rows"}
BY = ("perspective", "origin", "intent", "split", "tests", "group", "licence")


def describe_outcome(outcome: Outcome) -> str:
    """A finished run to the lines a person wants last: how many rows, where, and what to do next."""
    files = outcome.manifest["files"]
    size, count = sum(entry["bytes"] for entry in files), sum(entry["rows"] > 0 for entry in files)
    state = "was done already" if outcome.was_done else "is done"
    return (
        f"{outcome.run} {state}: {outcome.manifest['rows']:,} rows, {format_bytes(size)}, "
        f"{count} data files in {outcome.run / 'export'}\n"
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
        yield from show_mix(require_dataset(run)["mix"])
        yield show_questions(require_dataset(run)["questions"])
        yield from show_audit(require_dataset(run)["audit"])
        yield from show_examples(scan_dataset(run), count)
        return
    rows = filter_rows(scan_dataset(run), intent, find_entities(run, entity) if entity else None)
    mix = count_filtered(rows)
    if not mix["split"]:
        what = f"no row of {intent or 'this run'} is about {entity or 'anything'}"
        raise RecipeError(what, where=str(run), hint="intents: " + ", ".join(require_dataset(run)["mix"]["intent"]))
    yield from show_mix(mix)
    yield from show_examples(rows, count)


def show_state(run: Path) -> Iterator[str]:
    """The recipe and how far each room is."""
    identity = read_identity(run)
    recipe = identity["recipe"]
    yield f"{run}: {recipe['rows']:,} rows of {Path(recipe['pack']).name}, seed {recipe['seed']}, {recipe['licence']}"
    table: list[tuple[Cell, ...]] = []
    for room in ROOMS:
        manifest = read_manifest(run, room)
        if manifest is None:
            shards = len(list((run / room / "done").glob("*.json")))
            table.append((room, f"{shards} shards done" if shards else "not begun", "", "", ""))
            continue
        size = sum(entry["bytes"] for entry in manifest["files"])
        table.append((room, "done", manifest["rows"], HOLDS[room], format_bytes(size)))
    yield from lay_out(("room", "state", "", "", "size"), table)


def show_funnel(run: Path) -> Iterator[str]:
    """What each component read, kept and dropped, with reasons; taken from the manifests."""
    made, published = read_manifest(run, "generate") or {}, read_manifest(run, "export") or {}
    components = [{"component": name, **books} for name, books in made.get("books", {}).items()]
    yield from lay_funnel(components + published.get("funnel", []))
    yield f"  review sample: {published['sample']['rows']:,} rows, {run / ROOMS[-1] / 'sample.jsonl'}"


def show_mix(mix: dict[str, dict[str, dict[str, int]]]) -> Iterator[str]:
    """The mix of a manifest to tables in rows and tokens: by perspective, intent and the rest."""
    total = {what: sum(line[what] for line in mix["split"].values()) for what in ("rows", "approximate_tokens")}
    tokens = f"about {total['approximate_tokens']:,} tokens (characters / {CHARACTERS_PER_TOKEN})"
    yield f"mix: {total['rows']:,} rows, {tokens}"
    for by, lines in ((by, mix[by]) for by in BY if by in mix):
        table: list[tuple[Cell, ...]] = []
        for name, line in lines.items():
            cells: list[Cell] = [name]
            for what, sum_of_all in total.items():
                cells += [line[what], line[what] / max(1, sum_of_all)]
            table.append(tuple(cells))
        yield from lay_out((by, "rows", "share", "tokens", "share"), table)


def show_questions(told: dict[str, Any]) -> str:
    """How varied the questions of training are, as a manifest says, to text."""
    return (
        f"questions of training, names and values taken out: {told['forms']:,} forms, as varied as "
        f"{told['effective']:,.0f} of equal share; the most frequent has {told['top_share']:.2%} ({told['top']})"
    )


def show_audit(told: dict[str, int]) -> Iterator[str]:
    """The audit of a manifest to text: what of the held-out rows training shows, and against how much it was held."""
    against = {
        "prompts_in_two_splits": "held_out_prompts",
        "held_out_wordings_in_training": "held_out_wordings",
        "held_out_parents_in_training": "held_out_parents",
        "held_out_scaffolds_in_training": "held_out_scaffolds",
        "held_out_computed_facts_in_training": "held_out_computed_facts",
        "held_out_intents_in_training": "held_out_intents",
        "rows_that_touch_sealed_files": "",
    }
    table: list[tuple[Cell, ...]] = [
        (leak.replace("_", " "), told[leak], told[held] if held else "")
        for leak, held in against.items()
        if leak in told
    ]
    yield from lay_out(("leaks from held-out rows", "found", "of"), table)
    taught, facts = told["recall_facts_in_training"], told["recall_facts"]
    yield f"facts of the recall tests that training has shown: {taught:,} of {facts:,}"


def count_filtered(rows: pl.LazyFrame) -> dict[str, dict[str, dict[str, int]]]:
    """Published rows to their mix by intent and split, as in a manifest."""
    spoken = pl.col("messages").list.eval(pl.element().struct.field("content").str.len_chars()).list.sum()
    characters = spoken.cast(pl.Int64).sum().alias("characters")
    counted = rows.group_by("intent", "split").agg(pl.len().alias("rows"), characters).collect()
    mix: dict[str, dict[str, dict[str, int]]] = {}
    for by in ("intent", "split"):
        sums = counted.group_by(by).agg(pl.col("rows").sum(), pl.col("characters").sum()).sort(by)
        mix[by] = {
            name: {"rows": n, "approximate_tokens": size // CHARACTERS_PER_TOKEN} for name, n, size in sums.iter_rows()
        }
    return mix


def show_examples(rows: pl.LazyFrame, count: int) -> Iterator[str]:
    """The first rows, of as many intents as fit; looks at no more than the first `LOOK_ROWS` rows."""
    taken = rows.head(LOOK_ROWS).collect()
    each = max(1, -(-count // max(1, taken["intent"].n_unique())))
    shown = taken.group_by("intent", maintain_order=True).head(each).head(count)
    yield f"examples: {shown.height}"
    for row in shown.to_dicts():
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
