from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import write_json
from apothecary.engine.progress import make_progress
from apothecary.engine.run import verify_room
from apothecary.errors import RecipeError
from apothecary.generate.room import list_shards, make_again, render_preview, run_generate
from apothecary.recipe import Recipe


def make_run(folder: Path, recipe: Recipe, knowledge: Path, workers: int) -> Path:
    shutil.copytree(knowledge, folder / "gather")
    write_json(folder / "run.json", {"recipe": recipe.model_dump(mode="json")})
    run_generate(folder, recipe, inputs="i", workers=workers, progress=make_progress(quiet=True))
    return folder


def read_tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_knowledge: Path) -> Path:
    recipe = Recipe(
        name="tiny",
        pack=str(Path(__file__).parent.parent / "data" / "tiny_pack"),
        rows=3000,
        seed=7,
        splits={"validation": 0.05, "test": 0.1},
        shard_rows=1000,
    )
    return make_run(tmp_path_factory.mktemp("run") / "r", recipe, tiny_knowledge, 1)


def test_shards_share_all_strata_and_the_manifest_names_them(run: Path) -> None:
    assert verify_room(run / "generate") == []
    frames = [pl.read_parquet(path) for path in sorted((run / "generate" / "data").glob("train-*.parquet"))]
    assert len(frames) == 3
    assert max(f.height for f in frames) - min(f.height for f in frames) < 60
    mixes = [set(f["intent"]) for f in frames]
    assert mixes[0] == mixes[1] == mixes[2]


def test_the_same_bytes_for_another_number_of_workers(
    run: Path, tmp_path: Path, tiny_recipe: Recipe, tiny_knowledge: Path
) -> None:
    other = make_run(tmp_path / "r", tiny_recipe, tiny_knowledge, 2)
    assert read_tree(run / "generate") == read_tree(other / "generate")


def test_rows_are_made_again_from_their_ids(run: Path) -> None:
    frame = pl.read_parquet(run / "generate" / "data" / "test-00000.parquet")
    ids = frame["id"].gather([5, 0, 77]).to_list()
    assert make_again(run, ids).equals(frame[[5, 0, 77]])


def test_shards_cover_all_rows_made() -> None:
    strata = [{"id": "a", "split": "train", "made": 2500}, {"id": "b", "split": "test", "made": 3}]
    shards = list_shards(strata, 1000)
    assert [shard.name for shard in shards] == ["train-00000", "train-00001", "test-00000"]
    assert sum(shard.rows for shard in shards) == 2503


@pytest.mark.parametrize("intent", ["mass", "choose", "heavier", "brands"])
def test_a_preview_about_an_entity_is_about_it(tiny_recipe: Recipe, tiny_knowledge: Path, intent: str) -> None:
    frame = render_preview(tiny_recipe, tiny_knowledge, intent=intent, entity="U20-testane", rows=3)
    entities = pl.read_parquet(tiny_knowledge / "compounds.parquet")
    wanted = entities.filter(pl.col("name") == "u20-testane")["entity_id"][0]
    assert 1 <= frame.height <= 3
    assert all(wanted in row for row in frame["entities"].to_list())
    assert set(frame["intent"]) == {intent}


def test_a_preview_without_an_intent_shows_several(tiny_recipe: Recipe, tiny_knowledge: Path) -> None:
    assert render_preview(tiny_recipe, tiny_knowledge, rows=4)["intent"].n_unique() == 4


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"intent": "mas"}, "no intent 'mas'"), ({"entity": "unobtainium"}, "no entity named 'unobtainium'")],
    ids=str,
)
def test_what_is_not_there_is_refused(
    tiny_recipe: Recipe, tiny_knowledge: Path, asked: dict[str, str], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        render_preview(tiny_recipe, tiny_knowledge, **asked)
