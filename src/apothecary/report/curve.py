"""A finished run in, the measured curve out: on nested subsets, what each further row still brings.

Shards are fair samples of the whole in an order of their own, so the first n rows of training are the subset of size n.
Facts and forms are counted over all rows; n-grams over the first `TEXT_ROWS`, by a fixed sample of their hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from numpy.typing import NDArray

from apothecary.export.audit import FACT_LEAF, pick_child
from apothecary.report.labels import rate
from apothecary.report.ngrams import KEPT_OF, TEXT_ROWS, hash_ngrams

Hashes = NDArray[np.uint64]
FORM = ("intent", "template", "wording")
LEAST = 1_000
SLICE_ROWS = 50_000
MIN_BEND = 0.1  # of the height and width of the curve: a flatter one has no knee
NOTHING: Hashes = np.zeros(0, dtype=np.uint64)


@dataclass
class Seen:
    """What the rows so far have shown: sorted hashes of facts, forms and kept n-grams."""

    facts: Hashes = field(default_factory=lambda: NOTHING)
    forms: Hashes = field(default_factory=lambda: NOTHING)
    ngrams: Hashes = field(default_factory=lambda: NOTHING)
    fact_uses: int = 0
    unformed: int = 0  # rows without a template

    def add(self, rows: pl.DataFrame, facts: pl.Series, ngrams: Hashes | None) -> None:
        """Rows (n) with their lists of fact ids (n), and their n-grams where they are counted."""
        stated = facts.explode(empty_as_null=False).drop_nulls()
        self.fact_uses += len(stated)
        self.facts = merge(self.facts, stated.hash().to_numpy())
        formed = rows.filter(pl.col("template").is_not_null())
        self.unformed += rows.height - formed.height
        asked = formed.select("intent", "template", pl.col("wording").str.split(".").list.get(-2, null_on_oob=True))
        self.forms = merge(self.forms, asked.unique().hash_rows().to_numpy())
        if ngrams is not None:
            self.ngrams = merge(self.ngrams, ngrams)


def merge(seen: Hashes, more: Hashes) -> Hashes:
    """Sorted hashes and some more to all of them, sorted, each once."""
    new = np.unique(more)
    if len(seen):
        at = np.searchsorted(seen, new)
        new = new[seen[np.minimum(at, len(seen) - 1)] != new]
    return np.sort(np.concatenate([seen, new]), kind="stable") if len(new) else seen


def list_marks(rows: int) -> list[int]:
    """The sizes of nested subsets: 1, 2 and 5 times the powers of ten from a thousand, and all rows."""
    marks = [step * 10**power for power in range(3, 13) for step in (1, 2, 5)]
    return [mark for mark in marks if LEAST <= mark < rows] + [rows]


def measure_curve(
    files: Sequence[Path],
    refused: Mapping[int, NDArray[np.int64]],
    made: Sequence[int],
    labels: Mapping[str, bool] | None = None,
) -> list[dict[str, Any]]:
    """Training files in order to the points of the curve.

    `refused` holds, by file, the places (among the rows made) that the checker refused; `made` the rows made, by file.
    """
    counts = [pq.read_metadata(file).num_rows for file in files]
    marks = list_marks(sum(counts))
    seen, points, verdicts, done = Seen(), list[dict[str, Any]](), list[bool](), 0
    for number, file in enumerate(files):
        before = done
        for rows, facts, ngrams in read_slices(file, [mark - done for mark in marks if mark > done], done):
            seen.add(rows, facts, ngrams)
            done += rows.height
            if labels:
                verdicts += [labels[name] for name in rows["id"].to_list() if name in labels]
            if done in marks:
                part = (done - before) / max(1, counts[number])
                verified = share_verified(number, part, refused, made)
                points.append(describe_point(done, seen, verified, points) | {"accepted": rate(verdicts)})
    return points


def read_slices(
    file: Path, stops: Sequence[int], offset: int
) -> Iterator[tuple[pl.DataFrame, pl.Series, Hashes | None]]:
    """A file to slices that end at `stops` or at its end: rows, lists of fact ids, and n-grams of the first rows."""
    wants_text = offset < TEXT_ROWS
    rows = pl.read_parquet(file, columns=["id", *FORM, *(["messages"] if wants_text else [])])
    table = pq.ParquetFile(file, pre_buffer=False).read(columns=[FACT_LEAF])
    facts = pick_child(table.column("facts").combine_chunks(), "fact_id")
    start = 0
    pieces = range(SLICE_ROWS, rows.height, SLICE_ROWS)  # hashing the words of a whole file would take much memory
    for stop in sorted({*pieces, *(stop for stop in stops if stop < rows.height), rows.height}):
        part = rows[start:stop]
        counts_text = wants_text and offset + stop <= TEXT_ROWS
        ngrams = np.unique(hash_ngrams(part["messages"], kept_of=KEPT_OF)) if counts_text else None
        yield part, facts[start:stop], ngrams
        start = stop


def share_verified(file: int, part: float, refused: Mapping[int, NDArray[np.int64]], made: Sequence[int]) -> float:
    """Of the rows made up to a part of a file, the share that the second path derived again and did not refuse."""
    rows = sum(made[:file]) + part * made[file]
    whole = sum(len(refused.get(number, ())) for number in range(file))
    here = int((refused[file] < part * made[file]).sum()) if file in refused else 0
    return 1.0 - (whole + here) / max(1.0, rows)


def describe_point(rows: int, seen: Seen, verified: float, points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the first `rows` rows hold, and what each row since the last point brought."""
    last = points[-1] if points else {"rows": 0, "facts": 0, "forms": 0, "ngrams": 0}
    point: dict[str, Any] = {
        "rows": rows,
        "facts": len(seen.facts),
        "forms": len(seen.forms),
        "ngrams": len(seen.ngrams) * KEPT_OF if rows <= TEXT_ROWS else None,
        "verified": round(verified, 6),
        "repeats_of_a_form": round((rows - seen.unformed) / max(1, len(seen.forms)), 2),
        "uses_of_a_fact": round(seen.fact_uses / max(1, len(seen.facts)), 2),
    }
    more = rows - last["rows"]
    for name in ("facts", "forms", "ngrams"):
        both = point[name] is not None and last[name] is not None
        point[f"new_{name}_per_1000"] = round((point[name] - last[name]) / more * 1000, 2) if both else None
    return point


def find_knee(points: Sequence[dict[str, Any]], name: str) -> int | None:
    """The rows at which a rising curve bends most, None where it stays near a straight line.

    Kneedle (Satopaa et al. 2011): both axes scaled to one, the point farthest above the diagonal. Its smoothing and
    sensitivity are for noisy measurements; counts on nested subsets only rise.
    """
    known = [(point["rows"], point[name]) for point in points if point[name] is not None]
    if len(known) < 4:
        return None
    rows, counts = np.array(known, dtype=np.float64).T
    if rows[-1] == rows[0] or counts[-1] == counts[0]:
        return None
    height = (counts - counts[0]) / (counts[-1] - counts[0]) - (rows - rows[0]) / (rows[-1] - rows[0])
    best = int(height.argmax())
    return int(rows[best]) if height[best] >= MIN_BEND else None
