"""The verb that reports what came out of a run, as a page and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import RunFolder, app


@app.command()
def report(
    run: RunFolder,
    other: Annotated[Path | None, typer.Argument(metavar="[OTHER]", help="A second run, to compare.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="[default: RUN/report.html]")] = None,
    labels: Annotated[Path | None, typer.Option(metavar="FILE", help="Experts' labels: columns id, accepted.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Write a page about a finished run, and the same as JSON; with a second run, what differs."""
    from apothecary.report.planned import encode_told
    from apothecary.report.published import report_run, report_two

    told, page = report_two(run, other, out=out) if other else report_run(run, out=out, labels=labels)
    typer.echo(encode_told(told) if as_json else str(page))
