from pathlib import Path

import polars as pl
from tests.curate.examples import frame_rows, make_row, make_run

from apothecary.curate.tools import load_checker
from apothecary.curate.verdicts import PLACED_VERDICT
from apothecary.curate.verify import place_verdicts
from apothecary.example import VERDICT
from apothecary.recipe import Recipe


def test_verdicts_are_placed_in_file_order_one_a_row() -> None:
    rows = frame_rows([make_row(j, 1) for j in range(4)])
    judged = [(rows["id"][at], "dropped", reason, "why") for at, reason in ((3, "unit"), (1, "name"), (3, "number"))]
    verdicts = pl.DataFrame(judged, schema=["id", "verdict", "reason", "detail"], orient="row").with_columns(
        pl.lit(None, pl.Float64).alias("score")
    )
    placed = place_verdicts(verdicts.cast(dict(VERDICT)), rows, 6)
    assert placed.schema == PLACED_VERDICT
    assert placed.select("reason", "file", "row").rows() == [("name", 6, 1), ("unit", 6, 3)]
    assert place_verdicts(pl.DataFrame(schema=VERDICT), rows, 0).schema == PLACED_VERDICT


def test_the_checker_of_a_run_passes_what_was_rendered_and_not_what_was_changed(
    tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe
) -> None:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    rows = pl.read_parquet(run / "generate" / "data" / "test-00000.parquet")
    checker = load_checker({"run": str(run)})
    assert checker.check(rows).height == 0
    assert checker.check(rows.with_columns(pl.col("answer") + "0")).height == rows.height
