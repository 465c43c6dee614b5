"""A user's own files to a curated dataset: read once, judged like our own examples, and written with all their columns.

OUT/run.json              the files, by hash, and the settings
OUT/gather/data/          the records as they were read, in blocks; failed/ names those that were none
OUT/curate/<stage>/       what each stage found
OUT/curate/data/          the rows that are kept; the manifest beside it has the funnel
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.contamination import find_overlaps, join_texts
from apothecary.curate.ground import NO_GROUND, Ground
from apothecary.curate.intake import find_format, fit_frame, iter_blocks
from apothecary.curate.judge import LAST, load_rules
from apothecary.curate.room import Job, curate_rows, list_benchmarks
from apothecary.curate.rows import find_shape, name_rows, read_shape, repair_columns
from apothecary.curate.source import Source, unite_files
from apothecary.curate.tools import load_index, refuse_test_items
from apothecary.curate.verdicts import write_books
from apothecary.engine.commit import encode_json, hash_file, make_folder, read_sealed, write_sealed
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, ShardRecord, run_room
from apothecary.engine.shard import sum_books
from apothecary.errors import RecipeError, RunChangedError, RunError, SourceError
from apothecary.recipe import Curate, Keep

KIND = "files"


def curate_files(
    files: Sequence[Path],
    out: Path,
    *,
    curate: Curate,
    keep: Keep,
    columns: tuple[str | None, str | None] = (None, None),
    ground: Ground | None = None,
    stamp: str,
    workers: int,
    progress: Progress,
) -> dict[str, Any]:
    """Files, and a folder, to the manifest of `out/curate`, whose data are the rows that are kept.

    `columns` are those of prompt and response where the data does not say it; `ground` is the pack that facts in the
    text are held against; `stamp` says which code and libraries
    are at work: what others have left there is made again. The same files with other settings
    decide anew in the same folder; what was read and measured stays. Raises SourceError for a file that cannot be
    read, RecipeError for a column or rule that there is not, RunChangedError when the folder belongs to other files.
    """
    for path in files:
        find_format(path)
    make_folder(out)
    with RunLock(out):
        identity = settle_identity(files, out)
        context = {"repair": curate.repair, "columns": list(columns)}
        gathered = read_files(
            files, out, context, hash_texts(identity["seal"], stamp), workers=workers, progress=progress
        )
        source = open_source(out / "gather", gathered, columns, files[0])
        curate = curate.model_copy(update={"benchmarks": list_benchmarks(curate)})
        job = Job(out / "curate", source, curate, keep, workers, progress, stamp, ground or NO_GROUND)
        settings = encode_json(
            [source.shape.to_dict() if source.shape else None, curate.model_dump(), keep.model_dump()]
        )
        inputs = hash_texts(hash_file(out / "gather" / "manifest.json"), settings.decode(), stamp)
        curated = curate_rows(job, inputs=inputs, settled="verdicts")
        return run_room(
            out / "curate",
            "curate",
            source.list_shards(),
            write_kept,
            context={"source": source.to_context(), "verdicts": str(out / "curate" / "verdicts")},
            inputs=hash_texts(inputs, hash_file(out / "curate" / "verdicts" / "manifest.json")),
            workers=workers,
            progress=progress,
            summarise=lambda records: {
                "test_items": look_again(out / "curate", records, source, job),
                "shape": source.shape.to_dict() if source.shape else {},
                "funnel": join_funnel(gathered, curated, records),
                "forms": curated.get("forms"),
            },
        )


def hash_texts(*texts: str) -> str:
    """Texts to the SHA-256 of them all."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def settle_identity(files: Sequence[Path], out: Path) -> dict[str, Any]:
    """The files to what `run.json` says of them; RunChangedError when it says other things already."""
    told = [{"name": path.name, "bytes": path.stat().st_size, "sha256": hash_file(path)} for path in map(_find, files)]
    path = out / "run.json"
    if path.exists():
        begun = read_sealed(path)
        if begun.get("kind") != KIND or begun["files"] != told:
            held = "other files" if begun.get("kind") == KIND else "a run"
            hint = "choose another folder with --out DIR"
            raise RunChangedError(f"the folder holds the work on {held}", where=str(out), hint=hint)
        return begun
    others = [one for one in out.iterdir() if one.name not in (".lock", "log", "gather", "curate")]
    if others:
        hint = "choose another folder with --out DIR"
        raise RunError("the folder holds other files", where=str(others[0]), expected="an empty folder", hint=hint)
    return write_sealed(path, {"format": 1, "kind": KIND, "files": told})


def _find(path: Path) -> Path:
    if not path.is_file():
        near = sorted(str(found) for found in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
        hint = f"files there: {', '.join(near)}" if near else "give the path of a file"
        raise SourceError(f"no file at {path}", where=str(path), hint=hint)
    return path


def read_files(
    files: Sequence[Path], out: Path, context: dict[str, Any], inputs: str, *, workers: int, progress: Progress
) -> dict[str, Any]:
    """Files to `out/gather`: their records in blocks, and the books of what was read and what failed."""
    shards = [
        Shard(
            f"{number:04d}-{re.sub(r'[^A-Za-z0-9._-]', '_', path.name)[:80]}",
            {"path": str(path.resolve()), "name": name_file(files, number)},
        )
        for number, path in enumerate(files)
    ]
    manifest = run_room(
        out / "gather",
        "gather",
        shards,
        read_file,
        context=context,
        inputs=hash_texts(inputs, encode_json(context).decode()),
        workers=workers,
        progress=progress,
    )
    if not manifest["books"]["records"]["kept"]:
        what = "there is no record in these files" if len(files) > 1 else f"there is no record in {files[0].name}"
        hint = f"what was read and failed: {out / 'gather' / 'manifest.json'}"
        raise SourceError(what, where=", ".join(map(str, files)), expected="at least one record", hint=hint)
    return manifest


def name_file(files: Sequence[Path], number: int) -> str:
    """What a file is called in the ids of its rows: its name, with its number where another has the same."""
    name = files[number].name
    return name if sum(path.name == name for path in files) == 1 else f"{number}:{name}"


def read_file(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file to blocks of its records, each with a name of its own, and a list of what is no record."""
    failed: list[tuple[int, str]] = []
    kept = mended = 0
    for number, block in enumerate(iter_blocks(Path(shard.payload["path"]))):
        failed += block.failed
        if block.rows.height:
            rows, changed = repair_block(block.rows, context)
            mended += changed
            ids = pl.Series([f"{shard.payload['name']}:{line}" for line in block.numbers], dtype=pl.String)
            named = name_rows(rows, ids)
            folder.write_parquet(f"data/{shard.name}-{number:05d}.parquet", named, compression="zstd")
            kept += named.height
    if failed:
        table = pl.DataFrame(failed, schema={"record": pl.Int64, "reason": pl.String}, orient="row")
        folder.write_parquet(f"failed/{shard.name}.parquet", table, compression="zstd")
    reasons: dict[str, int] = {}
    for _, reason in failed:
        reasons[reason] = reasons.get(reason, 0) + 1
    records = {"read": kept + len(failed), "kept": kept, "dropped": {}, "failed": dict(sorted(reasons.items()))}
    return {"records": records, "mended": mended}


def repair_block(rows: pl.DataFrame, context: dict[str, Any]) -> tuple[pl.DataFrame, int]:
    """Records to the same with their texts repaired, and how many that changed; where the recipe wants it.

    A block without the columns of prompt and response is left as it is: another may have them.
    """
    if not context["repair"]:
        return rows, 0
    prompt, response = context["columns"]
    with contextlib.suppress(RecipeError):
        return repair_columns(rows, find_shape(rows.schema, prompt, response, where=""))
    return rows, 0


def open_source(folder: Path, gathered: dict[str, Any], columns: tuple[str | None, str | None], first: Path) -> Source:
    """The blocks of records to a source: their columns taken together say which are prompt and response."""
    entries = [entry for entry in gathered["files"] if entry["path"].startswith("data/")]
    paths, counts = tuple(one["path"] for one in entries), tuple(one["rows"] for one in entries)
    schema = unite_files(folder, paths)
    shape = find_shape(schema, *columns, where=str(first))
    return Source(folder, paths, counts, shape)


def write_kept(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One block of records and the verdicts about it to those that are kept, with all the columns of the data."""
    source = Source.from_context(context["source"])
    file = int(shard.payload["file"])
    verdicts = pl.read_parquet(Path(context["verdicts"]) / "data" / f"verdicts-{shard.name}.parquet")
    rows = pl.read_parquet(source.files[file])
    kept = fit_frame(rows, unite_files(source.folder, source.paths)).filter(
        ~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(verdicts["row"].implode())
    )
    if kept.height:
        folder.write_parquet(f"data/{shard.name}.parquet", kept, compression="zstd")
    return {"final": write_books(rows.height, verdicts)}


def look_again(folder: Path, records: Sequence[ShardRecord], source: Source, job: Job) -> int:
    """The kept rows, read as they were written, to how many show a test item: VerdictError unless there is none.

    0 where no benchmark is named, or where the rule about them is turned off.
    """
    if not job.curate.benchmarks or LAST not in load_rules(job.keep) or source.shape is None:
        return 0
    index = load_index(job.curate.benchmarks, job.ground.views)
    for entry in (entry for record in records for entry in record.files):
        rows = read_shape(pl.read_parquet(folder / entry.path), source.shape)
        found = find_overlaps(join_texts(rows), index)
        refuse_test_items(found.with_columns(rows["id"][found["row"]].alias("id")), folder / entry.path)
    return 0


def join_funnel(
    gathered: dict[str, Any], curated: dict[str, Any], records: Sequence[ShardRecord]
) -> list[dict[str, Any]]:
    """The books of reading, of each component and of writing to the funnel."""
    final = sum_books(record.books for record in records)["final"]
    return [
        {"component": "records", **gathered["books"]["records"]},
        *curated["funnel"],
        {"component": "final", "read": final["kept"], "kept": final["kept"], "dropped": {}, "failed": {}},
    ]
