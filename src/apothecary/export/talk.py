"""Published rows to conversations in columns: every turn of a batch in one flat series, so that no row is looped over.

Rows with tools are the exception: they are few, and told one by one, see `generate/tools/messages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

TOOL_ROLES = ("tools", "call", "tool")


@dataclass(frozen=True)
class Talk:
    """Conversations (n): how many turns each has (n), and roles and contents of all turns in order (m)."""

    counts: NDArray[np.int64]
    roles: pl.Series
    contents: pl.Series

    @classmethod
    def from_rows(cls, rows: pl.DataFrame) -> Talk:
        """Published rows to their conversations."""
        counts = rows["messages"].list.len().to_numpy().astype(np.int64)
        turns = rows["messages"].explode(empty_as_null=False)
        return cls(counts, turns.struct.field("role"), turns.struct.field("content"))

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where each conversation ends (n)."""
        return np.cumsum(self.counts)

    @property
    def responses(self) -> pl.Series:
        """The last turn of each (n)."""
        return self.contents.gather(self.ends - 1)

    def set_responses(self, responses: pl.Series) -> Talk:
        """The same with other last turns (n)."""
        return replace(self, contents=self.contents.scatter(self.ends - 1, responses))

    def list_turns(self, first: str = "role", second: str = "content", *, last: bool = True) -> pl.Series:
        """The conversations as lists of structs (n), with the last turn or without it."""
        roles, contents, counts = self.roles, self.contents, self.counts
        if not last:
            keep = np.ones(len(roles), dtype=bool)
            keep[self.ends - 1] = False
            roles, contents, counts = roles.filter(pl.Series(keep)), contents.filter(pl.Series(keep)), counts - 1
        offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
        struct = pa.StructArray.from_arrays(
            [roles.rechunk().to_arrow().cast(pa.large_string()), contents.rechunk().to_arrow().cast(pa.large_string())],
            names=[first, second],
        )
        return pl.Series(pa.LargeListArray.from_arrays(offsets, struct))


def find_tools(rows: pl.DataFrame) -> pl.Series:
    """Published rows (n) to whether each (n) holds tool calls."""
    return rows["messages"].list.eval(pl.element().struct.field("role").is_in(TOOL_ROLES)).list.any()


def tell_reasoning(responses: pl.Series, reasoning: pl.Series, how: str) -> pl.Series:
    """Responses (n) and their steps (n, lists or null) to responses with the steps told: think, inline or drop.

    Inline, a response that ends its own steps already is left as it is.
    """
    if how == "drop":
        return responses
    told = pl.DataFrame({"response": responses, "steps": reasoning})
    steps, response = pl.col("steps").list.join("\n"), pl.col("response")
    has = pl.col("steps").list.len().fill_null(0) > 0
    if how == "think":
        with_steps = pl.concat_str(pl.lit("<think>\n"), steps, pl.lit("\n</think>\n\n"), response)
    else:
        has &= ~response.str.contains(pl.col("steps").list.last(), literal=True).fill_null(value=False)
        with_steps = pl.concat_str(steps, pl.lit("\n\n"), response)
    return told.select(pl.when(has).then(with_steps).otherwise(response).alias("response")).to_series()


def split_turns(turns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The messages of a published row to what they were made of: system, history, prompt and response."""
    told = turns[0]["role"] == "system"
    return {
        "system": turns[0]["content"] if told else None,
        "history": list(turns[told:-2]),
        "prompt": turns[-2]["content"],
        "response": turns[-1]["content"],
    }
