"""The share of a recipe's rows that are tool dialogues: planned as strata, rendered as parts of shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import CapacityError
from apothecary.example import EXAMPLE
from apothecary.generate.allocate import share_out, split_rows, with_surplus
from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.render import list_tool_strata, open_bench, render_tools
from apothecary.recipe import Recipe

CLASS = "context"


def open_tools(recipe: Recipe, knowledge: Path) -> ToolBench:
    """The tools over a run's knowledge folder, once a process."""
    return open_bench(recipe.pack, recipe.seed, knowledge, _share_splits(recipe), recipe.splits.by)


def plan_tools(recipe: Recipe, knowledge: Path) -> list[dict[str, Any]]:
    """The strata of tool dialogues as {id, split, quota, made, class, tools}, by weight; none where none are asked.

    Raises CapacityError where a split cannot give its share.
    """
    if not recipe.tools:
        return []
    pack = open_tools(recipe, knowledge).pack.name
    known = list_tool_strata(recipe.pack, recipe.seed, knowledge, _share_splits(recipe), recipe.splits.by)
    planned = []
    for split, rows in split_rows(recipe).items():
        own = [line for line in known if line["split"] == split]
        limits = [with_surplus(line["capacity"], recipe, inverse=True) for line in own]
        wanted = round(rows * recipe.tools)
        if sum(limits) < wanted:
            raise CapacityError(
                f"{wanted:,} tool dialogues asked for {split}, the knowledge base gives {sum(limits):,}",
                where="tools",
                hint="ask for a smaller share: --set tools=0.01",
            )
        for line, quota in zip(own, share_out(wanted, [one["weight"] for one in own], limits), strict=True):
            made = min(with_surplus(int(quota), recipe), line["capacity"])
            told = {"id": f"{pack}/{line['id']}", "split": split, "quota": int(quota), "made": made}
            planned.append({**told, "class": CLASS, "tools": True})
    return planned


def render_part(
    recipe: Recipe, knowledge: Path, lines: Sequence[Mapping[str, Any]], number: int, of: int
) -> pl.DataFrame:
    """Part `number` of `of` of the dialogues of some planned strata."""
    frames = [pl.DataFrame(schema=EXAMPLE)]
    for line in lines:
        start, stop = line["made"] * number // of, line["made"] * (number + 1) // of
        if start < stop:
            frames.append(render_tools(open_tools(recipe, knowledge), _name_stratum(line["id"]), start, stop))
    return pl.concat(frames)


def render_again(recipe: Recipe, knowledge: Path, row_ids: Sequence[str]) -> pl.DataFrame:
    """Single dialogues by their ids."""
    frames = [pl.DataFrame(schema=EXAMPLE)]
    for row_id in row_ids:
        stratum, _, number = row_id.rpartition("/")
        frames.append(render_tools(open_tools(recipe, knowledge), _name_stratum(stratum), int(number), int(number) + 1))
    return pl.concat(frames)


def _name_stratum(stratum_id: str) -> str:
    """A stratum as the tools know it: without the pack that ids of rows begin with."""
    return stratum_id.partition("/")[2]


def _share_splits(recipe: Recipe) -> dict[str, float]:
    held_out = {"validation": recipe.splits.validation, "test": recipe.splits.test}
    return {"train": 1 - sum(held_out.values()), **held_out}
