"""The verbs of gather that read dumps of knowledge: DrugBank, RxNorm, ChEMBL, PubChem, MeSH."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli.app import gather_app

DUMPS = {
    "drugbank": "DrugBank's open vocabulary (CSV)",
    "rxnorm": "RxNorm (RXNCONSO.RRF or BioPortal CSV)",
    "chembl": "ChEMBL (SQLite or TSV)",
    "pubchem": "PubChem compounds (SDF)",
    "mesh": "MeSH (descriptor XML or tree numbers)",
}


def _add_dump(kind: str, told: str) -> None:
    """The verb `gather KIND`, which reads a dump of one kind."""

    def read(
        files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Files, packed or not.")],
        out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the facts go.")],
    ) -> None:
        from apothecary.report.dumps import report_dump

        for line in report_dump(kind, files, out):
            typer.echo(line)

    gather_app.command(kind, help=f"Read {told} into facts.")(read)


for _kind, _told in DUMPS.items():
    _add_dump(_kind, _told)
