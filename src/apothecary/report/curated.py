"""A user's own data in, what curate made of it out, as text: the funnel, what was dropped and why, with the proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from apothecary.curate.compare import compare_dedup, describe_comparison
from apothecary.curate.files import KIND, curate_files
from apothecary.curate.ground import NO_GROUND, find_ground
from apothecary.curate.intake import iter_blocks
from apothecary.curate.rows import Shape, find_shape, name_rows, read_shape
from apothecary.curate.source import Source
from apothecary.curate.verdicts import scan_verdicts
from apothecary.engine.commit import read_sealed
from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError, SourceError
from apothecary.identity import fingerprint_code, list_versions
from apothecary.recipe import Curate, Keep, encode_canonical, suggest_key
from apothecary.report.preview import prepare_views
from apothecary.report.table import Cell, lay_out

LICENCE = "share-alike"  # facts are only compared with, nothing of them is published


@dataclass(frozen=True)
class Order:
    """What the command line says about a user's own data."""

    files: tuple[Path, ...]
    out: Path
    profile: str = "qa_short"
    prompt: str | None = None
    response: str | None = None
    pack: str | None = None
    benchmarks: tuple[Path, ...] = ()
    settings: tuple[str, ...] = ()  # keep.<rule>=BOUND or curate.<key>=VALUE


def report_curation(order: Order, *, workers: int, progress: Progress) -> Iterator[str]:
    """Curate a user's files and tell the funnel and where the kept rows are."""
    curate, keep = read_settings(order)
    ground = NO_GROUND
    if order.pack:
        ground = find_ground(order.pack, prepare_views(order.pack, LICENCE, workers=workers, progress=progress))
    manifest = curate_files(
        order.files,
        order.out,
        curate=curate,
        keep=keep,
        columns=(order.prompt, order.response),
        ground=ground,
        stamp=stamp_code(),
        workers=workers,
        progress=progress,
    )
    yield from lay_funnel(manifest["funnel"])
    if manifest["forms"]:
        yield describe_forms(manifest["forms"])
    kept, read = manifest["rows"], manifest["funnel"][0]["read"]
    yield f"{kept:,} of {read:,} rows are kept: {order.out / 'curate' / 'data'}"
    if not order.pack:
        yield "facts in the text were not checked: name what they are about with --pack pharma"
    yield f"look at what was dropped:  apothecary show {order.out} --dropped REASON"


def read_settings(order: Order) -> tuple[Curate, Keep]:
    """The options and `--set` of the command line to the settings of curate and keep."""
    values: dict[str, dict[str, Any]] = {"curate": {}, "keep": {}}
    for text in order.settings:
        key, equals, value = text.partition("=")
        room, _, name = key.strip().partition(".")
        if not equals or room not in values or not name:
            expected = "keep.RULE=BOUND, as keep.few_words=3 or keep.many_digits=off, or curate.KEY=VALUE"
            hint = "docs/curate/filters.md lists the rules"
            raise RecipeError(f"--set {text} sets nothing", where="command line", expected=expected, hint=hint)
        values[room][name] = value.strip()
    known = list(Curate.model_fields)
    for name in values["curate"]:
        if name not in known:
            hint = suggest_key(name, known)
            raise RecipeError(f"there is no setting `curate.{name}`", where="command line", hint=hint)
    named = [part.strip() for part in values["curate"].get("benchmarks", "").split(",") if part.strip()]
    chosen = {**values["curate"], "benchmarks": [*named, *map(str, order.benchmarks)]}
    try:
        return Curate.model_validate(chosen), Keep(profile=order.profile, bounds=values["keep"])
    except ValidationError as error:
        first = error.errors()[0]
        what = f"`{'.'.join(map(str, first['loc']))}` is {first['input']!r}"
        hint = "change the value behind --set or --profile"
        raise RecipeError(what, where="command line", expected=first["msg"], hint=hint) from None


def stamp_code() -> str:
    """The code and the libraries that work here, in one hash."""
    told = encode_canonical({"code": fingerprint_code(), "versions": list_versions()})
    return hashlib.sha256(told.encode()).hexdigest()


def lay_funnel(funnel: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The books of components to a table: how many rows came, how many stayed, and why the others did not."""
    first = max((books["read"] for books in funnel), default=0)
    table: list[tuple[Cell, ...]] = []
    for books in funnel:
        share = books["kept"] / first if first else 0.0
        table.append((books["component"], books["read"], books["kept"], share, "", ""))
        for kind in ("dropped", "failed"):
            reasons = sorted(books[kind].items(), key=lambda item: (-item[1], item[0]))
            table += [("", "", "", "", f"{kind}: {reason}", number) for reason, number in reasons]
    yield "funnel"
    yield from lay_out(("component", "read", "kept", "of all", "", "rows"), table)


def describe_forms(meter: dict[str, Any]) -> str:
    """How varied the rows are, in one line: the forms that are left when all that asserts something is masked."""
    top = f", the commonest {meter['top'][0]['share']:.2%} of the rows" if meter["top"] else ""
    return f"{meter['forms']:,} forms among {meter['rows']:,} rows, effective number {meter['effective']:,.0f}{top}"


def shorten(text: str, most: int = 80) -> str:
    """A text to one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def is_curated(folder: Path) -> bool:
    """Whether a folder holds the curation of a user's files."""
    path = folder / "run.json"
    return path.exists() and read_sealed(path).get("kind") == KIND


def show_curated(folder: Path, *, dropped: str | None, count: int) -> Iterator[str]:
    """A folder of curated files to its funnel, or to the rows that were dropped for one reason."""
    path = folder / "curate" / "manifest.json"
    if not path.exists():
        hint = "run the same `apothecary curate` command again; it goes on"
        raise RecipeError("the curation is unfinished", where=str(folder), hint=hint)
    manifest = read_sealed(path)
    if dropped is None:
        yield from (
            f"read: {told['name']}, {told['bytes']:,} bytes" for told in read_sealed(folder / "run.json")["files"]
        )
        yield from lay_funnel(manifest["funnel"])
        if manifest["forms"]:
            yield describe_forms(manifest["forms"])
            lines = [(*line.values(),) for line in manifest["forms"]["top"]]
            yield from lay_out(("commonest forms", "rows", "share"), lines)
        yield from show_failed(folder)
        return
    tables = sorted((folder / "curate" / "verdicts" / "data").glob("verdicts-*.parquet"))
    verdicts = scan_verdicts(tables)
    found = verdicts.filter(pl.col("reason") == dropped).head(count).collect()
    if found.is_empty():
        known = sorted(verdicts.select(pl.col("reason").unique()).collect()["reason"].to_list())
        hint = "reasons here: " + ", ".join(known) if known else "no row was dropped"
        raise RecipeError(f"no row was dropped for {dropped}", where="--dropped", hint=hint)
    gathered = read_sealed(folder / "gather" / "manifest.json")
    blocks = {entry["path"]: entry["rows"] for entry in gathered["files"] if entry["path"].startswith("data/")}
    source = Source(folder / "gather", tuple(blocks), tuple(blocks.values()), Shape(**manifest["shape"]))
    ids = {name.partition(": ")[0] for name in found["detail"].to_list()}
    for line in found.to_dicts():
        place = pl.DataFrame({"file": [line["file"]], "row": [line["row"]]})
        row = source.read_places(place, ["prompt", "response"]).row(0, named=True)
        yield describe_row(line["id"], row)
        yield f"   {line['verdict']}: {line['reason']}, {line['detail']}"
        other = find_other(line["detail"].partition(": ")[0], source, ids)
        if other:
            yield describe_row(*other)
        yield ""


def describe_row(name: str, row: dict[str, Any]) -> str:
    """A row to a block of text."""
    asked = f"\nQ: {cut(row['prompt'])}" if row["prompt"] else ""
    return f"{name}{asked}\nA: {cut(row['response'] or '')}"


def cut(text: str, most: int = 1_000) -> str:
    """A text, or its beginning and how much more there is."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


def find_other(name: str, source: Source, ids: set[str]) -> tuple[str, dict[str, Any]] | None:
    """The row that a verdict names as its proof, None where it names none."""
    if name not in ids or ":" not in name:
        return None
    for file in range(len(source.paths)):
        rows = source.read_rows(file, ["id", "prompt", "response"]).filter(pl.col("id") == name)
        if rows.height:
            return name, rows.row(0, named=True)
    return None


def show_failed(folder: Path) -> Iterator[str]:
    """The first records that could not be read, with their place."""
    manifest = read_sealed(folder / "gather" / "manifest.json")
    for entry in manifest["files"]:
        if entry["path"].startswith("failed/"):
            table = pl.read_parquet(folder / "gather" / entry["path"]).head(5)
            yield from (f"  failed: {Path(entry['path']).stem}, record {n}: {why}" for n, why in table.iter_rows())


def report_comparison(path: Path, prompt: str | None, response: str | None) -> Iterator[str]:
    """A user's file to what a FineWeb-style MinHash and ours would delete of it."""
    parts = []
    for block in iter_blocks(path):
        if block.rows.height:
            ids = pl.Series([f"{path.name}:{number}" for number in block.numbers], dtype=pl.String)
            shape = find_shape(block.rows.schema, prompt, response, str(path))
            parts.append(read_shape(name_rows(block.rows, ids), shape).select("id", "prompt", "response", "history"))
    if not parts:
        hint = "apothecary curate FILE --out DIR tells what was read and failed"
        what = f"there is no record in {path.name}"
        raise SourceError(what, where=str(path), expected="at least one record", hint=hint)
    yield from describe_comparison(compare_dedup(pl.concat(parts)))
