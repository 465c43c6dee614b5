"""The verbs of gather: a pack's knowledge base, tables and documents of one's own, a field held against a source."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import PackName, Quiet, Workers, app, count_workers, gather_app, make_teller


@gather_app.command("pack")
def gather(
    pack: PackName = "pharma",
    licence: Annotated[str, typer.Option(help="permissive or share-alike.")] = "share-alike",
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Build the knowledge base, or find it in the cache, and print what is in it and what is not."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.knowledge import report_gathered

    for text in report_gathered(pack, licence=licence, workers=count_workers(workers), progress=make_progress(quiet)):
        typer.echo(text)


@gather_app.command("table")
def gather_table(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, Parquet or SDF, one measurement a row.")],
    facts: Annotated[list[str], typer.Option("--fact", metavar="NAME[UNIT]=COL", help="Measurements; repeatable.")],
    smiles: Annotated[str, typer.Option(metavar="COL", help="The structures; an SDF has its own.")] = "smiles",
    name: Annotated[str | None, typer.Option(metavar="COL", help="The compounds' names.")] = None,
    conditions: Annotated[
        list[str] | None, typer.Option("--condition", metavar="LABEL=COL", help="As assay=Target; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The pack folder.")] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Where the values come from.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Under which terms they stand.")] = "own data",
    workers: Workers = 0,
    quiet: Quiet = False,
) -> None:
    """Make a pack of a table of your own compounds: facts, and questions that run offline."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.own_table import Wish, report_own_table

    wish = Wish(file, smiles, tuple(facts), name, tuple(conditions or ()), out, title, licence)
    for line in report_own_table(wish, workers=count_workers(workers), progress=make_progress(quiet)):
        typer.echo(line)


def _add_reader(kind: str, told: str) -> None:
    """The verb `gather KIND`, which reads files of one kind of document."""

    def read(
        files: Annotated[list[str], typer.Argument(metavar="FILES", help="Files, archives of them, or addresses.")],
        out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where documents and passages go.")],
        allow: Annotated[
            list[str] | None, typer.Option("--allow", metavar="HOST", help="Another host to download from; repeatable.")
        ] = None,
        workers: Workers = 0,
        quiet: Quiet = False,
    ) -> None:
        from apothecary.report.documents import report_documents

        read = partial(report_documents, workers=count_workers(workers), quiet=quiet)
        typer.echo(read(kind, files, out, allowed=allow or [], tell=make_teller(quiet)))

    gather_app.command(kind, help=f"Read {told} into documents and passages.")(read)


KINDS = {
    "pubmed": "PubMed and MEDLINE files",
    "trials": "studies",
    "papers": "papers (JATS)",
    "labels": "drug labels and approvals",
    "patents": "US patents and applications",
    "questions": "question sets",
}
for _kind, _told in KINDS.items():
    _add_reader(_kind, _told)


@app.command()
def compare(
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A field of compounds, as first_approval.")],
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Another source: CSV with the columns name and value.")],
    tolerance: Annotated[float, typer.Option(min=0, help="By how much numbers may differ.")] = 0.0,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="SOURCE", help="A source that has copied; repeatable.")
    ] = None,
    pack: Annotated[str, typer.Option(help="A built-in pack, or the path of a pack folder.")] = "pharma",
    quiet: Quiet = False,
) -> None:
    """Hold the facts of a field against another source, and list where the two disagree."""
    from apothecary.engine.progress import make_progress
    from apothecary.report.opinion import report_opinion

    told = report_opinion(
        pack,
        field,
        table,
        tolerance=tolerance,
        leave_out=leave_out or [],
        workers=count_workers(0),
        progress=make_progress(quiet),
    )
    for line in told:
        typer.echo(line)
