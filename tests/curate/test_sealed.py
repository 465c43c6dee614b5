from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import make_run
from tests.curate.test_room import read_verdicts

from apothecary.curate.room import run_curate
from apothecary.curate.sealed import list_questions, load_sealed, refuse_touched
from apothecary.engine.commit import read_json
from apothecary.engine.progress import SilentProgress
from apothecary.errors import SourceError, VerdictError
from apothecary.export.room import run_export
from apothecary.recipe import Curate, Recipe


def curate(run: Path, recipe: Recipe, sealed: Path) -> dict[str, Any]:
    sealing = recipe.model_copy(update={"curate": Curate(sealed=(str(sealed),))})
    return run_curate(run, sealing, inputs="test", workers=1, progress=SilentProgress())


@pytest.fixture
def made(tmp_path: Path, tiny_knowledge: Path, tiny_recipe: Recipe) -> tuple[Path, pl.DataFrame]:
    run = make_run(tmp_path / "run", tiny_knowledge, tiny_recipe)
    return run, pl.read_parquet(run / "generate" / "data" / "*.parquet")


def test_no_row_states_a_sealed_fact(made: tuple[Path, pl.DataFrame], tmp_path: Path, tiny_recipe: Recipe) -> None:
    run, rows = made
    facts = rows["facts"].explode(empty_as_null=False).struct.field("fact_id").drop_nulls()
    secret = facts[0]
    (tmp_path / "expert.csv").write_text(f"fact_id,answer\n{secret},12\n")
    manifest = curate(run, tiny_recipe, tmp_path / "expert.csv")
    holds = rows.filter(pl.col("facts").list.eval(pl.element().struct.field("fact_id") == secret).list.any())
    assert read_verdicts(run) == dict.fromkeys(holds["id"], ("sealed_fact", secret))
    assert holds.height > 0
    assert manifest["funnel"][-1]["dropped"] == {"sealed_fact": holds.height}


def test_a_sealed_name_seals_its_entity_in_every_split(
    made: tuple[Path, pl.DataFrame], tmp_path: Path, tiny_recipe: Recipe
) -> None:
    run, rows = made
    entity = rows.filter(pl.col("split") == "test")["entities"][0][0]
    names = pl.read_parquet(run / "gather" / "compounds.parquet", columns=["entity_id", "name"])
    name = names.filter(pl.col("entity_id") == entity)["name"][0]
    (tmp_path / "expert.csv").write_text(f'drug,note\n"{name.upper()}",mine\n')
    curate(run, tiny_recipe, tmp_path / "expert.csv")
    about = rows.filter(pl.col("entities").list.contains(entity))
    assert read_verdicts(run) == dict.fromkeys(about["id"], ("sealed_entity", entity))
    assert "test" in about["split"].to_list()


def test_a_sealed_question_is_a_test_item(made: tuple[Path, pl.DataFrame], tmp_path: Path, tiny_recipe: Recipe) -> None:
    run, rows = made
    asked = rows["prompt"][5]
    pl.DataFrame({"question": [asked], "answer": ["?"]}).write_csv(tmp_path / "expert.csv")
    curate(run, tiny_recipe, tmp_path / "expert.csv")
    assert {reason for reason, _ in read_verdicts(run).values()} == {"benchmark_item"}
    assert rows["id"][5] in read_verdicts(run)


def test_what_is_written_is_looked_at_again(
    made: tuple[Path, pl.DataFrame], tmp_path: Path, tiny_recipe: Recipe
) -> None:
    run, rows = made
    entity = rows["entities"][0][0]
    (tmp_path / "expert.jsonl").write_text(f'{{"entity_id": "{entity}"}}\n')
    files = [run / "generate" / entry["path"] for entry in read_json(run / "generate" / "manifest.json")["files"]]
    with pytest.raises(VerdictError, match="touch the sealed test file"):
        refuse_touched(files, [str(tmp_path / "expert.jsonl")], str(run / "gather"))
    assert refuse_touched(files, [], "") == 0
    curate(run, tiny_recipe, tmp_path / "expert.jsonl")
    sealing = tiny_recipe.model_copy(update={"curate": Curate(sealed=(str(tmp_path / "expert.jsonl"),))})
    manifest = run_export(run, sealing, inputs="test", workers=1, progress=SilentProgress())
    assert manifest["audit"]["rows_that_touch_sealed_files"] == 0
    published = pl.read_parquet(run / "export" / "data" / "*.parquet")
    assert published.height == tiny_recipe.rows
    assert not published["entities"].list.contains(entity).any()


def test_files_are_told_by_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "questions.csv").write_text("question\nHow heavy is ethanol at all?\n")
    (tmp_path / "facts.csv").write_text("fact_id\nf1\n")
    (tmp_path / "empty.csv").write_text("colour\nred\n")
    assert list_questions([str(tmp_path / "questions.csv"), str(tmp_path / "facts.csv")]) == (
        str(tmp_path / "questions.csv"),
    )
    held, _ = load_sealed({"sealed": [str(tmp_path / "questions.csv"), str(tmp_path / "facts.csv")], "views": ""})
    assert held.facts == {"f1"}
    with pytest.raises(SourceError, match="names no fact and no entity"):
        list_questions([str(tmp_path / "empty.csv")])
    with pytest.raises(SourceError, match="no sealed test file"):
        list_questions([str(tmp_path / "none.csv")])
