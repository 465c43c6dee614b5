"""A recipe and an endpoint in, written rows in a folder and lines about them out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import Budget
from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.example import EXAMPLE
from apothecary.packs.load import load_pack
from apothecary.recipe import Recipe
from apothecary.report.preview import prepare_views
from apothecary.writing.gate import open_gate
from apothecary.writing.plan import plan_requests
from apothecary.writing.prompts import choose_kinds, load_prompts
from apothecary.writing.subjects import Subjects
from apothecary.writing.write import Books, Order, write_rows

MOST_REASONS = 12


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    rows: int
    out: Path
    kinds: tuple[str, ...] = ()
    licence: str = ""
    budget_usd: float | None = None
    budget_calls: int | None = None
    judge: Endpoint | None = None
    source: Path | None = None  # rows of free text, for kinds that put them into other words


def write_for_recipe(
    recipe: Recipe, endpoint: Endpoint, wish: Wish, *, progress: Progress, tell: Callable[[str], None]
) -> Iterator[str]:
    """Write rows of the recipe's pack, seed, licence setting and splits; lines about what became of the answers."""
    prompts = load_prompts(recipe.pack)
    kinds = choose_kinds(prompts, wish.kinds)
    rows = _read_source(wish.source, any(kind.mode == "row" for kind in kinds))
    views = prepare_views(recipe.pack, recipe.licence, workers=len(os.sched_getaffinity(0)), progress=progress)
    shares = {"validation": recipe.splits.validation, "test": recipe.splits.test}
    shares["train"] = 1 - sum(shares.values())
    pack = load_pack(recipe.pack)
    subjects = Subjects(pack, prompts, views, recipe.seed, shares, recipe.splits.by)
    gate = open_gate(recipe.pack, views, prompts.rules)
    budget = Budget(calls=wish.budget_calls, usd=wish.budget_usd)
    order = Order(wish.rows, wish.out, pack.name, wish.licence, budget, judge=wish.judge)
    tasks = plan_requests(subjects, kinds, endpoint.model, rows=rows)
    yield from describe_books(write_rows(endpoint, tasks, gate, order, progress=progress, tell=tell), wish)


def describe_books(books: Books, wish: Wish) -> Iterator[str]:
    """Books to lines."""
    spent = books.spent
    yield f"{books.kept:,} rows in {wish.out}, of {books.asked:,} answers; ${spent.get('usd', 0):,.2f} spent"
    for reason, count in (books.dropped + books.unanswered).most_common(MOST_REASONS):
        yield f"  {count:>6,}  {reason}"
    cut = sum(books.sentences.values()) - books.sentences["kept"]
    yield f"sentences: {books.sentences['kept']:,} kept, {cut:,} cut"
    if books.stopped_by:
        yield f"ended early by {books.stopped_by}; the rows are whole, the same command goes on where it can"
    yield f"into a run: --set authored={wish.out}"


def _read_source(source: Path | None, is_needed: bool) -> pl.DataFrame | None:
    """The rows of a folder or file of Parquet; RecipeError where a kind needs them and there are none."""
    if source is None:
        if is_needed:
            raise RecipeError("rows to put into other words are missing", hint="name their folder with --rows-from")
        return None
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    if not files:
        raise RecipeError("there are no rows", where=str(source), expected="Parquet files of examples")
    tables = [pl.read_parquet(file) for file in files if "prompt" in pl.read_parquet_schema(file)]  # not the books
    return pl.concat([pl.DataFrame(schema=EXAMPLE), *tables], how="diagonal_relaxed")
