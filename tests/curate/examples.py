"""Builds small runs for the tests: real EXAMPLE shards, manifests and views, as generate and gather leave them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from apothecary.engine.commit import hash_file, write_json
from apothecary.engine.progress import make_progress
from apothecary.example import EXAMPLE
from apothecary.export.write import build_table
from apothecary.generate.room import run_generate
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
    """A run folder with gather and generate done."""
    run.mkdir()
    shutil.copytree(knowledge, run / "gather")
    write_json(run / "run.json", {"recipe": recipe.model_dump(mode="json")})
    run_generate(run, recipe, inputs="x", workers=1, progress=make_progress(quiet=True))
    return run


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
