"""Published rows to conversations in columns: every turn of a batch in one flat series, so that no row is looped over.

A row with tools is the exception: its schemas are the first turn (role `tools`), its calls and results (`call`, `tool`)
hold JSON. They stand behind the prompt that they answer, and are few; these rows are told one by one.
"""

from __future__ import annotations

import json
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


def order_tools(turns: Sequence[Mapping[str, str]]) -> tuple[str, list[Mapping[str, str]]]:
    """The messages of a row with tools to the schemas (JSON) and its turns in the order spoken.

    Published, calls and results that answer the prompt stand before it, as they do in `history`; the last user turn is
    the prompt, the last turn the response.
    """
    schemas = next((turn["content"] for turn in turns if turn["role"] == "tools"), "[]")
    others = [turn for turn in turns if turn["role"] != "tools"]
    *before, prompt, response = others
    if prompt["role"] != "user":
        return schemas, others
    at = len(before)
    while at and before[at - 1]["role"] in ("call", "tool"):
        at -= 1
    return schemas, [*before[:at], prompt, *before[at:], response]


def tell_openai(turns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The messages of a row with tools to `messages` and `tools` as the chat completions API has them."""
    schemas, ordered = order_tools(turns)
    return {"messages": [_make_message(turn) for turn in ordered], "tools": json.loads(schemas)}


def _make_message(turn: Mapping[str, str]) -> dict[str, Any]:
    if turn["role"] == "call":
        return {"role": "assistant", "content": None, "tool_calls": [_name_call(one) for one in _as_list(turn)]}
    if turn["role"] == "tool":
        told = json.loads(turn["content"])
        result = json.dumps(told["result"], ensure_ascii=False)
        return {"role": "tool", "tool_call_id": told["id"], "name": told["name"], "content": result}
    return dict(turn)


def _as_list(turn: Mapping[str, str]) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = json.loads(turn["content"])
    return calls


def _name_call(call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(call["arguments"], ensure_ascii=False)
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": arguments}}
