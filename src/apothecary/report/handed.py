"""A run and what was asked on the command line to an export folder, and what it holds as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from apothecary.engine.commit import encode_json, explain_storage, hash_file
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.export.hand_out import hand_out
from apothecary.export.order import FORMATS, Order
from apothecary.export.select import Choice
from apothecary.flow import read_identity
from apothecary.recipe import suggest_key
from apothecary.report.curated import stamp_code
from apothecary.report.dataset import require_dataset
from apothecary.report.table import Cell, format_bytes, lay_out


@dataclass(frozen=True)
class Request:
    """What the command line says about an export."""

    formats: tuple[str, ...]
    out: Path
    reasoning: str = "drop"
    template: Path | None = None
    compress: str = "zstd"
    columns: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    pairs: int = 20_000


def report_export(run: Path, request: Request, *, workers: int, progress: Progress) -> Iterator[str]:
    """Write the formats asked for and tell what was written, and how to load it."""
    manifest = export_run(run, read_order(request), request.out, Choice(), workers=workers, progress=progress)
    yield from describe_export(manifest, request.out)


def read_order(request: Request) -> Order:
    """The command line to an order; RecipeError with the valid values for what there is not."""
    for name in request.formats:
        if name not in FORMATS:
            raise RecipeError(f"there is no format {name}", where="--format", hint=suggest_key(name, list(FORMATS)))
    template = ""
    if request.template:
        try:
            template = request.template.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            hint = "give the path of a Jinja chat template"
            raise RecipeError(f"the template cannot be read: {error}", where="--template", hint=hint) from None
        from apothecary.export.template import compile_template

        compile_template(template)
    values = {
        "formats": request.formats or ("chat",),
        "reasoning": request.reasoning,
        "template": template,
        "compress": request.compress,
        "columns": request.columns,
        "trainers": request.trainers,
        "pairs": request.pairs,
    }
    try:
        return Order.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        option = {"trainers": "--for"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        what = f"{option} {first['input']} is no choice"
        raise RecipeError(what, where=option, expected=first["msg"], hint="apothecary export --help") from None


def export_run(
    run: Path, order: Order, out: Path, choice: Choice, *, workers: int, progress: Progress
) -> dict[str, Any]:
    """A finished run, an order and which rows are left out to the manifest of the export folder."""
    dataset = require_dataset(run)
    identity = read_identity(run)
    inputs = hashlib.sha256(encode_json([hash_file(run / "export" / "manifest.json"), stamp_code()])).hexdigest()
    files = [entry for entry in dataset["files"] if entry["path"].startswith("data/") and entry["rows"]]
    with explain_storage(out), RunLock(run):
        return hand_out(
            run,
            files,
            out,
            order,
            choice=choice,
            inputs=inputs,
            seed=int(identity["recipe"]["seed"]),
            workers=workers,
            progress=progress,
        )


def describe_export(manifest: dict[str, Any], out: Path) -> Iterator[str]:
    """The manifest of an export folder to a table of formats, why rows are not in one, and how to load it."""
    books = manifest["books"]
    yield f"{out}: {books['export']['kept']:,} of {books['export']['read']:,} rows"
    sizes: dict[str, int] = {}
    for entry in manifest["files"]:
        top = entry["path"].split("/")[0]
        sizes[top] = sizes.get(top, 0) + entry["bytes"]
    table: list[tuple[Cell, ...]] = []
    for form, splits in books.get("formats", {}).items():
        kept = sum(told["kept"] for told in splits.values())
        table.append((form, kept, format_bytes(sizes.get("data" if form == "hf" else form, 0)), "", ""))
        reasons: dict[str, int] = {}
        for told in splits.values():
            for reason, number in told["dropped"].items():
                reasons[reason] = reasons.get(reason, 0) + number
        table += [("", "", "", reason, number) for reason, number in sorted(reasons.items())]
    yield from lay_out(("format", "rows", "size", "left out", "rows"), table)
    dropped = books["export"]["dropped"]
    yield from (f"  {number:,} rows: {reason}" for reason, number in sorted(dropped.items()))
    if books["control_tokens"]:
        yield f"  {books['control_tokens']:,} texts had a control token of a chat template, now written apart"
    first = next(iter(books.get("formats", {"chat": {}})))
    yield f'load it:  load_dataset("{out}", "{first}", streaming=True)'


def list_names(values: Sequence[str] | None) -> tuple[str, ...]:
    """Values of an option that may be repeated, or told with commas, to names."""
    return tuple(name.strip() for value in values or () for name in value.split(",") if name.strip())
