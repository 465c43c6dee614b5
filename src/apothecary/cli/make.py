"""The verb that makes examples of documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import Quiet, Workers, app, count_workers


@app.command()
def make(
    folders: Annotated[list[Path], typer.Argument(metavar="DOCS", help="Folders that `gather pubmed ...` wrote.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the examples go.")],
    pack: Annotated[str, typer.Option(metavar="PACK", help="The pack that declares the makers.")] = "pharma",
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other wordings.")] = 0,
    validation: Annotated[float, typer.Option(min=0, max=0.4, help="The share of documents for validation.")] = 0.005,
    test: Annotated[float, typer.Option(min=0, max=0.4, help="The share of documents for test.")] = 0.01,
    leave_out: Annotated[
        list[Path] | None, typer.Option("--leave-out", metavar="FILE", help="Ids that may not be used; repeatable.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--names", metavar="DIR", help="Views of a knowledge base: count what is covered.")
    ] = None,
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Make examples of documents, each answer tied to its passage and checked against it."""
    from apothecary.generate.makers.room import Wish
    from apothecary.report.made import report_made

    wish = Wish(pack, seed, validation, test, tuple(leave_out or ()))
    for line in report_made(folders, out, wish, workers=count_workers(workers), quiet=quiet):
        typer.echo(line)
    if names:
        from apothecary.engine.run import read_manifest
        from apothecary.report.coverage import report_coverage

        files = [out / entry["path"] for entry in read_manifest(out)["files"]]
        for line in report_coverage(files, names, out / "coverage"):
            typer.echo(line)
