"""The log of a run in, seconds by room and stage out; and what such hours would cost on a rented machine."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from apothecary.plan.tables import Prices, load_prices

HOUR_S = 3600.0


def read_timing(run: Path) -> dict[str, Any]:
    """A run folder to `rooms` and `stages` with seconds, the worker processes, and how many starts it took.

    Parts that were stopped before they ended are not counted; they were done again.
    """
    rooms: dict[str, float] = {}
    stages: dict[str, float] = {}
    workers, starts = 0, 0
    for path in sorted((run / "log").glob("*.jsonl")):
        begun: dict[str, datetime] = {}
        starts += 1
        for line in read_lines(path):
            data, message = line.get("data") or {}, str(line.get("message", ""))
            at = datetime.fromisoformat(str(line["time"]))
            room = str(data.get("room", ""))
            if message == "room entered":
                begun[room], workers = at, int(data.get("workers", workers))
            elif message == "room left" and room in begun:
                rooms[room] = rooms.get(room, 0.0) + (at - begun.pop(room)).total_seconds()
            elif message.endswith(" starts"):
                begun[f"stage {message.removesuffix(' starts')}"] = at
            elif f"stage {message.removesuffix(' is done')}" in begun:
                stage = message.removesuffix(" is done")
                stages[stage] = stages.get(stage, 0.0) + (at - begun.pop(f"stage {stage}")).total_seconds()
    return {
        "seconds": round(sum(rooms.values()), 1),
        "rooms": {name: round(seconds, 1) for name, seconds in rooms.items()},
        "stages": {name: round(seconds, 1) for name, seconds in stages.items()},
        "workers": workers,
        "starts": starts,
    }


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a log that are whole: the last may have been cut by a kill."""
    lines = []
    for text in path.read_text("utf-8", "replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and "time" in line:
            lines.append(line)
    return lines


def price_run(timing: dict[str, Any], prices: Prices | None = None) -> dict[str, Any]:
    """The core hours of a run, and what they cost on the first rented machine of the price table."""
    prices = prices or load_prices()
    machine = prices.cpu[0]
    hours = timing["seconds"] / HOUR_S * max(1, timing["workers"])
    return {
        "core_hours": round(hours, 4),
        "machine": machine.name,
        "usd": round(hours * machine.usd_per_hour / machine.cores, 4),
        "prices_of": prices.as_of,
    }
