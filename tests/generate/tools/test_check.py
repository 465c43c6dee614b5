from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from apothecary.example import EXAMPLE
from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.check import check_dialogues, read_numbers
from apothecary.generate.tools.render import render_tools


def judge(bench: ToolBench, row: dict[str, Any]) -> list[str]:
    return check_dialogues(pl.DataFrame([row], schema=EXAMPLE), bench.toolbox)["reason"].to_list()


@pytest.fixture
def row(bench: ToolBench) -> dict[str, Any]:
    return render_tools(bench, "weigh_name/tools/train-tool", 5, 6).to_dicts()[0]


def edit(row: dict[str, Any], at: int, change: Any) -> dict[str, Any]:
    content = json.loads(row["history"][at]["content"])
    change(content)
    row["history"][at]["content"] = json.dumps(content)
    return row


def test_a_good_row_passes(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, row) == []


def test_a_made_up_result_is_found(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, edit(row, -1, lambda told: told["result"].update(molecular_weight=1.0))) == ["result differs"]


def test_a_call_that_was_not_offered_is_found(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, edit(row, 0, lambda tools: tools.clear())) == ["unknown tool"]


def test_a_result_without_its_call_is_found(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, edit(row, -1, lambda told: told.update(id="call_x"))) == ["call without result"]
    row["history"] = row["history"][:-1]
    assert judge(bench, row) == ["call without result"]


def test_a_number_from_nowhere_is_found(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, row | {"response": row["response"] + " Its price is 77.3."}) == ["number from nowhere"]


def test_an_answer_that_is_not_told_is_found(bench: ToolBench, row: dict[str, Any]) -> None:
    assert judge(bench, row | {"response": "It is heavy."}) == ["answer not told"]


def test_numbers_inside_names_are_none() -> None:
    assert read_numbers("C9H8O4 weighs 180.16, −3 and 1.2e-06") == [(180.16, 0.01), (-3.0, 1.0), (1.2e-06, 0.1)]
