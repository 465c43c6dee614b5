"""The sample: some rows of the dataset, drawn fairly over all files, as plain JSON lines anyone can open.

Every row has a random number of its own, made from the seed, its file and its place; the sample is the rows with the
smallest numbers. Each shard hands in a few more candidates than its share, so that no shard has to know the others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.engine.commit import FileRecord, write_file
from apothecary.engine.seed import derive_key, random_words

SAMPLE_ROWS = 10_000
DEVIATIONS = 6  # a shard hands in its share and six standard deviations, so the sample is exact but for one run in 10^9


def draw_priorities(seed: int, shard: str, rows: int) -> NDArray[np.uint64]:
    """A shard's name and number of rows to a random 64-bit number for each row."""
    words = random_words(derive_key(seed, "sample", shard), np.arange(rows, dtype=np.uint64))
    return words[:, 0].astype(np.uint64) << np.uint64(32) | words[:, 1].astype(np.uint64)


def pick_candidates(priorities: NDArray[np.uint64], wanted: int, total: int) -> NDArray[np.int64]:
    """The numbers of a shard's rows to the places of its candidates, smallest number first.

    `wanted` rows are to be sampled of `total` in all shards together.
    """
    share = wanted * len(priorities) / max(1, total)
    count = min(len(priorities), ceil(share + DEVIATIONS * sqrt(share) + DEVIATIONS))
    nearest = np.argpartition(priorities, count - 1)[:count] if count else np.zeros(0, np.int64)
    return nearest[np.lexsort((nearest, priorities[nearest]))].astype(np.int64)


def encode_candidates(rows: pl.DataFrame, priorities: Sequence[int]) -> bytes:
    """Rows and their numbers to lines `<number in hex> <row as JSON>`, so that a sort of lines is a sort by number."""
    lines = rows.write_ndjson()
    assert lines is not None
    return b"".join(
        f"{priority:016x} {line}\n".encode() for priority, line in zip(priorities, lines.split("\n")[:-1], strict=True)
    )


def write_sample(pieces: Sequence[Path], target: Path, wanted: int) -> FileRecord:
    """The candidates of all shards to the sample: the `wanted` lines with the smallest numbers, in their order."""
    lines: list[bytes] = []
    for piece in pieces:
        lines += piece.read_bytes().split(b"\n")[:-1]
        lines = sorted(lines)[:wanted]
    body = b"".join(line.split(b" ", 1)[1] + b"\n" for line in lines)
    return write_file(target, lambda path: _write_all(path, body))


def read_sample(path: Path) -> list[dict[str, object]]:
    """A sample file to its rows."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def _write_all(path: Path, body: bytes) -> None:
    path.write_bytes(body)
