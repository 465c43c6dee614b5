"""apothecary: a recipe in, a dataset of checked examples out. The rooms, in the order an example passes them:

    gather      public packages -> facts with source, kind and licence; the views that rendering needs
    generate    facts x templates -> examples, each a counted combination, in shards
    curate      every example derived again by a second path; equal prompts -> verdicts, beside the data
    export      what is kept, exactly as many rows as asked -> Parquet, manifest, leak audit

    recipe = load_recipe(Path("recipes/quick.yaml"), ["rows=5000"])
    outcome = run_recipe(recipe, out=Path("runs/quick"), workers=2, progress=make_progress())
    print(outcome.manifest["rows"], outcome.manifest["splits"])

`flow` is the page to read first. Names below are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "ApothecaryError": "errors",
    "Outcome": "flow",
    "Pack": "packs.model",
    "Recipe": "recipe",
    "check_pack": "packs.check",
    "load_pack": "packs.load",
    "load_recipe": "recipe",
    "make_progress": "engine.progress",
    "resume_run": "flow",
    "run_recipe": "flow",
}
__all__ = [
    "ApothecaryError",
    "Outcome",
    "Pack",
    "Recipe",
    "check_pack",
    "load_pack",
    "load_recipe",
    "make_progress",
    "resume_run",
    "run_recipe",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'apothecary' has no attribute {name!r}")
    return getattr(import_module(f"apothecary.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
