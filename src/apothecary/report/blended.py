"""A run and a mix to the choice of rows and the chat beside them, and what came out against what was asked, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from pydantic import ValidationError

from apothecary.curate.room import list_benchmarks
from apothecary.engine.commit import hash_file
from apothecary.errors import RecipeError
from apothecary.export.external import index_test_items, take_external
from apothecary.export.select import Choice
from apothecary.export.take import take_rows
from apothecary.recipe import Recipe, suggest_key
from apothecary.recipe_mix import Mix
from apothecary.report.table import Cell, lay_out


@dataclass(frozen=True)
class Blend:
    """What a mix comes to: the rows that stay, the tables of chat beside them, and the account of both."""

    choice: Choice
    external: tuple[Path, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


def read_mix(path: Path) -> Mix:
    """A YAML file to a mix; RecipeError with the key that is wrong, and the nearest valid one."""
    try:
        values = yaml.safe_load(path.read_text("utf-8")) or {}
        values = values.get("mix", values) if isinstance(values, dict) else values
        return Mix.model_validate(values)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        hint = "give the path of a YAML file, see docs/export.md"
        raise RecipeError(f"the mix cannot be read: {error}", where=str(path), hint=hint) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        hint = suggest_key(key, list(Mix.model_fields)) if first["type"] == "extra_forbidden" else "see docs/export.md"
        raise RecipeError(f"`{key}` is wrong in the mix", where=str(path), expected=first["msg"], hint=hint) from None


def blend_run(
    run: Path, files: Sequence[dict[str, Any]], choice: Choice, mix: Mix, recipe: Recipe, scratch: Path
) -> Blend:
    """A run's dataset files and a mix to what is taken of them, in tables in `scratch`, an empty folder."""
    tables, told = take_rows(run / "export", files, mix, scratch, recipe.seed)
    taken = Choice(choice.sources, choice.facts, choice.entities, mix=tables)
    if not mix.external.files:
        return Blend(taken, told=told)
    held_out = [run / "export" / one["path"] for one in files if not Path(one["path"]).stem.startswith("train-")]
    schema = pq.read_schema(run / "export" / files[0]["path"])
    index = index_test_items(held_out, list_benchmarks(recipe.curate))
    paths, beside = take_external(
        mix.external.files, mix.external.share, told["characters"], index, schema, scratch / "external", recipe.seed
    )
    names = [{"name": Path(name).name, "sha256": hash_file(Path(name))} for name in mix.external.files]
    return Blend(taken, tuple(paths), told | {"external": beside | {"files": names}})


def describe_blend(told: dict[str, Any]) -> Iterator[str]:
    """The account of a mix to text: the shares asked and got, and the chat beside."""
    yield f"mix: {told['training_rows']:,} of {told['training_rows_before']:,} training rows"
    table: list[tuple[Cell, ...]] = [
        (line["by"], line["name"], line["rows"], line["asked"], line["got"]) for line in told["shares"]
    ]
    if table:
        yield from lay_out(("by", "name", "rows", "asked", "got"), table)
    beside = told.get("external")
    if beside:
        yield (
            f"general chat: {beside['rows']:,} of {beside['read']:,} rows,"
            f" {beside['share_got']:.1%} of the tokens of training, {beside['share_asked']:.1%} asked"
        )
        yield from (f"  {number:,} left out: {reason}" for reason, number in beside["left_out"].items())
        if beside["share_got"] < 0.95 * beside["share_asked"]:
            yield "  the files hold no more; name more of them, or ask for less"
