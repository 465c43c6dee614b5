"""A user's own data for the tests: files of records, and what curate made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.files import curate_files
from apothecary.engine.commit import hash_file, read_sealed
from apothecary.engine.progress import SilentProgress
from apothecary.recipe import Curate, Keep

Record = dict[str, Any]
SOLVENTS = ["hexane", "toluene", "ethanol", "acetone", "pyridine", "dioxane", "anisole", "benzene", "decalin", "cumene"]


def ask(number: int, value: int | None = None) -> Record:
    """A sound question and its answer; equal numbers are equal records."""
    solvent = SOLVENTS[number % 10]
    told = 40 + number if value is None else value
    return {
        "prompt": f"At which temperature does {solvent} of batch {number} boil at normal pressure?",
        "response": f"The {solvent} of batch {number} was seen to boil at {told} °C, as the table of the maker says.",
        "tag": number,
    }


def write_jsonl(path: Path, records: Iterable[Any]) -> Path:
    """Records, or lines as they are, to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in records]
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return path


def curate(files: Sequence[Path], out: Path, *, workers: int = 1, **settings: Any) -> dict[str, Any]:
    """Files to the manifest of their curation; `profile` and `bounds` are those of keep, the others those of curate."""
    keep = Keep(profile=settings.pop("profile", "none"), bounds=settings.pop("bounds", {}))
    columns = settings.pop("columns", (None, None))
    return curate_files(
        files,
        out,
        curate=Curate(**settings),
        keep=keep,
        columns=columns,
        stamp="test",
        workers=workers,
        progress=SilentProgress(),
    )


def read_kept(out: Path) -> pl.DataFrame:
    """The rows that are kept, file after file as the manifest names them."""
    entries = read_sealed(out / "curate" / "manifest.json")["files"]
    return pl.concat([pl.read_parquet(out / "curate" / entry["path"]) for entry in entries])


def read_verdicts(out: Path) -> pl.DataFrame:
    """All verdicts, file after file."""
    return pl.concat([pl.read_parquet(path) for path in sorted((out / "curate" / "verdicts" / "data").iterdir())])


def read_reasons(out: Path) -> dict[str, str]:
    """The rows that are not kept, and why."""
    return dict(read_verdicts(out).select("id", "reason").rows())


def hash_data(out: Path) -> dict[str, str]:
    """The files of kept rows and their hashes, and the manifest."""
    files = [*(out / "curate" / "data").iterdir(), out / "curate" / "manifest.json"]
    return {path.name: hash_file(path) for path in sorted(files)}


def check_balance(manifest: dict[str, Any]) -> None:
    """Every component's books balance, and each reads what the one before it kept."""
    kept = manifest["funnel"][0]["read"]
    for books in manifest["funnel"]:
        assert books["read"] == kept, books
        kept = books["kept"]
        assert books["read"] == kept + sum(books["dropped"].values()) + sum(books["failed"].values()), books
    assert kept == manifest["rows"]
