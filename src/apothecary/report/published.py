"""A run in, the files of its report out: one HTML page and the same as JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apothecary.engine.commit import make_folder, write_bytes
from apothecary.errors import RecipeError
from apothecary.report.contrast import contrast, write_contrast
from apothecary.report.findings import examine_run
from apothecary.report.page import write_report
from apothecary.report.planned import encode_told

NAME = "report.html"


def report_run(run: Path, *, out: Path | None = None, labels: Path | None = None) -> tuple[dict[str, Any], Path]:
    """A finished run to what its report says and the path of the page; the JSON lies beside it."""
    told = examine_run(run, labels)
    return told, write_files(told, write_report(told), out or run / NAME)


def report_two(first: Path, second: Path, *, out: Path | None = None) -> tuple[dict[str, Any], Path]:
    """Two finished runs to what differs, and the path of the page."""
    told = contrast(examine_run(first), examine_run(second))
    return told, write_files(told, write_contrast(told), out or second / "compared.html")


def write_files(told: dict[str, Any], page: str, path: Path) -> Path:
    """What is told and its page to two files, `.html` and `.json`; RecipeError for a name that is no page's."""
    if path.suffix != ".html":
        raise RecipeError(f"{path.name} is no name of a page", where="--out", expected="a name that ends in .html")
    make_folder(path.parent)
    write_bytes(path, page.encode("utf-8", "backslashreplace"))
    write_bytes(path.with_suffix(".json"), (encode_told(told) + "\n").encode("utf-8", "backslashreplace"))
    return path
