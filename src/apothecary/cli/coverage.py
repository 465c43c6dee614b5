"""The verb that says what a dataset covers and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import RunFolder, app


@app.command()
def coverage(
    run: RunFolder,
    rows: Annotated[
        Path | None, typer.Option("--rows", metavar="DIR", help="Authored rows, to map instead of the run's own.")
    ] = None,
    cap: Annotated[int, typer.Option("--cap", min=1, metavar="N", help="Cells with more rows are over-full.")] = 50,
    fill: Annotated[bool, typer.Option("--fill", help="Say the settings that send rows where holes are.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where both tables go.")] = None,
) -> None:
    """Map drugs and intents to rows: holes, over-full cells, and how the next run fills them."""
    from apothecary.report.holes import report_holes

    for line in report_holes(run, rows, cap=cap, fill=fill, out=out):
        typer.echo(line)
