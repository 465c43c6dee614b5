"""The generate room: recipe, pack and knowledge in, shards of examples out (`generate/data/<split>-<number>.parquet`).

Shard s of a split takes rows made*s/S .. made*(s+1)/S of every stratum, so each shard is a fair sample of the whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import make_folder, read_json, write_bytes, write_json
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, ShardRecord, run_room
from apothecary.errors import RecipeError
from apothecary.example import SPLITS
from apothecary.generate.allocate import allocate_rows
from apothecary.generate.authored import INDEX, count_classes, find_rows, plan_authored, read_slice
from apothecary.generate.draw import Span, find_rows_about
from apothecary.generate.pack import load_recipe_pack
from apothecary.generate.tools.quota import plan_tools, render_again, render_part
from apothecary.generate.workbench import Workbench, find_span
from apothecary.packs.load import dump_pack, restore_pack
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe

ROOM = "generate"


def run_generate(run: Path, recipe: Recipe, *, inputs: str, workers: int, progress: Progress) -> dict[str, Any]:
    """Render every stratum of `recipe` over `run`/gather; returns the room's manifest.

    Raises CapacityError when the facts cannot give the rows, PackError when a template cannot be rendered.
    """
    folder = run / ROOM
    make_folder(folder / "done")  # marks the folder as a room, before anything else lies in it
    pack = load_recipe_pack(recipe)
    # As written, not canonical: the order of `let` and of fields has a meaning.
    write_bytes(folder / "pack.json", (json.dumps(dump_pack(pack), ensure_ascii=False, indent=1) + "\n").encode())
    strata, held_out = plan_strata(recipe, pack, run / "gather")
    write_json(folder / "strata.json", strata)
    return run_room(
        folder,
        ROOM,
        list_shards(strata, recipe.shard_rows),
        render_shard,
        context={"run": str(run.resolve()), "recipe": recipe.model_dump(mode="json")},
        inputs=inputs,
        workers=workers,
        progress=progress,
        summarise=lambda records: {"strata": strata, "held_out_patterns": held_out} | count_rows(records),
    )


def plan_strata(recipe: Recipe, pack: Pack, knowledge: Path) -> tuple[list[dict[str, Any]], dict[str, list[int]]]:
    """The strata as {id, split, quota, made}, and by `intent/template` the ask patterns held out (validation, test)."""
    bench = Workbench(recipe, pack, knowledge)
    authored = plan_tools(recipe, knowledge)
    if recipe.authored:
        authored += plan_authored(read_json(knowledge / INDEX), recipe, count_classes(authored))
    strata = [
        {"id": quota.stratum.id, "split": quota.stratum.part.split, "quota": quota.wanted, "made": quota.made}
        for quota in allocate_rows(bench.plans, recipe, count_classes(authored))
    ] + authored
    held_out = {name: numbers for plan in bench.plans for name, numbers in plan.list_held_out().items()}
    return strata, held_out


def list_shards(strata: Sequence[dict[str, Any]], shard_rows: int) -> list[Shard]:
    """Shards of about `shard_rows` rows, split by split."""
    shards = []
    for split in SPLITS:
        made = sum(stratum["made"] for stratum in strata if stratum["split"] == split)
        count = max(1, round(made / shard_rows)) if made else 0
        for number in range(count):
            rows = made * (number + 1) // count - made * number // count
            shards.append(Shard(f"{split}-{number:05d}", {"split": split, "number": number, "of": count, "rows": rows}))
    return shards


def render_shard(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One shard's rows, shuffled, to one Parquet file; returns its books."""
    bench, strata = _open_bench(context["run"])
    number, of = shard.payload["number"], shard.payload["of"]
    own = [line for line in strata if line["split"] == shard.payload["split"]]
    spans = [
        Span(bench.strata[line["id"]], line["made"] * number // of, line["made"] * (number + 1) // of)
        for line in own
        if "class" not in line
    ]
    frame = bench.render_shuffled(spans, shard.name)
    knowledge = Path(context["run"]) / "gather"
    tools = [line for line in own if "tools" in line]
    made = {line["id"]: line["made"] for line in own if "class" in line and "tools" not in line}
    if tools or made:
        rows = [render_part(bench.recipe, knowledge, tools, number, of)]
        rows += [read_slice(knowledge, made, shard.payload["split"], number, of)] if made else []
        frame = bench.shuffle(pl.concat([frame, *rows]), shard.name)
    # One row group: curate and export read whole shards, and dictionaries then serve all rows.
    settings = {"compression": "zstd", "compression_level": 1, "statistics": False}
    folder.write_parquet(f"data/{shard.name}.parquet", frame, row_group_size=max(1, frame.height), **settings)
    return {"generate": {"read": frame.height, "kept": frame.height, "dropped": {}, "failed": {}}}


def count_rows(records: Sequence[ShardRecord]) -> dict[str, Any]:
    """Rows by split."""
    splits: dict[str, int] = {}
    for record in records:
        split = record.name.rsplit("-", 1)[0]
        splits[split] = splits.get(split, 0) + sum(file.rows for file in record.files)
    return {"splits": splits}


def make_again(run: Path, row_ids: Sequence[str]) -> pl.DataFrame:
    """Rows of a run made again from nothing but their ids, in the order given; RecipeError for an unknown id."""
    bench, strata = _open_bench(str(run.resolve()))
    elsewhere = {line["id"]: "tools" in line for line in strata if "class" in line}
    kinds: dict[bool | None, list[str]] = {None: [], True: [], False: []}
    for row_id in row_ids:
        kinds[elsewhere.get(row_id.rpartition("/")[0])].append(row_id)
    made = bench.render_spans([find_span(bench.strata, row_id) for row_id in kinds[None]])
    if kinds[True]:
        made = pl.concat([made, render_again(bench.recipe, run / "gather", kinds[True])])
    if kinds[False]:
        made = pl.concat([made, find_rows(run / "gather", kinds[False])])
    return pl.DataFrame({"id": list(row_ids)}, schema={"id": pl.String}).join(
        made, on="id", how="left", maintain_order="left"
    )


def render_preview(
    recipe: Recipe, knowledge: Path, *, intent: str | None = None, entity: str | None = None, rows: int = 5
) -> pl.DataFrame:
    """A few rows of an intent (of each, if none is named), about one entity by name if one is named.

    Raises RecipeError for an intent or a name that the pack or the knowledge base does not have.
    """
    pack = load_recipe_pack(recipe)
    known = [one.intent for one in pack.intents]
    if intent and intent not in known:
        raise RecipeError(f"the pack has no intent {intent!r}", expected=", ".join(known))
    bench = Workbench(recipe, pack, knowledge, [intent] if intent else ())
    if entity:
        return _preview_entity(bench, entity, rows)
    spans = []
    for plan in bench.plans:
        strata = [s for s in plan.strata() if s.part.split == "train"]
        spans += [Span(s, 0, min(s.capacity, -(-rows // max(1, len(strata))))) for s in strata]
    frame = bench.render_shuffled(spans, "preview")
    return frame.head(rows) if intent else frame.group_by("intent", maintain_order=True).head(1).head(max(rows, 1))


def _preview_entity(bench: Workbench, entity: str, rows: int) -> pl.DataFrame:
    """Rows about one entity, the first of each stratum in turn: their numbers by inverting the permutation."""
    spans: list[Span] = []
    is_known = False
    for plan in bench.plans:
        if plan.view is None:
            continue
        at = plan.view.column("name").str.to_lowercase().eq(entity.lower()).arg_true()
        if not len(at):
            continue
        is_known = True
        for stratum in plan.strata():
            spans += find_rows_about(plan, stratum, int(at[0]), -(-rows // len(plan.intent.templates)))
    if not is_known:
        hint = "names are lower case and international (INN), for instance imatinib"
        raise RecipeError(f"the knowledge base has no entity named {entity!r}", hint=hint)
    if not spans:
        raise RecipeError(f"no row of this preview can be about {entity!r}", hint="try another --intent, or none")
    return bench.render_shuffled(spans[:: max(1, len(spans) // rows)][:rows], "preview")


@lru_cache(maxsize=1)
def _open_bench(run: str) -> tuple[Workbench, list[dict[str, Any]]]:
    """The workbench of a run, once a process: from the recipe and pack that lie in the run."""
    folder = Path(run) / ROOM
    recipe = Recipe.model_validate(read_json(Path(run) / "run.json")["recipe"])
    pack = restore_pack(read_json(folder / "pack.json"))
    return Workbench(recipe, pack, Path(run) / "gather"), read_json(folder / "strata.json")
