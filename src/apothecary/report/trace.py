"""A run and an example's id in, where it comes from as text: template, wording, facts, sources and licences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json
from apothecary.errors import RecipeError
from apothecary.flow import read_manifest
from apothecary.packs.grammar import expand_all
from apothecary.report.dataset import list_files, read_pack_dump, require_dataset, scan_dataset
from apothecary.report.preview import format_example
from apothecary.report.table import lay_out


def trace_example(run: Path, example_id: str) -> Iterator[str]:
    """One example, kept or dropped, to the blocks of its trace; RecipeError when the run has no such id."""
    row, state = find_example(run, example_id)
    yield format_example(row).rstrip()
    yield f"   state: {state}, split {row['split']}, safety {row['safety_class']}, origin {row['origin']}\n"
    yield from trace_wording(read_pack_dump(run), row)
    yield from trace_entities(run, row)
    yield from trace_facts(run, row)


def find_example(run: Path, example_id: str) -> tuple[dict[str, Any], str]:
    """An id to its row, and whether it is published or why not."""
    require_dataset(run)
    parts = example_id.split("/")
    split = parts[3].rpartition("-")[0] if len(parts) == 5 else None
    if split in ("train", "validation", "test"):
        published = find_row(list_files(run, "export", require_dataset(run), split), example_id)
        if published is not None:
            return published, "published"
        made = find_row(list_files(run, "generate", read_manifest(run, "generate") or {"files": []}, split), example_id)
        if made is not None:
            return made, find_verdict(run, example_id)
    sample = scan_dataset(run).select("id").head(1).collect().item()
    expected = "pack/intent/template/split-group/number"
    raise RecipeError(f"{run} has no example {example_id}", where="ID", expected=expected, hint=f"one it has: {sample}")


def find_row(files: list[Path], example_id: str) -> dict[str, Any] | None:
    """Files and an id to its row, None when no file has it; only the ids of each file are read until it is found."""
    for path in files:
        ids = pl.read_parquet(path, columns=["id"])["id"]
        place = (ids == example_id).arg_max()
        if place is not None and ids[place] == example_id:
            return pl.scan_parquet(path).slice(place, 1).collect().row(0, named=True)
    return None


def find_verdict(run: Path, example_id: str) -> str:
    """The id of a row that is not published to the verdict about it; surplus rows have none."""
    from apothecary.curate.verdicts import list_verdict_files, scan_verdicts

    found = scan_verdicts(list_verdict_files(run)).filter(pl.col("id") == example_id).collect()
    if found.is_empty():
        return "dropped: surplus"
    row = found.row(0, named=True)
    return f"{row['verdict']}: {row['reason']} ({row['detail']})"


def trace_wording(pack: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    """A pack as written and a row to the patterns that the row was rendered from."""
    intent = next(intent for intent in pack["intents"] if intent["intent"] == row["intent"])
    template = next(template for template in intent["templates"] if template["id"] == row["template"])
    yield f"intent {row['intent']}: {intent['title']}"
    yield f"template {row['template']} ({template['register']}), wording {row['wording']}"
    numbers = [int(number) for number in row["wording"].split(".")]
    lists = [template["ask"], template["reply"]]
    if len(numbers) == 4:
        lists = [template["before"]["ask"], template["before"]["reply"], *lists]
    for mark, patterns, number in zip(("ask  ", "reply") * 2, lists, numbers, strict=False):
        yield f"  {mark}  {expand_all(patterns)[0][number]}"
    yield ""


def trace_entities(run: Path, row: dict[str, Any]) -> Iterator[str]:
    """A row to its entities, each by number, name and where that leads."""
    ids = row["entities"] or []
    if not ids:
        return
    frames = []
    for table, keys in (("compounds", "inchikey"), ("diseases", "mesh_id")):
        path = run / "gather" / f"{table}.parquet"
        if path.exists():
            columns = [pl.col("entity_id"), pl.col("name"), pl.col(keys).alias("key")]
            frames.append(pl.scan_parquet(path).select(columns).filter(pl.col("entity_id").is_in(ids)).collect())
    known = {entity: (name, key) for entity, name, key in pl.concat(frames).iter_rows()}
    yield "entities"
    blank = (None, None)
    yield from lay_out(("", "id", "name", "key"), [(str(n), e, *known.get(e, blank)) for n, e in enumerate(ids)])
    yield ""


def trace_facts(run: Path, row: dict[str, Any]) -> Iterator[str]:
    """A row to its facts: value and unit as used, kind, source with title, and licence; given numbers stand last."""
    ids = [fact["fact_id"] for fact in row["facts"] or [] if fact["fact_id"]]
    facts = pl.scan_parquet(run / "gather" / "facts.parquet").filter(pl.col("fact_id").is_in(ids)).collect()
    known = {fact["fact_id"]: fact for fact in facts.to_dicts()}
    table = []
    for fact in row["facts"] or []:
        origin = known.get(fact["fact_id"])
        kind, source, licence = (
            (origin["kind"], origin["source"], origin["licence"]) if origin else ("given", None, None)
        )
        entity = str(fact["entity"]) if fact["entity"] >= 0 else "-"
        conditions = origin["conditions"] if origin else None
        table.append((entity, fact["field"], fact["value"], fact["unit"], kind, conditions, source, licence))
    yield "facts"
    yield from lay_out(("entity", "field", "value", "unit", "kind", "conditions", "source", "licence"), table)
    yield ""
    titles = {source["id"]: source for source in read_json(run / "gather" / "sources.json")}
    yield "sources of this row, those of names and structures among them"
    used = [titles[source] for source in row["sources"] or [] if source in titles]
    yield from lay_out(
        ("source", "title", "package", "licence"),
        [(one["id"], one["title"], f"{one['package']} {one['version']}", one["licence"]) for one in used],
    )
