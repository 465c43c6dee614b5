"""Experts' labels in, the share of rows they accept with its interval out: quality in the strict sense.

A label file is CSV, JSONL or Parquet with `id` (of a row) and `accepted` (true or false, yes or no, 1 or 0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from apothecary.errors import SourceError

Z = 1.959963984540054  # of a 95 % interval
WORDS = {"true": True, "yes": True, "1": True, "accept": True, "accepted": True} | {
    "false": False,
    "no": False,
    "0": False,
    "reject": False,
    "rejected": False,
}


def read_labels(path: Path) -> dict[str, bool]:
    """A file of labels to whether each row id was accepted; SourceError for what is none, or a row judged both ways."""
    expected = "columns id and accepted (true or false), as CSV, JSONL or Parquet"
    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
        elif path.suffix in (".jsonl", ".ndjson"):
            frame = pl.read_ndjson(path)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (OSError, PolarsError, UnicodeDecodeError) as error:
        first = str(error).partition("\n")[0]
        raise SourceError(f"the labels cannot be read: {first}", where=str(path), expected=expected) from None
    if not {"id", "accepted"} <= set(frame.columns):
        what = f"the labels have the columns {', '.join(frame.columns)}"
        raise SourceError(what, where=str(path), expected=expected)
    labels: dict[str, bool] = {}
    for name, word in frame.select(pl.col("id", "accepted").cast(pl.String)).iter_rows():
        verdict = WORDS.get((word or "").strip().lower())
        if verdict is None or name is None or labels.get(name, verdict) != verdict:
            what = f"`{word}` for row {name} is no label" if verdict is None else f"row {name} is judged both ways"
            raise SourceError(what, where=str(path), expected=expected)
        labels[name] = verdict
    return labels


def rate(verdicts: Sequence[bool]) -> dict[str, Any] | None:
    """Verdicts to the share accepted and its 95 % interval (Wilson 1927); None where there are none."""
    count = len(verdicts)
    if not count:
        return None
    share = sum(verdicts) / count
    middle = share + Z * Z / (2 * count)
    spread = Z * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    scale = 1 + Z * Z / count
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return {"labels": count, "accepted": sum(verdicts), "share": share, "low": max(0.0, low), "high": min(1.0, high)}
