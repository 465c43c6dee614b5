"""The verbs of curate: judge a user's own data, and compare ways to deduplicate it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import PromptColumn, Quiet, ResponseColumn, Workers, app, count_workers


@app.command()
def curate(
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="JSONL, JSON, CSV, TSV or Parquet.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the work and the kept rows go.")],
    profile: Annotated[str, typer.Option(help="qa_short, abstract, web, notation, none or another.")] = "qa_short",
    prompt: PromptColumn = None,
    response: ResponseColumn = None,
    pack: Annotated[str | None, typer.Option(metavar="PACK", help="Check facts in the text against a pack.")] = None,
    benchmarks: Annotated[
        list[Path] | None, typer.Option("--benchmark", metavar="FILE", help="No row may show its items; repeatable.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As keep.few_words=3; repeatable.")
    ] = None,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Judge your own data: duplicates, quality, personal data, facts, test items; every drop has a reason."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.curated import Order, report_curation

    order = Order(tuple(files), out, profile, prompt, response, pack, tuple(benchmarks or ()), tuple(settings or ()))
    for line in report_curation(order, workers=count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


@app.command("compare-dedup")
def compare_dedup_verb(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL, JSON, CSV, TSV or Parquet.")],
    prompt: PromptColumn = None,
    response: ResponseColumn = None,
) -> None:
    """Print which distinct facts of your data a FineWeb-style MinHash deletes, and which we delete."""
    from apothecary.report.curated import report_comparison

    for line in report_comparison(file, prompt, response):
        typer.echo(line)
