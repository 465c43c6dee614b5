"""The room in order: cut the surplus, write the files, audit them for leaks, draw the sample, and describe it all.

export/data/<split>-<number>.parquet   the dataset
export/jsonl/*.jsonl.zst               the same as chat lines, when the recipe asks for it
export/sample.jsonl                    10,000 rows, or all if there are fewer
export/sample/*.txt                    what each shard handed in for it
export/manifest.json                   written last: files, splits, books, funnel, mix, audit
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.check_export import check_export
from apothecary.curate.judge import LAST, load_rules
from apothecary.curate.room import list_benchmarks
from apothecary.curate.sealed import refuse_touched
from apothecary.curate.tools import load_index, refuse_test_items
from apothecary.curate.verdicts import iter_dropped, list_verdict_files
from apothecary.engine.commit import hash_file, read_json
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardRecord, run_room
from apothecary.engine.shard import sum_books
from apothecary.errors import VerdictError
from apothecary.example import SPLITS
from apothecary.export.audit import audit_leaks
from apothecary.export.cutoff import collect_dropped, plan_cutoffs, read_supplies
from apothecary.export.mix import describe_mix
from apothecary.export.sample import SAMPLE_ROWS, write_sample
from apothecary.export.write import write_shard
from apothecary.packs.attach import read_entities
from apothecary.recipe import Recipe

ROOM = "export"
SAMPLE = "sample.jsonl"


def run_export(run: Path, recipe: Recipe, *, inputs: str, workers: int, progress: Progress) -> dict[str, Any]:
    """A run whose verdicts are made to the dataset: exactly `recipe.rows` rows; returns the manifest of the room.

    Raises CapacityError when too few sound rows were made, VerdictError when the books do not balance or a row leaks.
    """
    made = read_json(run / "generate" / "manifest.json")
    pack = read_json(run / "generate" / "pack.json")
    supplies = read_supplies(made, pack["pack"], recipe.rows)
    verdicts = list_verdict_files(run)
    cutoffs = plan_cutoffs(supplies, collect_dropped(supplies, iter_dropped(verdicts)))
    folder = run / ROOM
    manifest = run_room(
        folder,
        ROOM,
        [
            Shard(Path(entry["path"]).stem, {"path": entry["path"], "file": file, "rows": entry["rows"]})
            for file, entry in enumerate(made["files"])
        ],
        write_shard,
        context={
            "run": str(run),
            "verdicts": [path.relative_to(run).as_posix() for path in verdicts],
            "cutoffs": cutoffs,
            "compression_level": recipe.export.compression_level,
            "jsonl": recipe.export.jsonl,
            "seed": recipe.seed,
            "rows": recipe.rows,
            "sample_rows": SAMPLE_ROWS,
        },
        inputs=inputs,
        workers=workers,
        progress=progress,
        summarise=lambda records: describe_dataset(run, recipe, made, records, workers),
    )
    mend_sample(folder, manifest)
    return manifest


def describe_dataset(
    run: Path, recipe: Recipe, made: dict[str, Any], records: list[ShardRecord], workers: int
) -> dict[str, Any]:
    """The finished shards to what the manifest says beyond files and books; the sample is written on the way.

    Raises VerdictError when the rows are not those of the recipe, or when the audit finds a leak.
    """
    books = sum_books(record.books for record in records)
    kept = books["export"]["kept"]
    if kept != recipe.rows:
        raise VerdictError(
            f"{kept:,} rows were exported, the recipe asks for {recipe.rows:,}",
            where=str(run / ROOM),
            hint="this is a bug in the cut-off of the surplus; the dataset was not published",
        )
    files = [run / ROOM / entry.path for record in records for entry in record.files if entry.path.startswith("data/")]
    pack = read_json(run / "generate" / "pack.json")
    kin, hold_out = read_kin(run / "gather", pack, recipe.splits.by), recipe.splits.hold_out
    audit = audit_leaks(files, kin, pack, made.get("held_out_patterns", {}), workers, intents=hold_out)
    audit["rows_that_touch_sealed_files"] = refuse_touched(files, recipe.curate.sealed, str(run / "gather"))
    benchmarks = list_benchmarks(recipe.curate)
    if benchmarks and LAST in load_rules(recipe.keep):
        index = load_index(benchmarks, str(run / "gather"))
        refuse_test_items(check_export(files, index), run / ROOM)
    pieces = [entry.path for record in records for entry in record.files if entry.path.startswith("sample/")]
    sample = write_sample([run / ROOM / path for path in pieces], run / ROOM / SAMPLE, SAMPLE_ROWS)
    return {
        "splits": {split: books["splits"][split] for split in SPLITS if split in books["splits"]},
        "funnel": [
            *read_json(run / "curate" / "manifest.json")["funnel"],
            {"component": "export", **books["export"]},
        ],
        "mix": describe_mix(books["mix"]),
        "questions": audit.pop("questions"),
        "audit": audit,
        "sample": {**vars(sample), "rows": min(SAMPLE_ROWS, kept)},
    }


def read_kin(knowledge: Path, pack: dict[str, Any], by: str) -> pl.DataFrame:
    """The entities of a run with what holds them together: their parents, and by scaffold their scaffolds too."""
    kin = read_entities(knowledge, pack, ["entity_id", "parent_key"])
    compounds = knowledge / "compounds.parquet"
    if by != "scaffold" or not compounds.exists() or "scaffold" not in pl.read_parquet_schema(compounds):
        return kin
    scaffolds = pl.read_parquet(compounds, columns=["entity_id", "scaffold"])
    return kin.join(scaffolds, on="entity_id", how="left", maintain_order="left")


def mend_sample(folder: Path, manifest: dict[str, Any]) -> None:
    """Draw the sample again when the file is not the one that the manifest names."""
    path = folder / SAMPLE
    if not path.exists() or hash_file(path) != manifest["sample"]["sha256"]:
        pieces = [folder / entry["path"] for entry in manifest["files"] if entry["path"].startswith("sample/")]
        write_sample(pieces, path, SAMPLE_ROWS)
