"""What rows are held against, loaded when it is asked for; without a pack there is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import make_run
from tests.curate.own_data import write_jsonl

from apothecary.curate.rows import complete_rows
from apothecary.curate.tools import Tools, load_checker, load_tools
from apothecary.curate.verify import find_hits
from apothecary.facts.claims import summarise_claims
from apothecary.recipe import Recipe

NOTHING: dict[str, Any] = {"claims": {}, "name_tables": [], "benchmarks": [], "pack": "", "views": "", "run": ""}
ITEM = {
    "question": "Which of these solvents has the highest boiling point at normal pressure and no dipole moment?",
    "options": ["hexane", "toluene", "water", "cumene"],
}


def test_without_a_pack_there_is_nothing_to_hold_against() -> None:
    tools = load_tools(NOTHING)
    assert tools.claims is None
    assert tools.index is None
    assert tools.requests is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(str(ITEM["question"]), 1, id="the item"),
        pytest.param(f"Dear all, {str(ITEM['question']).lower()} Thanks", 1, id="inside a text"),
        pytest.param("Which of these solvents has the lowest boiling point?", 0, id="something alike"),
    ],
)
def test_an_item_of_a_benchmark_is_found_in_a_row(tmp_path: Path, asked: str, found: int) -> None:
    items = [ITEM, {"question": "What does a catalyst change about a reaction that runs in both directions at once?"}]
    path = write_jsonl(tmp_path / "test.jsonl", items)
    index = Tools(NOTHING | {"benchmarks": [str(path)]}).index
    assert index is not None
    rows = complete_rows(pl.DataFrame({"id": ["a", "b"], "prompt": ["Hello?", asked], "response": ["Hi.", "Cumene."]}))
    hits = find_hits(rows, 4, index)
    assert hits.select("id", "file", "row").rows() == [("b", 4, 1)] * found
    assert all("test.jsonl" in detail for detail in hits["detail"])


def test_the_checker_is_the_run_s_own(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    rows = pl.read_parquet(run / "generate" / "data" / "test-00000.parquet").head(5)
    assert load_checker({"run": str(run)}).check(rows).is_empty()
    assert Tools(NOTHING | {"run": str(run)}).checker.check(rows.with_columns(answer=pl.lit("no"))).height == 5


def test_claims_are_judged_by_the_views(built_knowledge: Path) -> None:
    from apothecary.curate.ground import find_ground
    from apothecary.engine.progress import SilentProgress
    from apothecary.report.preview import prepare_views

    ground = find_ground("pharma", prepare_views("pharma", "share-alike", workers=2, progress=SilentProgress()))
    tools = Tools(NOTHING | {"claims": ground.claims, "views": ground.views, "name_tables": list(ground.name_tables)})
    assert tools.claims is not None
    rows = complete_rows(
        pl.DataFrame(
            {
                "id": ["right", "wrong", "other"],
                "prompt": ["What is the molecular weight of caffeine?"] * 3,
                "response": [
                    "The molecular weight of caffeine is 194.19 g/mol.",
                    "The molecular weight of caffeine is 149.19 g/mol.",
                    "It is not known to me.",
                ],
            }
        )
    )
    told = summarise_claims(tools.claims.check(rows), rows.height)
    assert told["claims_contradict"].to_list() == [0, 1, 0]
    assert told["claims_agree"].to_list() == [1, 0, 0]
    assert "149.19" in told["claims_detail"][1]
