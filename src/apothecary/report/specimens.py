"""Rows to look at: one of each intent, and some that were dropped, by reason, with the proof."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.export.messages import list_spoken

EACH = 2  # rows a reason
LOOK_FILES = 3
MOST = 1_500  # characters of a turn that are shown
COLUMNS = ("id", "intent", "messages", "answer", "answer_type", "sources")
MADE = ("id", "system", "history", "prompt", "response")


def show_intents(files: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Dataset files to the first row of each intent that the first few of them hold."""
    shown: dict[str, dict[str, Any]] = {}
    for file in files[:LOOK_FILES]:
        rows = pl.scan_parquet(file).select(COLUMNS).filter(~pl.col("intent").is_in(list(shown)))
        for row in rows.group_by("intent", maintain_order=True).head(1).collect().to_dicts():
            shown[row["intent"]] = describe_row(row, row["messages"])
    return dict(sorted(shown.items()))


def describe_row(row: dict[str, Any], turns: Sequence[dict[str, str]]) -> dict[str, Any]:
    """A row to what a reader needs: its id, its turns (cut when very long), its canonical answer and sources."""
    told: dict[str, Any] = {"id": row["id"], "turns": [[turn["role"], cut(turn["content"])] for turn in turns]}
    return told | {name: row[name] for name in ("answer", "answer_type", "sources") if row.get(name)}


def cut(text: str | None, most: int = MOST) -> str:
    """A text, or its beginning and how much more there is."""
    text = text or ""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


def show_dropped(verdicts: Sequence[Path], made: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """Verdict tables and the files they judge, in the same order, to a few dropped rows of each reason, with proof.

    A file is opened only where a row that is shown lies in it.
    """
    found = [pl.DataFrame(schema=PLACED_VERDICT)]
    counts: dict[str, int] = {}
    for path in verdicts:
        table = pl.read_parquet(path)
        for reason, number in table.group_by("reason").len().iter_rows():
            if counts.get(reason, 0) < EACH:
                found.append(table.filter(pl.col("reason") == reason).head(EACH - counts.get(reason, 0)))
            counts[reason] = counts.get(reason, 0) + number
    chosen = pl.concat(found)
    shown: dict[str, list[dict[str, Any]]] = {}
    for (file,), some in chosen.group_by("file", maintain_order=True):
        rows = pl.read_parquet(made[int(file)], columns=list(MADE))
        for verdict in some.to_dicts():
            row = rows.row(int(verdict["row"]), named=True)
            proof = {"verdict": verdict["verdict"], "detail": cut(verdict["detail"])}
            told = describe_row(row, list_spoken(row)) | proof
            shown.setdefault(verdict["reason"], []).append(told)
    return dict(sorted(shown.items()))


def find_refused(verdicts: Sequence[Path], reasons: Sequence[str]) -> dict[int, Any]:
    """Verdict tables to the places, by file, of rows with one of some reasons."""
    places: dict[int, Any] = {}
    for number, path in enumerate(verdicts):
        table = pl.read_parquet(path, columns=["reason", "row"])
        rows = table.filter(pl.col("reason").is_in(list(reasons)))["row"].cast(pl.Int64).to_numpy()
        if len(rows):
            places[number] = rows
    return places
