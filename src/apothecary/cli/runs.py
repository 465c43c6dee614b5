"""The verbs that make a dataset and look into one: run, resume, validate, preview, show, verify, trace, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import (
    Count,
    Entity,
    Intent,
    Out,
    Overrides,
    Quiet,
    RecipeFile,
    RunFolder,
    Workers,
    app,
    count_workers,
    make_teller,
)


@app.command()
def run(
    recipe: RecipeFile,
    overrides: Overrides = None,
    out: Out = None,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Make the dataset a recipe describes; an unfinished run of the same recipe goes on."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.engine.progress import make_progress
    from apothecary.report.handed import make_dataset

    for line in make_dataset(
        loaded,
        out=out or Path("runs") / loaded.name,
        workers=count_workers(workers),
        progress=make_progress(quiet),
        say=make_teller(quiet),
    ):
        typer.echo(line)


@app.command()
def resume(run: RunFolder, workers: Workers = 0, quiet: Quiet = False) -> None:
    """Go on with an unfinished run."""
    from apothecary.engine.progress import make_progress
    from apothecary.flow import read_recipe
    from apothecary.report.handed import make_dataset

    recipe, teller = read_recipe(run), make_teller(quiet)
    for line in make_dataset(
        recipe, out=run, workers=count_workers(workers), progress=make_progress(quiet), say=teller
    ):
        typer.echo(line)


@app.command()
def preview(
    recipe: RecipeFile,
    intent: Intent = None,
    entity: Entity = None,
    count: Count = 5,
    overrides: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Print a few rows of a recipe at once, without a run."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.engine.progress import make_progress
    from apothecary.report.preview import preview_rows

    for text in preview_rows(loaded, intent=intent, entity=entity, count=count, progress=make_progress(quiet)):
        typer.echo(text)


@app.command()
def show(
    run: RunFolder,
    intent: Intent = None,
    entity: Entity = None,
    dropped: Annotated[str | None, typer.Option(metavar="REASON", help="Rows dropped for this reason.")] = None,
    count: Count = 3,
) -> None:
    """Print what came out of a run: the funnel, the mix in rows and tokens, and examples."""
    from apothecary.report.curated import is_curated, show_curated
    from apothecary.report.show import show_run

    if is_curated(run):
        for text in show_curated(run, dropped=dropped, count=count):
            typer.echo(text)
        return
    for text in show_run(run, intent=intent, entity=entity, dropped=dropped, count=count):
        typer.echo(text)


@app.command()
def verify(
    run: RunFolder,
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged files again.")] = False,
    sample: Annotated[int, typer.Option(min=0, metavar="N", help="Rows to make again and compare.")] = 1000,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Check every file of a run against its hash, and make a sample of rows again."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.verify import verify_run

    verdict = verify_run(
        run, repair=repair, sample=sample, workers=count_workers(workers), progress=make_progress(quiet)
    )
    for line in verdict.lines:
        typer.echo(line)
    if not verdict.is_sound:
        raise typer.Exit(1)


@app.command()
def trace(run: RunFolder, example_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print where one example comes from: its template and wording, its facts, their sources and licences."""
    from apothecary.report.trace import trace_example

    for text in trace_example(run, example_id):
        typer.echo(text)


@app.command()
def doctor() -> None:
    """Print what this machine offers: versions, cores, memory, disk, cache and sources."""
    from apothecary.report.doctor import examine_machine

    for line in examine_machine():
        typer.echo(line)


@app.command()
def validate(recipe: RecipeFile, overrides: Overrides = None) -> None:
    """Check a recipe and its pack, and print all settings; nothing is made."""
    from apothecary.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    from apothecary.report.packs import describe_recipe

    for line in describe_recipe(loaded):
        typer.echo(line)
