"""A dataset and an order to an export folder: each file of the dataset to one file of each format, shard by shard.

OUT/<format>/<split>-<number>.jsonl.zst   the formats that are lines; OUT/data/ and OUT/parquet/ those that are tables
OUT/removed/<split>-<number>.parquet      rows left out by a recall or a mix: id and reason
OUT/manifest.json                         files with rows and hashes, books by format, sources and licences

A worker holds one file of the dataset at a time. The same dataset and order give the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.engine.commit import encode_json, hash_file
from apothecary.engine.progress import Progress
from apothecary.engine.run import Shard, ShardFolder, load_once, run_room
from apothecary.engine.seed import derive_key
from apothecary.errors import VerdictError
from apothecary.export.lines import TELL, choose_rows, refuse_columns, tell_text, tell_tools
from apothecary.export.order import Order
from apothecary.export.reward import score
from apothecary.export.safe_text import neutralise_table, neutralise_texts
from apothecary.export.select import Choice, choose_shard
from apothecary.export.talk import Talk, find_tools, tell_reasoning
from apothecary.export.write import write_table
from apothecary.recipe_mix import TABLES

ROOM = "hand-out"
BATCH_ROWS = 20_000  # rows told, encoded and compressed at a time
Object = dict[str, Any]


def hand_out(
    run: Path, files: Sequence[dict[str, Any]], out: Path, order: Order, *, choice: Choice, inputs: str, seed: int,
    workers: int, progress: Progress, external: Sequence[Path] = (),
) -> dict[str, Any]:  # fmt: skip
    """The dataset files of a run (manifest entries) to the export folder `out`; returns its manifest.

    `choice` says which rows are left out, `inputs` names all that is read. Raises VerdictError when a format has not
    exactly the rows that were kept less those it has no place for.
    """
    refuse_columns(order.columns, list(pq.read_schema(run / "export" / files[0]["path"]).names))
    context = {
        "run": str(run),
        "order": order.model_dump(mode="json"),
        "choice": choice.to_context(),
        "seed": seed,
        "rows": sum(entry["rows"] for entry in files),
        "external": str(external[0].parent) if external else "",
    }
    told = {"run": "", "choice": choice.name, "external": [hash_file(path) for path in external]}
    manifest = run_room(
        out,
        ROOM,
        [*list_shards(files), *list_external(external)],
        write_formats,
        context=context,
        inputs=hashlib.sha256(encode_json([inputs, context | told])).hexdigest(),
        workers=workers,
        progress=progress,
    )
    check_counts(manifest["books"], out)
    return manifest


def list_shards(files: Sequence[dict[str, Any]]) -> list[Shard]:
    """The files of a dataset to shards; each knows its name on the Hub, `<split>-00000-of-00006`."""
    stems = [Path(entry["path"]).stem for entry in files]
    splits = [stem.rpartition("-")[0] for stem in stems]
    shards = []
    for number, (entry, stem, split) in enumerate(zip(files, stems, splits, strict=True)):
        hub = f"{split}-{splits[:number].count(split):05d}-of-{splits.count(split):05d}"
        shards.append(Shard(stem, {"path": entry["path"], "rows": entry["rows"], "hub": hub, "split": split}))
    return shards


def list_external(paths: Sequence[Path]) -> list[Shard]:
    """Tables of a user's own chat to shards of training."""
    return [
        Shard(
            path.stem,
            {"external": path.name, "rows": pq.read_metadata(path).num_rows, "hub": path.stem, "split": "train"},
        )
        for path in paths
    ]


def find_table(shard: Shard, context: dict[str, Any]) -> Path:
    """A shard to the table it is made from."""
    if "external" in shard.payload:
        return Path(str(context["external"])) / str(shard.payload["external"])
    return Path(str(context["run"])) / "export" / str(shard.payload["path"])


def write_formats(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """One file of the dataset to its file of each format, and the books."""
    order = Order.model_validate(context["order"])
    table = pq.read_table(find_table(shard, context), use_threads=False)
    keep, removed = choose_shard(
        pl.DataFrame(table.select(["id", "sources", "entities", "facts"])), shard.name, context
    )
    read = table.num_rows
    if removed.height:
        table = table.filter(keep.to_arrow())
        folder.write_parquet(f"removed/{shard.name}.parquet", removed, compression="zstd")
    table, marked = neutralise_table(table)
    dropped = dict(removed["reason"].value_counts().sort("reason").iter_rows())
    books: dict[str, Any] = {"export": {"read": read, "kept": table.num_rows, "dropped": dropped, "failed": {}}}
    books["control_tokens"] = marked
    books |= {"splits": {shard.payload["split"]: table.num_rows}} | count_origins(table)
    if table.num_rows:
        for form in order.formats:
            path = order.name_file(form, shard.name, shard.payload["hub"])
            left_out: dict[str, int] = {}
            if form in TABLES:
                folder.write_with(path, partial(write_table, table, level=order.level), rows=table.num_rows)
                written = table.num_rows
            else:
                written = write_lines(folder, path, table, form, order, context, left_out)
            told = {"read": table.num_rows, "kept": written, "dropped": left_out, "failed": {}}
            books.setdefault("formats", {})[form] = {shard.payload["split"]: told}
    return books


def count_origins(table: pa.Table) -> dict[str, Any]:
    """A table to its rows by source and by licence; a row counts once for each of its own."""
    counts = {}
    for name in ("sources", "licences"):
        values = pl.Series(name, table[name]).explode(empty_as_null=False).drop_nulls().value_counts().sort(name)
        counts[name] = dict(values.iter_rows())
    origin = pl.Series("origin", table["origin"]).fill_null("unknown").value_counts().sort("origin")
    return counts | {"origins": dict(origin.iter_rows())}


def write_lines(
    folder: ShardFolder, path: str, table: pa.Table, form: str, order: Order, context: dict[str, Any],
    left_out: dict[str, int],
) -> int:  # fmt: skip
    """A table to a compressed file of JSON lines, a batch at a time; how many, the others in `left_out`."""
    count = 0

    def write(temp: Path) -> None:
        nonlocal count
        with open_lines(temp, order) as stream:
            for start in range(0, table.num_rows, BATCH_ROWS):
                rows = pl.DataFrame(table.slice(start, BATCH_ROWS))
                for line in tell_lines(rows, form, order, context, left_out):
                    stream.write(line)
                    count += 1

    # The number of lines is known when they are written; a format that no row has a place for is an empty file.
    entry = folder.write_with(path, write)
    folder.files[folder.files.index(entry)] = type(entry)(entry.path, count, entry.bytes, entry.sha256)
    return count


def open_lines(path: Path, order: Order) -> Any:
    """A path to a binary file that compresses what is written; the same lines give the same bytes."""
    if order.compress == "gzip":
        return gzip.GzipFile(
            filename="", mode="wb", fileobj=path.open("wb"), compresslevel=min(9, order.level), mtime=0
        )
    if order.compress == "zstd":
        return pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), "zstd")
    return path.open("wb")


def tell_lines(
    rows: pl.DataFrame, form: str, order: Order, context: dict[str, Any], left_out: dict[str, int]
) -> Iterator[bytes]:
    """Published rows to the lines of a format; those it has no place for are counted in `left_out`."""
    rows, missing = choose_rows(rows, form)
    if form == "reward":
        readable = pl.Series([bool(one) for one in score_own(rows)], dtype=pl.Boolean)
        if not readable.all():
            missing["the answer cannot be read off the response"] = int((~readable).sum())
            rows = rows.filter(readable)
    pairs = None
    if form == "preference":
        drawn = draw_pairs(rows, order.pairs, context)
        if drawn.height < rows.height:
            missing["not drawn for a pair"] = rows.height - drawn.height
        pairs = find_pairs(drawn, context)
        if pairs.height < drawn.height:
            missing["no wrong response was found"] = drawn.height - pairs.height
        rows = rows.join(pairs.select("id"), on="id", how="semi", maintain_order="left")
    for reason, number in missing.items():
        left_out[reason] = left_out.get(reason, 0) + number
    tools = find_tools(rows)
    yield from encode_plain(rows.filter(~tools), form, order, pairs)
    special = rows.filter(tools)
    for told, beside in zip(tell_tools(special, form), special.select(order.columns).to_dicts(), strict=True):
        line = json.dumps(neutralise_object(told | beside), ensure_ascii=False, separators=(",", ":"))
        yield f"{line}\n".encode()


def encode_plain(rows: pl.DataFrame, form: str, order: Order, pairs: pl.DataFrame | None) -> Iterator[bytes]:
    """Rows without tools to the lines of a format, by the column."""
    if rows.is_empty():
        return
    talk = Talk.from_rows(rows)
    if pairs is not None:
        from apothecary.export.preference import tell_preference

        told = tell_preference(rows, talk, pairs)
    elif form == "reward":
        told = TELL[form](rows, talk)
    else:
        talk = talk.set_responses(tell_reasoning(talk.responses, rows["reasoning"], order.reasoning))
        told = tell_text(rows, talk, order.template) if form == "text" else TELL[form](rows, talk)
    beside = [name for name in order.columns if name not in told.columns]
    lines = told.with_columns(rows.select(beside).get_columns()).write_ndjson()
    assert lines is not None
    for line in lines.split("\n")[:-1]:
        yield f"{line}\n".encode()


def score_own(rows: pl.DataFrame) -> Iterator[float]:
    """Rows (n) to whether the reward checker accepts the row's own response (n)."""
    for messages, answer, kind, tolerance in rows.select("messages", "answer", "answer_type", "tolerance").iter_rows():
        yield score(messages[-1]["content"], answer, kind, tolerance)


def draw_pairs(rows: pl.DataFrame, wanted: int, context: dict[str, Any]) -> pl.DataFrame:
    """Rows of a batch to its fair part of the rows that pairs are made of, in their order."""
    count = -(-wanted * rows.height // max(1, context["rows"])) if wanted else rows.height
    if count >= rows.height:
        return rows
    chance = pl.Series([derive_key(context["seed"], "pair", name) for name in rows["id"]], dtype=pl.UInt64)
    return rows.filter(chance.rank("ordinal") <= count)


def find_pairs(rows: pl.DataFrame, context: dict[str, Any]) -> pl.DataFrame:
    """Rows to `id, rejected, wrong`, held against the checker over the run's knowledge base."""
    from apothecary.export.preference import make_pairs

    checker, names = load_once(load_judges, {"run": context["run"]})
    pairs = make_pairs(rows, checker, names, context["seed"])
    return pairs.with_columns(neutralise_texts(pairs["rejected"])[0])


def load_judges(context: dict[str, Any]) -> Any:
    """A run to the checker over its pack and knowledge base, and all names in it."""
    from apothecary.curate.tools import load_checker
    from apothecary.engine.commit import read_json
    from apothecary.packs.attach import read_entities

    run = Path(context["run"])
    names = read_entities(run / "gather", read_json(run / "generate" / "pack.json"), ["entity_id", "name", "Name"])
    return load_checker(context), names


def neutralise_object(told: Object) -> Object:
    """A JSON object to the same with every text in it neutral: what was escaped in a JSON text acts once it is read."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return neutralise_texts(pl.Series([value]))[0][0]
        if isinstance(value, dict):
            return {walk(key): walk(one) for key, one in value.items()}
        return [walk(one) for one in value] if isinstance(value, list) else value

    return {key: walk(value) for key, value in told.items()}


def check_counts(books: dict[str, Any], out: Path) -> None:
    """Raise VerdictError where a format has not the rows that were kept."""
    kept = books["export"]["kept"]
    for form, splits in books.get("formats", {}).items():
        read = sum(told["read"] for told in splits.values())
        if read != kept:
            what = f"{form} was written from {read:,} rows, {kept:,} were kept"
            raise VerdictError(what, where=str(out), hint="this is a bug in export; the folder was not finished")
