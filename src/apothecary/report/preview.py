"""A recipe in, a few of its rows as text out, without a run: seconds once the knowledge base is cached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.export.messages import list_spoken
from apothecary.flow import cache_views, find_knowledge
from apothecary.generate.pack import load_recipe_pack
from apothecary.packs.load import find_pack, load_pack
from apothecary.recipe import Recipe


def preview_rows(
    recipe: Recipe, *, intent: str | None, entity: str | None, count: int, progress: Progress
) -> Iterator[str]:
    """Rows of the recipe, of one intent or about one entity when named, each as a block of text.

    Raises RecipeError for an intent the pack does not have, or an entity the knowledge base does not have.
    """
    from apothecary.generate.room import render_preview

    load_recipe_pack(recipe)
    views = prepare_views(recipe.pack, recipe.licence, workers=len(os.sched_getaffinity(0)), progress=progress)
    frame = render_preview(recipe, views, intent=intent, entity=entity, rows=count)
    if frame.is_empty():
        what = f"no row of {intent or 'this recipe'} is about {entity or 'anything'}"
        raise RecipeError(what, where="--intent and --entity", hint="leave out one of the two")
    for row in frame.to_dicts():
        yield format_example(row)


def prepare_views(pack: str, licence: str, *, workers: int, progress: Progress) -> Path:
    """A pack and a licence setting to the folder of its views of the newest knowledge base, made once and cached."""
    loaded = load_pack(pack)
    knowledge = find_knowledge(loaded, workers=workers, progress=progress)
    return cache_views(knowledge, loaded, find_pack(pack), licence=licence)


def format_example(row: dict[str, Any]) -> str:
    """One example, as made or as published, to a block of text a person can read."""
    lines = [f"{row['id']}   [{row['perspective']}, {row['tests']}, difficulty {row['difficulty']}]"]
    marks = {"system": "S: ", "user": "Q: ", "assistant": "A: "}
    lines += [_hang(marks[turn["role"]], turn["content"]) for turn in row.get("messages") or list_spoken(row)]
    if row["reasoning"]:
        lines.append(_hang("   steps: ", "\n".join(row["reasoning"])))
    tolerance = "" if not row["tolerance"] else f" (± {row['tolerance']:g})"
    lines.append(f"   answer: {row['answer']}{tolerance}, {row['answer_type']}")
    return "\n".join(lines) + "\n"


def _hang(mark: str, text: str) -> str:
    return mark + text.replace("\n", "\n" + " " * len(mark))
