from pathlib import Path

import polars as pl
from tests.curate.examples import COMPOUNDS, frame_rows, make_row, tabulate

from apothecary.export.select import Choice, choose_shard

ROWS = pl.DataFrame(tabulate(frame_rows([make_row(j, j) for j in range(4)]))).select(
    "id", "sources", "entities", "facts"
)


def choose(choice: Choice) -> tuple[list[bool], list[tuple[str, str]]]:
    keep, removed = choose_shard(ROWS, "train-00000", {"choice": choice.to_context()})
    return keep.to_list(), removed.rows()


def test_all_rows_stay_where_nothing_is_asked() -> None:
    assert choose(Choice()) == ([True] * 4, [])


def test_rows_that_rest_on_something_recalled_are_named() -> None:
    entity = COMPOUNDS[1]
    assert choose(Choice(entities=(entity,))) == (
        [True, False, True, True],
        [(ROWS["id"][1], f"recalled entity {entity}")],
    )
    fact = next(fact["fact_id"] for fact in ROWS["facts"][2] if fact["fact_id"])
    assert choose(Choice(facts=(fact,)))[1] == [(ROWS["id"][2], f"recalled fact {fact}")]
    source = ROWS["sources"][0][0]
    assert choose(Choice(sources=(source,)))[0].count(False) >= 1
    assert choose(Choice(sources=("nobody",)))[0] == [True] * 4


def test_rows_that_a_mix_leaves_out_are_named(tmp_path: Path) -> None:
    table = pl.DataFrame({"row": [3], "reason": ["mix"]}, schema={"row": pl.UInt32, "reason": pl.String})
    table.write_parquet(tmp_path / "train-00000.parquet")
    keep, removed = choose(Choice(mix=tmp_path))
    assert keep == [True, True, True, False]
    assert removed == [(ROWS["id"][3], "mix")]


def test_a_choice_has_a_name_of_its_own(tmp_path: Path) -> None:
    names = {Choice().name, Choice(sources=("a",)).name, Choice(facts=("a",)).name, Choice(entities=("a",)).name}
    assert len(names) == 4
    assert not Choice().is_recall
    assert Choice(facts=("a",)).is_recall
