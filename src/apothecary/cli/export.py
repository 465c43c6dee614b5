"""The verbs of export: write a run in the formats that trainers read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import Quiet, RunFolder, Workers, app, count_workers

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="The export folder.")]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="chat, sharegpt, alpaca, completion, text, parquet, hf, reward or preference; repeatable.",
    ),
]


@app.command("export")
def export_verb(
    run: RunFolder,
    out: OutFolder,
    formats: Formats = None,
    reasoning: Annotated[str, typer.Option(help="think (in tags), inline or drop.")] = "drop",
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A Jinja chat template, for the format text.")
    ] = None,
    compress: Annotated[str, typer.Option(help="zstd, gzip or none.")] = "zstd",
    columns: Annotated[
        list[str] | None, typer.Option("--column", metavar="NAME", help="A column beside, as id; repeatable.")
    ] = None,
    trainers: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="TRAINER", help="A config for trl, axolotl, llamafactory or unsloth; repeatable."
        ),
    ] = None,
    pairs: Annotated[
        int, typer.Option(min=0, metavar="N", help="Rows that a wrong answer is looked for; 0 takes all.")
    ] = 20_000,
    mix: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Which training rows, as YAML; see docs/export.md.")
    ] = None,
    push: Annotated[
        str | None,
        typer.Option("--push-to-hub", metavar="NAME", help="Push it to this dataset repository, as me/tier1."),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="A new repository is public, not private.")] = False,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Write a finished run in the formats that trainers read."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.handed import Request, list_names, report_export

    request = Request(
        list_names(formats),
        out,
        reasoning,
        template,
        compress,
        list_names(columns),
        list_names(trainers),
        pairs,
        mix,
        push,
        not public,
    )
    for line in report_export(run, request, workers=count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


@app.command()
def recall(
    run: RunFolder,
    out: OutFolder,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="A source, as chembl.")] = None,
    fact: Annotated[str | None, typer.Option(metavar="ID", help="The id of a fact.")] = None,
    entity: Annotated[str | None, typer.Option(metavar="NAME", help="An entity, by name or id.")] = None,
    formats: Formats = None,
    compress: Annotated[str, typer.Option(help="zstd, gzip or none.")] = "zstd",
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Write a release without the rows that rest on a source, a fact or an entity."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.handed import Request, list_names, recall_rows

    request = Request(list_names(formats) or ("parquet",), out, compress=compress)
    told = {"source": source, "fact": fact, "entity": entity}
    for line in recall_rows(run, request, **told, workers=count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A run, or an export folder with tables.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Every row that differs, as Parquet.")
    ] = None,
) -> None:
    """Print which rows were added, removed and changed between two datasets, and why."""
    from apothecary.report.difference import report_difference

    for line in report_difference(before, after, out):
        typer.echo(line)
