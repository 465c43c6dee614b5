from __future__ import annotations

import json

from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.messages import count_before, has_tools, order_turns, to_openai
from apothecary.generate.tools.render import render_tools


def test_calls_come_between_question_and_answer(bench: ToolBench) -> None:
    row = render_tools(bench, "weigh_name/tools/train-tool", 0, 1).to_dicts()[0]
    assert has_tools(row)
    told = to_openai(row | {"system": "Be exact."})
    roles = [message["role"] for message in told["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"]
    first, second = told["messages"][2], told["messages"][4]
    assert first["content"] is None and first["tool_calls"][0]["function"]["name"] == "lookup"
    smiles = json.loads(told["messages"][3]["content"])["value"]
    assert json.loads(second["tool_calls"][0]["function"]["arguments"]) == {"smiles": smiles}
    assert told["messages"][3]["tool_call_id"] == first["tool_calls"][0]["id"]
    names = {tool["function"]["name"] for tool in told["tools"]}
    assert {"lookup", "molecular_weight"} <= names


def test_parallel_calls_are_one_message(bench: ToolBench) -> None:
    row = render_tools(bench, "two_weights/tools/train-tool", 3, 4).to_dicts()[0]
    messages = [one for one in to_openai(row)["messages"] if one["role"] != "system"]
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "tool", "assistant"]
    assert len(messages[1]["tool_calls"]) == 2


def test_an_earlier_exchange_stays_before_the_question(bench: ToolBench) -> None:
    row = render_tools(bench, "from_what_we_have/tools/train-tool", 0, 1).to_dicts()[0]
    roles = [turn["role"] for turn in order_turns(row) if turn["role"] != "system"]
    assert roles == ["user", "call", "tool", "assistant", "user", "assistant"]


def test_rows_without_tools_work_too() -> None:
    row = {"system": None, "history": None, "prompt": "Q", "response": "A"}
    expected = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    assert to_openai(row) == {"messages": expected, "tools": []}
    assert not has_tools(row) and count_before([]) == 0
