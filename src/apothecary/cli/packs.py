"""The verbs that look into packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import PackName, packs_app


@packs_app.command("new")
def create_pack_verb(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The pack's name, as my_pack.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The pack folder [default: NAME].")] = None,
) -> None:
    """Write a small pack that works, to start your own from."""
    from apothecary.report.packs import report_new_pack

    for line in report_new_pack(name, out or Path(name)):
        typer.echo(line)


@packs_app.command("check")
def check_pack_verb(
    pack: PackName = "pharma",
    *,
    varied: Annotated[bool, typer.Option("--varied", help="Read rendered rows of its manners instead.")] = False,
    rows: Annotated[int, typer.Option(min=1, metavar="N", help="With --varied: rows of each template.")] = 60,
) -> None:
    """Lint a pack: slots, units, roundings, wordings, articles, directions."""
    from apothecary.report.packs import report_problems, report_varied

    verdict = report_varied(pack, rows) if varied else report_problems(pack)
    for line in verdict.lines:
        typer.echo(line)
    if not verdict.is_sound:
        raise typer.Exit(1)


@packs_app.command("capacity")
def count_capacity(
    pack: PackName = "pharma",
    rows: Annotated[int, typer.Option(min=1, metavar="N", help="Rows a recipe would ask for.")] = 10_000_000,
) -> None:
    """Print how many distinct prompts a pack can make, by intent, licence setting and group."""
    from apothecary.report.packs import report_capacity

    for line in report_capacity(pack, rows):
        typer.echo(line)
