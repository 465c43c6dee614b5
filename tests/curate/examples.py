"""Builds small runs for the tests: real EXAMPLE shards, manifests and views, as generate and gather leave them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.example import EXAMPLE, FACT

COMPOUNDS = [f"c{number:010d}" for number in range(60)]
FIELD_KIND = {"mw": "computed", "mp_c": "experimental"}
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


def write_run(run: Path, files: dict[str, Sequence[dict[str, Any]]], quotas: dict[str, int]) -> Path:
    """A run folder with generate and gather done: `files` by name (train-00000), `quotas` by stratum id."""
    data = run / "generate" / "data"
    data.mkdir(parents=True)
    entries, made = [], dict.fromkeys(quotas, 0)
    for name, rows in files.items():
        path = data / f"{name}.parquet"
        frame_rows(rows).write_parquet(path, compression="lz4")
        content = path.read_bytes()
        entries.append(
            {
                "path": f"data/{name}.parquet",
                "rows": len(rows),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
        for row in rows:
            made[row["id"].rpartition("/")[0]] += 1
    strata = [
        {"id": stratum, "split": stratum.split("/")[-1].split("-")[0], "quota": quota, "made": made[stratum]}
        for stratum, quota in quotas.items()
    ]
    total = sum(entry["rows"] for entry in entries)
    manifest = {"format": 1, "room": "generate", "inputs": "x", "rows": total, "files": entries, "strata": strata}
    _write_json(run / "generate" / "manifest.json", manifest)
    _write_json(run / "generate" / "pack.json", make_pack())
    write_gather(run / "gather")
    return run


def write_gather(folder: Path) -> None:
    """The views a run carries, for the compounds of these examples."""
    folder.mkdir(parents=True)
    facts = [
        {
            "fact_id": f"{key}:mw:rdkit",
            "entity_id": key,
            "field": "mw",
            "number": float(WEIGHT[key]),
            "text": WEIGHT[key],
            "unit": "g/mol",
            "kind": "computed",
            "source": "rdkit",
            "licence": "BSD-3-Clause",
        }
        for key in COMPOUNDS
    ]
    pl.DataFrame([{name: fact.get(name) for name in FACT.names()} for fact in facts], schema=FACT).write_parquet(
        folder / "facts.parquet"
    )
    names = [f"substance {number}" for number in range(len(COMPOUNDS))]
    pl.DataFrame(
        {
            "entity_id": COMPOUNDS,
            "name": names,
            "Name": [name.capitalize() for name in names],
            "parent_key": [PARENT[key] for key in COMPOUNDS],
        }
    ).write_parquet(folder / "compounds.parquet")
    _write_json(folder / "sources.json", [])


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


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", "utf-8")
