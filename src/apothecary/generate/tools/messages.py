"""Tool dialogues as they stand in EXAMPLE rows, and as OpenAI messages: a pure function between the two.

In a row's `history` the first turn has role `tools` and the schemas offered as JSON. A call is a turn of role `call`
(a JSON list of `{id, name, arguments}`), its result a turn of role `tool` (JSON `{id, name, result}`). Calls and
results at the very end of `history` answer the row's prompt, so they are told after it; the response follows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Turn = Mapping[str, str]
TOOLS, CALL, RESULT = "tools", "call", "tool"


def has_tools(row: Mapping[str, Any]) -> bool:
    """Whether a row (a dict with EXAMPLE's columns) is a tool dialogue."""
    history: Sequence[Turn] | None = row.get("history")
    return history is not None and len(history) > 0 and history[0]["role"] == TOOLS


def order_turns(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """All turns of a row in the order spoken, roles as in the row, the schemas left out."""
    turns = [dict(turn) for turn in row["history"] or () if turn["role"] != TOOLS]
    at = count_before(turns)
    system = [{"role": "system", "content": row["system"]}] if row.get("system") is not None else []
    asked, said = {"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["response"]}
    return [*system, *turns[:at], asked, *turns[at:], said]


def count_before(turns: Sequence[Turn]) -> int:
    """How many turns of a history come before the prompt: all but the calls and results at its end."""
    at = len(turns)
    while at and turns[at - 1]["role"] in (CALL, RESULT):
        at -= 1
    return at


def to_openai(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row to `{"messages": [...], "tools": [...]}` as the chat completions API has them; `tools` may be empty.

    Rows without tools work too. Arguments and results are JSON texts, as the API has them.
    """
    tools = json.loads(row["history"][0]["content"]) if has_tools(row) else []
    return {"messages": [_make_message(turn) for turn in order_turns(row)], "tools": tools}


def _make_message(turn: Turn) -> dict[str, Any]:
    if turn["role"] == CALL:
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [_name_call(one) for one in json.loads(turn["content"])],
        }
    if turn["role"] == RESULT:
        told = json.loads(turn["content"])
        result = json.dumps(told["result"], ensure_ascii=False)
        return {"role": "tool", "tool_call_id": told["id"], "name": told["name"], "content": result}
    return dict(turn)


def _name_call(call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(call["arguments"], ensure_ascii=False)
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": arguments}}
