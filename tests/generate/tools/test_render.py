from __future__ import annotations

import json

import polars as pl
import pytest
from tests.generate.tools.conftest import KNOWLEDGE

from apothecary.example import EXAMPLE
from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.check import check_dialogues
from apothecary.generate.tools.render import list_tool_strata, open_bench, render_tools


@pytest.fixture(scope="module")
def rows(bench: ToolBench) -> pl.DataFrame:
    return pl.concat(render_tools(bench, stratum, 0, 30) for stratum in bench.strata)


def test_every_row_is_an_example_and_passes_the_check(bench: ToolBench, rows: pl.DataFrame) -> None:
    assert rows.schema == EXAMPLE
    assert rows["id"].is_unique().all() and rows["prompt"].null_count() == 0
    assert check_dialogues(rows, bench.toolbox).to_dicts() == []
    said = pl.concat([rows["prompt"], rows["response"]])
    assert not said.str.contains(r"[{}]|\bNone\b[^ ]|= None").any()
    assert set(rows["origin"]) == {"tool"} and rows["template"].null_count() == rows.height


def test_a_row_is_made_again_from_its_number(bench: ToolBench) -> None:
    stratum = "describe_name/tools/train-tool"
    assert render_tools(bench, stratum, 17, 18).equals(render_tools(bench, stratum, 10, 30)[7:8])
    again = open_bench("pharma", 1, KNOWLEDGE)
    assert render_tools(again, stratum, 0, 5).equals(render_tools(bench, stratum, 0, 5))


def test_another_seed_draws_others(bench: ToolBench) -> None:
    other = ToolBench(bench.pack, bench.knowledge, 2)
    name = "melting_point/tools/train-tool"
    assert render_tools(other, name, 0, 20)["prompt"].to_list() != render_tools(bench, name, 0, 20)["prompt"].to_list()


def test_facts_are_those_of_the_knowledge_base(rows: pl.DataFrame) -> None:
    known = pl.read_parquet(KNOWLEDGE / "facts.parquet", columns=["fact_id", "text"])
    stated = rows.select("facts").explode("facts").drop_nulls().unnest("facts")
    recorded = stated.filter(pl.col("entity") >= 0)
    joined = recorded.join(known, on="fact_id", how="left")
    assert recorded.height > 500 and joined["text"].eq_missing(joined["value"]).all()
    given = stated.filter(pl.col("entity") < 0)
    assert given.height and given["fact_id"].null_count() == given.height


def test_what_is_called_is_offered(rows: pl.DataFrame) -> None:
    for history in rows["history"]:
        offered = {tool["function"]["name"] for tool in json.loads(history[0]["content"])}
        called = {c["name"] for turn in history if turn["role"] == "call" for c in json.loads(turn["content"])}
        assert called <= offered


def test_capacities_are_told(bench: ToolBench) -> None:
    strata = list_tool_strata("pharma", 1, KNOWLEDGE)
    assert {line["split"] for line in strata} == {"train", "validation", "test"}
    assert sum(line["capacity"] for line in strata) > 100_000
    small = next(line for line in strata if line["id"] == "plain_question/tools/train-tool")
    assert render_tools(bench, small["id"], 0, 10**6).height == small["capacity"]


def test_a_whole_stratum_has_no_prompt_twice(bench: ToolBench) -> None:
    for name in ("convert_one", "melting_point", "unknown_name", "misspelt_name", "two_weights"):
        frame = render_tools(bench, f"{name}/tools/train-tool", 0, 2000)
        assert frame["prompt"].is_unique().all(), name


def test_systems_of_the_pack_are_drawn_for_some(rows: pl.DataFrame) -> None:
    assert 0.2 < rows["system"].null_count() / rows.height < 0.9
