"""Authored rows, made outside templates (by a model, by tools, from documents), into a run: taken in, shared, cut.

A folder of authored rows has a manifest that names Parquet files with EXAMPLE rows. Their ids end in a stratum and a
number like those of rendered rows, so that curate and export need not tell them apart:
"<pack>/<intent>/<maker>/<split>-<origin>/<j>", with j = 0, 1, 2 ... in each stratum.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import hash_file, make_folder, read_json, write_file, write_json
from apothecary.errors import RunDamagedError, SourceError
from apothecary.example import EXAMPLE, ORIGIN_CLASSES, SPLITS
from apothecary.generate.allocate import share_out, split_rows, with_surplus
from apothecary.recipe import Recipe

FOLDER, INDEX = "authored", "authored.json"
AUTHORED_ONLY = ("document",)  # classes of origin that no template gives
STRATUM = pl.col("id").str.replace(r"/[^/]*$", "")
STRATA = pl.Schema(
    {
        "stratum": pl.String,
        "split": pl.String,
        "origin": pl.String,
        "pack": pl.String,
        "rows": pl.UInt32,
        "last": pl.Int64,
    }
)
NUMBER = pl.col("id").str.extract(r"/(\d+)$").cast(pl.Int64)


def fingerprint_authored(folders: Sequence[str]) -> str:
    """The sha256 of the manifests of some folders, in order; raises SourceError for a folder that is not finished."""
    digest = hashlib.sha256()
    for folder in folders:
        _read_manifest(Path(folder))
        digest.update(hash_file(Path(folder) / "manifest.json").encode())
    return digest.hexdigest()


def tell_shortfall(recipe: Recipe) -> list[str]:
    """A line for each class of origin that only authored rows can give and that has fewer than the recipe asks for.

    What counts is what a run takes: each split has its own rows, and a part of every stratum replaces dropped ones.
    """
    asked = {name: share / sum(recipe.origins.values()) for name, share in recipe.origins.items() if share}
    if not any(name in asked for name in AUTHORED_ONLY):
        return []
    tables = [_count_strata(path) for folder in recipe.authored for path in list_tables(Path(folder))]
    found = pl.concat([pl.DataFrame(schema=STRATA), *tables])
    found = found.filter(pl.col("split").is_in(SPLITS), pl.col("origin").is_in(list(ORIGIN_CLASSES)))
    found = found.group_by(pl.col("stratum").alias("id"), "split", "origin").agg(pl.col("rows").sum()).sort("id")
    index = {"strata": found.to_dicts()}
    given = count_classes(plan_authored(index, recipe))
    lines = []
    for name in AUTHORED_ONLY:
        wanted = {split: math.floor(rows * asked.get(name, 0.0)) for split, rows in split_rows(recipe).items()}
        short = {split: rows - given[split][name] for split, rows in wanted.items() if given[split][name] < rows}
        if short:
            held = sum(line["rows"] for line in index["strata"] if ORIGIN_CLASSES[line["origin"]] == name)
            total, taken = sum(wanted.values()), sum(counts[name] for counts in given.values())
            where = ", ".join(f"{split} lacks {rows:,}" for split, rows in short.items())
            told = f"`origins` asks for {total:,} rows of {name}, the folders of `authored` hold {held:,} and give"
            lines.append(f"{told} {taken:,} ({where}); the others take the rest, in their shares")
    return lines


def take_in(folders: Sequence[str], target: Path, pack: str) -> None:
    """Copies of the files of folders in `target`/authored, and `target`/authored.json about them.

    Raises SourceError for rows that are not EXAMPLE rows of the pack, or whose numbers have gaps or come twice.
    """
    make_folder(target / FOLDER)
    files: list[dict[str, Any]] = []
    strata = []
    for source in (path for folder in folders for path in list_tables(Path(folder))):
        copy = target / FOLDER / f"{len(files):05d}.parquet"
        write_file(copy, partial(shutil.copyfile, source))
        counted = pl.scan_parquet(copy).group_by("split").len().collect()
        files.append({"path": f"{FOLDER}/{copy.name}", "splits": dict(sorted(counted.iter_rows()))})
        strata.append(_count_strata(copy))
    index = {"files": files, "strata": _join_strata(strata, pack)}
    write_json(target / INDEX, index)


def plan_authored(
    index: Mapping[str, Any], recipe: Recipe, taken: Mapping[str, Mapping[str, int]] | None = None
) -> list[dict[str, Any]]:
    """The strata of authored rows as {id, split, quota, made, class}: all rows, or as many as `origins` asks for.

    `taken` counts by split and class the rows that other strata give of these.
    """
    asked = {name: share / sum(recipe.origins.values()) for name, share in recipe.origins.items() if share}
    planned = []
    for split, rows in split_rows(recipe).items():
        own = [line for line in index["strata"] if line["split"] == split]
        for name in dict.fromkeys(ORIGIN_CLASSES[line["origin"]] for line in own):
            some = [line for line in own if ORIGIN_CLASSES[line["origin"]] == name]
            # Rows of one stratum replace those dropped from another of the same split, so the surplus is held together.
            limits = [line["rows"] for line in some]
            able = with_surplus(sum(limits), recipe, inverse=True) or sum(limits)
            most = math.floor(rows * asked.get(name, 0.0 if asked else 1.0)) - (taken or {}).get(split, {}).get(name, 0)
            wanted = max(0, min(able, most))
            for line, quota in zip(some, share_out(wanted, [float(n) for n in limits], limits), strict=True):
                made = min(line["rows"], with_surplus(int(quota), recipe))
                planned.append({"id": line["id"], "split": split, "quota": int(quota), "made": made, "class": name})
    return planned


def count_classes(planned: Sequence[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """By split, the rows of each class of origin that authored rows give."""
    found: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    for line in planned:
        found[line["split"]][line["class"]] += line["quota"]
    return found


def read_slice(folder: Path, made: Mapping[str, int], split: str, number: int, of: int) -> pl.DataFrame:
    """Part `number` of `of` of the authored rows of a split in `folder`, those that are made (by stratum) only."""
    index = read_json(folder / INDEX)
    total = sum(file["splits"].get(split, 0) for file in index["files"])
    start, stop = total * number // of, total * (number + 1) // of
    pieces, passed = [pl.DataFrame(schema=EXAMPLE)], 0
    for file in index["files"]:
        rows = file["splits"].get(split, 0)
        first, last = max(start - passed, 0), min(stop - passed, rows)
        if first < last:
            table = pl.scan_parquet(folder / file["path"]).filter(pl.col("split") == split)
            pieces.append(table.slice(first, last - first).select(EXAMPLE.names()).collect())
        passed += rows
    rows_read = pl.concat(pieces)
    limit = pl.DataFrame(
        {"stratum": list(made), "made": list(made.values())}, schema={"stratum": pl.String, "made": pl.Int64}
    )
    numbered = rows_read.with_columns(STRATUM.alias("stratum"), NUMBER.alias("j"))
    kept = numbered.join(limit, on="stratum", how="left", maintain_order="left").filter(pl.col("j") < pl.col("made"))
    return kept.select(EXAMPLE.names())


def find_rows(folder: Path, row_ids: Sequence[str]) -> pl.DataFrame:
    """The authored rows with some ids, of those that `take_in` has laid into `folder`."""
    tables = [
        pl.scan_parquet(folder / file["path"]).select(EXAMPLE.names()) for file in read_json(folder / INDEX)["files"]
    ]
    return pl.concat([table.filter(pl.col("id").is_in(list(row_ids))) for table in tables]).collect()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = read_json(folder / "manifest.json")
    except RunDamagedError:
        hint = (
            "of documents: `apothecary gather SOURCE FILES --out docs/SOURCE`, then "
            f"`apothecary make docs/SOURCE --out {folder}`; of a model: "
            f"`apothecary write RECIPE --endpoint URL --model M --rows N --out {folder}`; "
            "or name the folders that you have with --set authored=A,B"
        )
        raise SourceError("there are no finished rows in the folder", where=str(folder), hint=hint) from None
    return manifest


def list_tables(folder: Path) -> list[Path]:
    """The files of a finished folder that hold examples."""
    paths = [folder / entry["path"] for entry in _read_manifest(folder)["files"]]
    return [path for path in paths if path.suffix == ".parquet" and _holds_examples(path)]


def _count_strata(path: Path) -> pl.DataFrame:
    """A file of examples to its strata: stratum, split, origin, pack, rows, and the last number."""
    columns = [STRATUM.alias("stratum"), NUMBER.alias("j"), "split", "origin", "pack"]
    told = pl.scan_parquet(path).select(columns).group_by("stratum", "split", "origin", "pack")
    return told.agg(pl.len().alias("rows"), pl.col("j").max().alias("last")).sort("stratum").collect().cast(STRATA)


def _holds_examples(path: Path) -> bool:
    found = pl.read_parquet_schema(path)
    return all(name in found for name in ("id", "prompt", "response", "origin"))


def _join_strata(tables: Sequence[pl.DataFrame], pack: str) -> list[dict[str, Any]]:
    """The strata of all files; each must hold the numbers 0 to n-1, once, and belong to the pack."""
    if not tables:
        return []
    joined = (
        pl.concat(tables).group_by("stratum", "split", "origin", "pack").agg(pl.col("rows").sum(), pl.col("last").max())
    )
    lines = joined.sort("stratum").to_dicts()
    for line in lines:
        expected = ""
        if line["pack"] != pack or not line["stratum"].startswith(f"{pack}/"):
            expected = f"rows of the pack {pack}"
        elif line["stratum"].count("/") != 3 or line["split"] not in SPLITS or line["origin"] not in ORIGIN_CLASSES:
            expected = "ids as <pack>/<intent>/<maker>/<split>-<origin>/<number>, and a known split and origin"
        elif line["last"] != line["rows"] - 1:
            expected = f"the numbers 0 to {line['rows'] - 1:,} once each in a stratum"
        if expected:
            raise SourceError("authored rows do not fit the run", where=line["stratum"], expected=expected)
    return [
        {"id": line["stratum"], "split": line["split"], "origin": line["origin"], "rows": line["rows"]}
        for line in lines
    ]
