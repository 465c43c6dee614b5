"""The room in order. Rows are judged where they lie; what is written are small tables beside them.

curate/verify/    every statement of our own rows derived again, free text measured; the keys of all that passed
curate/judge/     what was measured against the bounds of `keep`
curate/exact/     equal prompts brought together, bucket by bucket: duplicates and contradictions
curate/facts/     rows about the same facts: the same wording twice, and one wording too many
curate/near/      free text with equal protected tokens: near-duplicates; semantic/ the same by an embedding
curate/forms/     how many rows share a form, and those beyond a cap
curate/sealed/    rows that touch an expert's own test file
curate/           the first verdict about each row, file by file, and the funnel

A stage that has nothing to look at is passed by. Buckets are sized by rows, so memory does not grow with the run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apothecary.curate.buckets import plan_buckets, settle_exact, settle_facts, settle_near, settle_semantic
from apothecary.curate.filters.tokens import hash_tokenizer, load_tokenizer
from apothecary.curate.forms import read_meter, settle_forms
from apothecary.curate.ground import NO_GROUND, Ground, find_ground
from apothecary.curate.judge import judge_shard, load_rules
from apothecary.curate.measure import list_measures
from apothecary.curate.repeats import measure_repeats
from apothecary.curate.sealed import list_questions, settle_sealed
from apothecary.curate.settle import COMPONENTS, join_books, settle_file
from apothecary.curate.source import Source
from apothecary.curate.verify import verify_shard
from apothecary.engine.commit import encode_json, hash_file, make_folder, read_json
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, Work, repair_room, run_room, verify_room
from apothecary.engine.shard import MANIFEST_NAME
from apothecary.errors import SourceError
from apothecary.recipe import Curate, Keep, Recipe

PLACES = (
    "room",
    "run",
    "views",
    "benchmarks",
    "pack",
    "tokenizer",
    "sealed",
    "sealed_views",
)  # where things lie, which is no input
BUCKET_ROWS = 2_000_000
# What brings rows together, in order: the stage, the keys it reads, and its work on one bucket of them.
BUCKETED: tuple[tuple[str, str, Work], ...] = (
    ("exact", "keys", settle_exact),
    ("facts", "facts", settle_facts),
    ("near", "near", settle_near),
    ("semantic", "near", settle_semantic),
)


@dataclass(frozen=True)
class Job:
    """What the stages of one dataset share: where the rows are, what decides, and who works."""

    folder: Path
    source: Source
    curate: Curate
    keep: Keep
    workers: int
    progress: Progress
    stamp: str = ""  # the code and libraries at work, where the manifest of the source does not tell
    ground: Ground = NO_GROUND  # what the pack knows, for free text
    run: str = ""  # the run whose knowledge base the rows are held against; none for a user's own


def run_curate(run: Path, recipe: Recipe, *, inputs: str, workers: int, progress: Progress) -> dict[str, Any]:
    """A run whose examples are made to the verdict tables about them; returns the manifest of the room.

    Raises VerdictError when the books do not balance, and what the engine raises.
    """
    source = Source.from_manifest(run / "generate", read_json(run / "generate" / "manifest.json"))
    curate = recipe.curate.model_copy(update={"benchmarks": list_benchmarks(recipe.curate)})
    ground = find_ground(recipe.pack, run / "gather") if curate.benchmarks else NO_GROUND
    job = Job(run / "curate", source, curate, recipe.keep, workers, progress, ground=ground, run=str(run))
    return curate_rows(job, inputs=inputs)


def curate_rows(job: Job, *, inputs: str, settled: str = "") -> dict[str, Any]:
    """All stages over a dataset; the manifest of the last one, with the funnel, out.

    `settled` is the stage folder of the verdicts where the room itself holds something else.
    """
    context = describe_job(job)
    make_folder(job.folder / "done")  # says that this folder is a room's, though its stages are there first
    shards = job.source.list_shards()
    verified = run_stage(job, "verify", shards, verify_shard, context, context["measured"])
    tables = {"verify": list_tables(verified, "verify-")} if job.run else {}
    free = verified["books"]["free"]
    context |= {"keep": job.keep.model_dump(mode="json"), "curate": job.curate.model_dump(mode="json")}
    context |= {"worse": [], "repeats": find_shares(job, shards, context, verified)}
    context["attributes"] = list_tables(verified, "attributes-")
    if free or job.curate.benchmarks:
        judged = run_stage(job, "judge", shards, judge_shard, context, inputs)
        tables |= {"judge": list_tables(judged, "judge-"), "benchmark": list_tables(judged, "benchmark-")}
        context["worse"] = [*tables["judge"], *tables["benchmark"]]
    keyed = verified["books"]["keyed"]
    for stage, kind, work in BUCKETED:
        if keyed[kind] and (stage != "semantic" or job.curate.semantic_model):
            reads = {"keys": list_tables(verified, f"{kind}-"), "settled": list_settled(tables)}
            done = run_stage(job, stage, plan_buckets(keyed[kind], BUCKET_ROWS), work, context | reads, inputs)
            tables[stage] = list_tables(done, f"{stage}-")
    told: dict[str, Any] = {}
    if free:
        whole = [Shard("all", {"rows": free})]
        done = run_stage(job, "forms", whole, settle_forms, context | {"settled": list_settled(tables)}, inputs)
        tables["forms"] = list_tables(done, "forms-")
        told["forms"] = read_meter(job.folder / "forms" / "data" / "meter.parquet")
    if job.curate.sealed:
        done = run_stage(job, "sealed", shards, settle_sealed, context, inputs)
        tables["sealed"] = list_tables(done, "sealed-")
    context["tables"] = {stage: tables[stage] for stage in COMPONENTS if tables.get(stage)}
    return run_room(
        job.folder / settled,
        "curate",
        shards,
        settle_file,
        context=context,
        inputs=inputs,
        workers=job.workers,
        progress=job.progress,
        summarise=lambda records: {"funnel": join_books([record.books for record in records]), **told},
    )


def describe_job(job: Job) -> dict[str, Any]:
    """What the work functions need to know, JSON-able; refuses a profile, tokenizer or benchmark that is not there."""
    rules = load_rules(job.keep)
    tokenizer = Path(job.curate.tokenizer).resolve() if job.curate.tokenizer else None
    if tokenizer:
        load_tokenizer(tokenizer)
    return {
        "room": str(job.folder),
        "source": job.source.to_context(),
        "run": job.run,
        "measures": list_measures([name for rule in rules.values() for name in (rule.measure, rule.when) if name]),
        "measured": hash_file(job.source.folder / "manifest.json") + job.stamp,
        "closed": list(job.ground.closed),
        "near_duplicates": job.curate.near_duplicates,
        "wordings_per_fact": job.curate.wordings_per_fact,
        "views": job.ground.views,
        "claims": job.ground.claims or {},
        "name_tables": list(job.ground.name_tables),
        "pack": job.ground.pack,
        "ground": job.ground.stamp,
        "tokenizer": str(tokenizer or ""),
        "tokenizer_hash": hash_tokenizer(tokenizer) if tokenizer else "",
        "presidio": job.curate.presidio,
        "benchmarks": [str(Path(path).resolve()) for path in job.curate.benchmarks],
        "sealed": [str(Path(path).resolve()) for path in job.curate.sealed],
        "sealed_hashes": [hash_benchmark(Path(path)) for path in job.curate.sealed],
        "sealed_views": str(Path(job.run) / "gather") if job.run else job.ground.views,
        "benchmark_hashes": [hash_benchmark(Path(path)) for path in job.curate.benchmarks],
    }


def list_settled(tables: dict[str, list[str]]) -> list[str]:
    """The tables of the stages that bring rows together, as far as they are done."""
    return [path for stage in ("exact", "facts", "near", "semantic") for path in tables.get(stage, [])]


def find_shares(job: Job, shards: Sequence[Shard], context: dict[str, Any], verified: dict[str, Any]) -> list[str]:
    """The table of how much of each document stands in an earlier one; none where that is not asked."""
    if not job.curate.repeated_spans or not verified["books"]["free"]:
        return []
    whole = [Shard("all", {"rows": sum(shard.rows for shard in shards)})]
    return list_tables(run_stage(job, "repeats", whole, measure_repeats, context, context["measured"]), "shares-")


def list_benchmarks(curate: Curate) -> tuple[str, ...]:
    """The files whose questions no row may show: benchmarks, and sealed test files that hold questions."""
    return tuple(dict.fromkeys((*curate.benchmarks, *list_questions(curate.sealed))))


def hash_benchmark(path: Path) -> str:
    """A benchmark file to its hash; SourceError where there is none."""
    if not path.is_file():
        hint = "name the file in `curate.benchmarks`, or with --benchmark FILE"
        raise SourceError(f"no benchmark file at {path}", where=str(path), hint=hint)
    return hash_file(path)


def run_stage(
    job: Job, stage: str, shards: Sequence[Shard], work: Work, context: dict[str, Any], inputs: str
) -> dict[str, Any]:
    """One stage of the room to its manifest; what it reads is its inputs and all that its context says."""
    told = context | {"source": context["source"]["shape"], **dict.fromkeys(PLACES)}
    digest = hashlib.sha256(encode_json([inputs, stage, told])).hexdigest()
    folder = job.folder / stage
    # A stage that is done is taken by the size of its files: what later stages read of it is held against its hashes.
    if (folder / MANIFEST_NAME).exists() and verify_room(folder):
        repair_room(folder)
    return run_room(
        folder, stage, shards, work, context=context, inputs=digest, workers=job.workers, progress=job.progress
    )


def list_tables(manifest: dict[str, Any], prefix: str) -> list[str]:
    """The manifest of a stage to its files of one kind, relative to the folder of the room."""
    stage = manifest["room"]
    return [f"{stage}/{entry['path']}" for entry in manifest["files"] if entry["path"].startswith(f"data/{prefix}")]
