"""Builds small runs for the tests: real EXAMPLE shards, manifests and views, as generate and gather leave them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from apothecary.engine.commit import hash_file, write_json
from apothecary.example import EXAMPLE
from apothecary.export.write import build_table
from apothecary.generate.allocate import allocate_rows
from apothecary.generate.draw import Span
from apothecary.generate.room import list_shards
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import dump_pack, load_pack
from apothecary.recipe import Recipe

COMPOUNDS = [f"c{number:010d}" for number in range(60)]
PARENT = {entity: f"PARENT{number // 2:08d}" for number, entity in enumerate(COMPOUNDS)}
WEIGHT = {entity: f"{100 + number}.25" for number, entity in enumerate(COMPOUNDS)}


def make_row(j: int, entity: int, *, intent: str = "weight", split: str = "train", **changes: Any) -> dict[str, Any]:
    """One example about a compound: recall of its molecular weight, or with intent `rings` a skill."""
    key = COMPOUNDS[entity]
    value = WEIGHT[key]
    skill = intent == "rings"
    row = {
        "id": f"pharma/{intent}/plain/{split}-drug/{j}",
        "prompt": f"What is the {intent} value of substance {entity}, variant {split} {j}?",
        "response": f"Substance {entity}: {value} g/mol.",
        "history": None,
        "pack": "pharma",
        "perspective": "problem solving" if skill else "basic facts",
        "intent": intent,
        "template": "plain",
        "wording": "0.0" if split == "train" else "3.0",
        "entities": [key],
        "facts": [{"entity": 0, "field": "mw", "value": value, "unit": "g/mol", "fact_id": f"{key}:mw:rdkit"}],
        "sources": ["rdkit", "unii"],
        "licences": ["BSD-3-Clause", "CC0-1.0"],
        "origin": "template",
        "answer": value,
        "answer_type": "number",
        "tolerance": 0.02,
        "difficulty": 1,
        "register": "student",
        "safety_class": "S0",
        "tests": "skill" if skill else "recall",
        "split": split,
    }
    return row | changes


def two_turns(row: dict[str, Any], ask: str, reply: str) -> dict[str, Any]:
    """The row with an earlier question and answer."""
    return row | {"history": [{"role": "user", "content": ask}, {"role": "assistant", "content": reply}]}


def frame_rows(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows to an EXAMPLE frame; columns that a row does not name are null."""
    return pl.DataFrame([{name: row.get(name) for name in EXAMPLE.names()} for row in rows], schema=EXAMPLE)


def tabulate(rows: pl.DataFrame) -> pa.Table:
    """An EXAMPLE frame to the table that is published."""
    return build_table(rows, rows.select("facts").to_arrow()["facts"])


def make_run(run: Path, knowledge: Path, recipe: Recipe) -> Path:
    """A run folder with gather and generate done, every row rendered as generate does it."""
    run.mkdir()
    copy_views(knowledge, run / "gather")
    pack = load_pack(recipe.pack)
    bench = Workbench(recipe, pack, run / "gather")
    quotas = allocate_rows(bench.plans, recipe)
    (run / "generate" / "data").mkdir(parents=True)
    for shard in list_shards(quotas, recipe.shard_rows):
        number, of = shard.payload["number"], shard.payload["of"]
        spans = [
            Span(quota.stratum, quota.made * number // of, quota.made * (number + 1) // of)
            for quota in quotas
            if quota.stratum.part.split == shard.payload["split"]
        ]
        frame = bench.render_shuffled(spans, shard.name)
        frame.write_parquet(run / "generate" / "data" / f"{shard.name}.parquet", compression="lz4")
    held_out = {
        f"{plan.intent.intent}/{name}": list(asks.held_out)
        for plan in bench.plans
        for name, asks in plan.asks.items()
        if asks.held_out
    }
    strata = [
        {"id": quota.stratum.id, "split": quota.stratum.part.split, "quota": quota.wanted, "made": quota.made}
        for quota in quotas
    ]
    (run / "generate" / "pack.json").write_text(json.dumps(dump_pack(pack)), "utf-8")
    write_manifest(run, strata=strata, held_out_patterns=held_out)
    return run


def copy_views(knowledge: Path, folder: Path) -> None:
    """The small knowledge folder, with its melting points called measured."""
    shutil.copytree(knowledge, folder)
    kind = pl.when(pl.col("field") == "mp_c").then(pl.lit("experimental")).otherwise("kind")
    facts = pl.read_parquet(folder / "facts.parquet").with_columns(kind.alias("kind"))
    facts.write_parquet(folder / "facts.parquet")


def write_manifest(run: Path, **more: Any) -> None:
    """The manifest of generate for the files that are there."""
    folder = run / "generate"
    order = ["train", "validation", "test"]
    paths = sorted((folder / "data").iterdir(), key=lambda path: (order.index(path.stem.split("-")[0]), path.name))
    files = [
        {
            "path": path.relative_to(folder).as_posix(),
            "rows": pl.scan_parquet(path).select(pl.len()).collect().item(),
            "bytes": path.stat().st_size,
            "sha256": hash_file(path),
        }
        for path in paths
    ]
    manifest = {"format": 1, "room": "generate", "inputs": "x", "rows": sum(file["rows"] for file in files)}
    write_json(folder / "manifest.json", manifest | {"files": files} | more)


def change_rows(run: Path, name: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Let `change` alter the rows of one file of examples in place."""
    path = run / "generate" / "data" / f"{name}.parquet"
    rows = pl.read_parquet(path).to_dicts()
    change(rows)
    pl.DataFrame(rows, schema=EXAMPLE).write_parquet(path, compression="lz4")


def hash_tree(folder: Path) -> dict[str, str]:
    """Every file beneath a folder and its hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in files}


def make_pack() -> dict[str, Any]:
    """The pack of these examples, as generate dumps it."""
    asks = [
        "What is the {intent} value of {name}, variant {v}?",
        "State the value of {name}.",
        "Value of {name}?",
        "How much is {name}?",
    ]
    return {
        "pack": "pharma",
        "version": "1",
        "fields": {"mw": {"label": "molecular weight", "unit": "g/mol", "kind": "computed", "type": "number"}},
        "intents": [
            {"intent": intent, "tests": tests, "templates": [{"id": "plain", "ask": asks, "reply": ["{mw}"]}]}
            for intent, tests in (("weight", "recall"), ("rings", "skill"))
        ],
    }
