"""A run and what was asked on the command line to an export folder, and what it holds as text."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from apothecary.engine.commit import (
    encode_json,
    explain_storage,
    hash_file,
    read_json,
    remove_file,
    write_bytes,
    write_json,
)
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.engine.shard import MANIFEST_NAME
from apothecary.errors import RecipeError, SourceError
from apothecary.export import reward
from apothecary.export.card import list_published, strip_paths, write_card, write_checksums
from apothecary.export.croissant import write_croissant
from apothecary.export.hand_out import hand_out
from apothecary.export.hub import check_name, load_hub, push_folder
from apothecary.export.order import Order
from apothecary.export.select import Choice
from apothecary.export.trainers import write_trainers
from apothecary.flow import Say, read_identity, run_recipe
from apothecary.recipe import Recipe, suggest_key
from apothecary.recipe_mix import FORMATS, Mix
from apothecary.report.blended import Blend, blend_run, describe_blend, read_mix
from apothecary.report.curated import stamp_code
from apothecary.report.dataset import find_entities, require_dataset
from apothecary.report.show import describe_outcome
from apothecary.report.table import Cell, format_bytes, lay_out

FOLDER = "formats"  # of a run: what its recipe asks for beside the dataset


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
    mix: Path | None = None
    push: str | None = None
    is_private: bool = True


def report_export(run: Path, request: Request, *, workers: int, progress: Progress) -> Iterator[str]:
    """Write the formats asked for and tell what was written, and how to load it."""
    mix = read_mix(request.mix) if request.mix else None
    if request.push:
        check_name(request.push)
        load_hub()
    order = read_order(request)
    manifest = export_run(run, order, request.out, Choice(), workers=workers, progress=progress, mix=mix)
    yield from describe_export(manifest, request.out)
    if mix:
        yield from describe_blend(manifest["mix"])
    if request.push:
        yield f"pushed: {push_folder(request.out, request.push, is_private=request.is_private)}"


def make_dataset(recipe: Recipe, *, out: Path, workers: int, progress: Progress, say: Say) -> Iterator[str]:
    """A recipe to its finished run, and the formats and the mix that it asks for in `out`/formats; tells both.

    What would only fail after hours, a chat file that is not there, is refused before anything is made.
    """
    for name in recipe.mix.external.files:
        if not Path(name).is_file():
            what, where = f"no chat file at {name}", "mix.external.files"
            raise SourceError(what, where=where, hint="give the path of a file")
    yield describe_outcome(run_recipe(recipe, out=out, workers=workers, progress=progress, say=say))
    mix = recipe.mix if recipe.mix.is_asked else None
    if not recipe.export.formats and mix is None:
        return
    order = Order(formats=recipe.export.formats or ("chat",), reasoning=recipe.export.reasoning)
    folder = out / FOLDER
    manifest = export_run(out, order, folder, Choice(), workers=workers, progress=progress, mix=mix)
    yield from describe_export(manifest, folder)
    if mix:
        yield from describe_blend(manifest["mix"])


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
        if not first["loc"]:
            what = first["msg"].removeprefix("Value error, ")
            raise RecipeError(what, where="--format", hint="two exports, each with its own --out") from None
        option = {"trainers": "--for"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        what = f"{option} {first['input']} is no choice"
        raise RecipeError(what, where=option, expected=first["msg"], hint="apothecary export --help") from None


def export_run(
    run: Path,
    order: Order,
    out: Path,
    choice: Choice,
    *,
    workers: int,
    progress: Progress,
    mix: Mix | None = None,
) -> dict[str, Any]:
    """A finished run, an order and which rows are left out to the manifest of the export folder."""
    dataset = require_dataset(run)
    identity = read_identity(run)
    inputs = hashlib.sha256(encode_json([hash_file(run / "export" / "manifest.json"), stamp_code()])).hexdigest()
    files = [entry for entry in dataset["files"] if entry["path"].startswith("data/") and entry["rows"]]
    with explain_storage(out), RunLock(run), tempfile.TemporaryDirectory() as scratch:
        blend = Blend(choice)
        if mix is not None:
            blend = blend_run(run, files, choice, mix, Recipe.model_validate(identity["recipe"]), Path(scratch))
        manifest = hand_out(
            run,
            files,
            out,
            order,
            choice=blend.choice,
            inputs=inputs,
            seed=int(identity["recipe"]["seed"]),
            workers=workers,
            progress=progress,
            external=blend.external,
        )
        describe_folder(run, out, manifest, order, choice, mix, blend.told)
    return manifest | {"mix": blend.told}


def describe_folder(
    run: Path,
    out: Path,
    manifest: dict[str, Any],
    order: Order,
    choice: Choice,
    mix: Mix | None,
    blended: dict[str, Any],
) -> None:
    """A finished export folder to the files that describe it: card, metadata, checker, configs, checksums."""
    identity = read_identity(run)
    told = manifest | {"command": tell_command(order, choice) + (" --mix mix.yaml" if mix else "")}
    remove_stale(out, manifest)
    sources = read_json(run / "gather" / "sources.json") if (run / "gather" / "sources.json").exists() else []
    write_card(out, run, told, identity, sources)
    write_croissant(out, told, identity["recipe"])
    if "reward" in order.formats:
        write_bytes(out / "reward.py", Path(str(reward.__file__)).read_bytes())
    if order.template:
        write_bytes(out / "template.jinja", order.template.encode())
    write_trainers(out, order.trainers, manifest["books"])
    if mix is not None:
        asked = strip_paths(mix.model_dump(mode="json"))
        write_bytes(out / "mix.yaml", yaml.safe_dump(asked, sort_keys=False, allow_unicode=True).encode())
        write_json(out / "mix.json", blended)
    if choice.is_recall:
        write_json(out / "recall.json", describe_recall(manifest, choice))
    write_checksums(out)


def remove_stale(out: Path, manifest: dict[str, Any]) -> None:
    """Take what an earlier order left out of an export folder."""
    named = {entry["path"] for entry in manifest["files"]}
    for path in list_published(out):
        if path.relative_to(out).as_posix() not in named and path.name != MANIFEST_NAME:
            remove_file(path)
    for folder in sorted(path for path in out.iterdir() if path.is_dir() and not any(path.iterdir())):
        folder.rmdir()


def recall_rows(
    run: Path,
    request: Request,
    *,
    source: str | None,
    fact: str | None,
    entity: str | None,
    workers: int,
    progress: Progress,
) -> Iterator[str]:
    """Write a release without the rows that rest on a source, a fact or an entity, and tell what is gone."""
    require_dataset(run)
    entities = tuple(find_entities(run, entity)) if entity else ()
    choice = Choice((source,) if source else (), (fact,) if fact else (), entities)
    if not choice.is_recall:
        raise RecipeError("nothing is recalled", where="command line", hint="--source NAME, --fact ID or --entity NAME")
    refuse_unknown(run, source, fact)
    manifest = export_run(run, read_order(request), request.out, choice, workers=workers, progress=progress)
    yield from describe_export(manifest, request.out)
    changed = sum(not entry["is_unchanged"] for entry in describe_recall(manifest, choice)["files"])
    yield f"{sum(manifest['books']['export']['dropped'].values()):,} rows are gone, {changed} files differ from before"
    yield f"their ids: {request.out / 'removed'}; the new checksums: {request.out / 'checksums.sha256'}"


def refuse_unknown(run: Path, source: str | None, fact: str | None) -> None:
    """Raise RecipeError for a source or a fact that the run's knowledge base does not have."""
    if source:
        known = [one["id"] for one in read_json(run / "gather" / "sources.json")]
        if source not in known:
            raise RecipeError(f"the run has no source {source}", where="--source", hint=suggest_key(source, known))
    if fact:
        import polars as pl

        facts = pl.scan_parquet(run / "gather" / "facts.parquet").filter(pl.col("fact_id") == fact)
        if facts.select("fact_id").collect().is_empty():
            hint = "apothecary trace RUN ID prints the facts of a row; ids stand in the column `facts`"
            raise RecipeError(f"the run has no fact {fact}", where="--fact", hint=hint)


def describe_recall(manifest: dict[str, Any], choice: Choice) -> dict[str, Any]:
    """The manifest of a recall to what differs from the release before: rows gone, and which files are as they were."""
    touched = {Path(entry["path"]).stem for entry in manifest["files"] if entry["path"].startswith("removed/")}
    released = [entry for entry in manifest["files"] if not entry["path"].startswith("removed/")]
    files = [
        {"path": one["path"], "sha256": one["sha256"], "is_unchanged": not _belongs(one["path"], touched)}
        for one in released
    ]
    return {
        "recalled": choice.list_recalled(),
        "rows_before": manifest["books"]["export"]["read"],
        "rows_removed": manifest["books"]["export"]["dropped"],
        "rows_left": manifest["books"]["export"]["kept"],
        "files": files,
    }


def _belongs(path: str, shards: set[str]) -> bool:
    name = Path(path).name
    return any(name.startswith((f"{shard}.", f"{shard}-of-")) for shard in shards)


def tell_command(order: Order, choice: Choice) -> str:
    """An order to the command that asks for it."""
    verb = "recall" if choice.is_recall else "export"
    parts = [f"apothecary {verb} again --out out"]
    parts += [f"--{kind} {name}" for kind, names in choice.list_recalled().items() for name in names]
    parts += [*(f"--format {form}" for form in order.formats)]
    parts += [f"--for {trainer}" for trainer in order.trainers]
    default = Order(formats=order.formats)
    told = (("reasoning", "--reasoning"), ("compress", "--compress"), ("pairs", "--pairs"))
    parts += [f"{option} {getattr(order, key)}" for key, option in told if getattr(order, key) != getattr(default, key)]
    parts += [f"--column {name}" for name in order.columns] + (["--template template.jinja"] if order.template else [])
    return " ".join(parts)


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
