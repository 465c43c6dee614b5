"""Entity gates: what a pack's safety rules keep out of an intent, as masks over a view, and the books of it.

A gate is a list of the knowledge base (column `gates`) with the actions that it forbids. `draw` is every row;
`structure` is an intent that shows both a name and a structure; `edit` is an intent of class S4.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.commit import read_json, write_json
from apothecary.packs.model import Intent, Pack
from apothecary.packs.policy import ACTIONS, Gate

_NAMES = ("name", "Name", "brand", "synonym")
_STRUCTURES = ("inchi", "iupac_name", "selfies")
_SLOT = re.compile(r"(?<!\\)\{(?:\w+\.)?(\w+)(?::\w+)?\}", re.ASCII)


def list_actions(intent: Intent) -> frozenset[str]:
    """What rows of an intent do with an entity, among `draw`, `structure` and `edit`."""
    shown = _list_shown(intent)
    joins = bool(shown.intersection(_NAMES)) and any("smiles" in name or name in _STRUCTURES for name in shown)
    return frozenset({"draw"} | ({"structure"} if joins else set()) | ({"edit"} if intent.safety == "S4" else set()))


def find_withheld(pack: Pack, frame: pl.DataFrame, actions: frozenset[str]) -> NDArray[np.bool_]:
    """Entities of a wide table (rows,) that a gate keeps out of rows with these actions."""
    mask = np.zeros(frame.height, dtype=bool)
    if "gates" not in frame.columns:
        return mask
    for name, gate in list_gates(pack).items():
        if actions.intersection(gate.forbids):
            mask |= _find_stopped(frame, name, gate)
    return mask


def list_gates(pack: Pack) -> dict[str, Gate]:
    """The gates of a pack by list: those of its safety rules, and the lists under `refuse`."""
    plain = {name: Gate(source="pack.yaml, refuse", forbids=("draw",)) for name in pack.refuse}
    return plain | (pack.safety.gates if pack.safety else {})


def count_gates(pack: Pack, frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The books: for each gate its source, the entities on it, how many are spared, and how many each action loses."""
    books: dict[str, dict[str, Any]] = {}
    if "gates" not in frame.columns:
        return books
    for name, gate in list_gates(pack).items():
        hit = frame["gates"].list.contains(name).fill_null(value=False)
        stopped = int(_find_stopped(frame, name, gate).sum())
        books[name] = {
            "source": gate.source,
            "entities": int(hit.sum()),
            "spared": int(hit.sum()) - stopped,
            "withheld": {action: stopped for action in ACTIONS if action in gate.forbids},
        }
    return books


def record_gates(folder: Path, pack: Pack) -> dict[str, Any]:
    """Views in a folder to their report with the books of the gates in it, written back and returned."""
    report: dict[str, Any] = read_json(folder / "report.json")
    compounds = folder / "compounds.parquet"
    books = count_gates(pack, pl.read_parquet(compounds, columns=["name", "gates"])) if compounds.is_file() else {}
    report["safety"] = {"version": pack.safety.version if pack.safety else 0, "gates": books}
    write_json(folder / "report.json", report)
    return report


def _find_stopped(frame: pl.DataFrame, name: str, gate: Gate) -> NDArray[np.bool_]:
    hit = pl.col("gates").list.contains(name).fill_null(value=False)
    spared = [text.lower() for text in gate.spared]
    stopped = frame.select(hit & ~pl.col("name").str.to_lowercase().is_in(spared).fill_null(value=False))
    return stopped.to_series().to_numpy()


def _list_shown(intent: Intent) -> set[str]:
    """The names of all slots in the wordings of an intent."""
    patterns = [intent.answer.value, *intent.reasoning]
    for template in intent.templates:
        patterns += [*template.ask, *template.reply]
        patterns += [*template.before.ask, *template.before.reply] if template.before else []
    shown = {name for pattern in patterns for name in _SLOT.findall(pattern)}
    if shown.intersection(("right", "options")):
        shown.update(_SLOT.findall(intent.draw.text or ""))
    return shown
