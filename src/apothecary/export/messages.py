"""Examples to chat messages: system text if there is any, earlier turns, the prompt, the response."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

SPOKEN = ("system", "history", "prompt", "response")  # the columns of an example that its messages hold


def build_messages(rows: pl.DataFrame) -> pa.ListArray:
    """EXAMPLE rows (n) to a list of {role, content} for each (n).

    All texts are put into one pool and gathered once in the order spoken; a list is then no more than an offset.
    """
    turns = rows["history"].list.len().fill_null(0).to_numpy().astype(np.int64)
    told = rows["system"].is_not_null().to_numpy()
    counts = told + turns + 2
    offsets = np.concatenate([[0], np.cumsum(counts)])
    index = order_pool(counts, turns, told, offsets)
    spoken = pool_turns(rows)[index].to_arrow()
    columns = [spoken.column(name).combine_chunks() for name in ("role", "content")]
    struct = pa.StructArray.from_arrays(columns, names=["role", "content"])
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), struct)


def pool_turns(rows: pl.DataFrame) -> pl.DataFrame:
    """EXAMPLE rows to all their turns: the prompts, the responses, the earlier turns, the system texts."""
    history = rows["history"].drop_nulls().explode(empty_as_null=False)
    system = rows["system"].drop_nulls()
    parts = [
        pl.DataFrame({"role": pl.repeat("user", rows.height, eager=True), "content": rows["prompt"]}),
        pl.DataFrame({"role": pl.repeat("assistant", rows.height, eager=True), "content": rows["response"]}),
    ]
    if len(history):
        parts.append(pl.DataFrame({"role": history.struct.field("role"), "content": history.struct.field("content")}))
    if len(system):
        parts.append(pl.DataFrame({"role": pl.repeat("system", len(system), eager=True), "content": system}))
    return pl.concat(parts)


def order_pool(
    counts: NDArray[np.int64], turns: NDArray[np.int64], told: NDArray[np.bool_], offsets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Turns a row (n), earlier turns (n), whether there is a system text (n), and offsets (n + 1) to pool positions."""
    rows = len(counts)
    index = np.empty(int(offsets[-1]), dtype=np.int64)
    is_earlier = np.zeros(len(index), dtype=bool)
    if turns.any():
        is_earlier[:] = True
        is_earlier[offsets[1:] - 2] = False
        is_earlier[offsets[1:] - 1] = False
        is_earlier[offsets[:-1][told]] = False
    index[offsets[1:] - 2] = np.arange(rows)
    index[offsets[1:] - 1] = rows + np.arange(rows)
    index[is_earlier] = 2 * rows + np.arange(int(turns.sum()))
    index[offsets[:-1][told]] = 2 * rows + int(turns.sum()) + np.arange(int(told.sum()))
    return index


def list_spoken(row: dict[str, Any]) -> list[dict[str, str]]:
    """One example as a dict to its messages; what `build_messages` does, said plainly."""
    system = [{"role": "system", "content": row["system"]}] if row["system"] is not None else []
    last = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["response"]}]
    return [*system, *(row["history"] or []), *last]
