"""Rows made elsewhere: refused where they do not fit, shared out as asked, and through a whole run like any row."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import SourceError
from apothecary.example import EXAMPLE
from apothecary.flow import run_recipe
from apothecary.generate.authored import fingerprint_authored, plan_authored, read_slice, take_in, tell_shortfall
from apothecary.recipe import Recipe, Splits
from apothecary.report.verify import verify_run

SUBJECTS = "anvil bellows crucible dropper ewer flask gasket hopper inkwell jar kettle ladle mortar nozzle oven pipette"


def write_rows(folder: Path, counts: dict[str, int], origin: str = "llm", **changes: object) -> Path:
    """A folder of authored rows: so many in each split."""
    rows = []
    words = SUBJECTS.split()
    for split, count in counts.items():
        for j in range(count):
            one, two = words[j % 16], words[j // 16 % 16]
            text = f"Story {j} of the {split} room, the {one} and the {two}"
            row = dict.fromkeys(EXAMPLE) | {
                "id": f"tiny/stories/teller/{split}-{origin}/{j}",
                "prompt": f"{text}: why does the {one} stand beside the {two} on shelf {j}?",
                "response": f"Because whoever tidied shelf {j} last wanted the {one} within reach of the {two}.",
                "pack": "tiny",
                "perspective": "problem solving",
                "intent": "stories",
                "origin": origin,
                "answer_type": "text",
                "difficulty": 2,
                "safety_class": "S0",
                "tests": "skill",
                "split": split,
                "entities": [],
                "facts": [],
                "sources": [],
                "licences": [],
            }
            rows.append(row | changes)
    (folder / "data").mkdir(parents=True)
    half = len(rows) // 2
    files = []
    for number, part in enumerate((rows[:half], rows[half:])):
        path = folder / "data" / f"{number}.parquet"
        pl.DataFrame(part, schema=EXAMPLE).write_parquet(path)
        files.append({"path": f"data/{number}.parquet", "rows": len(part)})
    (folder / "manifest.json").write_text(json.dumps({"files": files}))
    return folder


def test_all_rows_are_used_where_no_share_is_asked(tmp_path: Path, tiny_recipe: Recipe) -> None:
    folder = write_rows(tmp_path / "rows", {"train": 100, "test": 20})
    take_in([str(folder)], tmp_path / "run", "tiny")
    index = json.loads((tmp_path / "run" / "authored.json").read_text())
    assert [(line["id"], line["rows"]) for line in index["strata"]] == [
        ("tiny/stories/teller/test-llm", 20),
        ("tiny/stories/teller/train-llm", 100),
    ]
    planned = {line["split"]: line for line in plan_authored(index, tiny_recipe)}
    assert planned["train"]["quota"] == 95  # 100 less the surplus
    assert planned["train"]["made"] == 100
    asked = tiny_recipe.model_copy(update={"rows": 1000, "origins": {"template": 98.0, "context": 2.0}})
    assert {line["split"]: line["quota"] for line in plan_authored(index, asked)} == {"train": 17, "test": 2}


def test_many_small_strata_give_nearly_all_their_rows(tiny_recipe: Recipe) -> None:
    strata = [{"id": f"tiny/i{n}/m/test-document", "split": "test", "origin": "document", "rows": 2} for n in range(20)]
    asked = tiny_recipe.model_copy(update={"rows": 1000, "origins": {"template": 70.0, "document": 30.0}})
    asked = asked.model_copy(update={"splits": Splits(validation=0, test=0.1)})
    planned = plan_authored({"strata": strata}, asked)
    assert sum(line["quota"] for line in planned) == 30 and sum(line["made"] for line in planned) == 40
    more = asked.model_copy(update={"rows": 2000})
    assert sum(line["quota"] for line in plan_authored({"strata": strata}, more)) == 35  # 40 less the surplus of all


def test_parts_hold_each_made_row_once(tmp_path: Path) -> None:
    folder = write_rows(tmp_path / "rows", {"train": 101, "test": 7})
    take_in([str(folder)], tmp_path / "run", "tiny")
    made = {"tiny/stories/teller/train-llm": 50}
    parts = [read_slice(tmp_path / "run", made, "train", number, 4) for number in range(4)]
    ids = pl.concat(parts)["id"].to_list()
    assert sorted(ids) == sorted(f"tiny/stories/teller/train-llm/{j}" for j in range(50))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"pack": "other"}, "rows of the pack tiny"),
        ({"origin": "hearsay"}, "a known split and origin"),
        ({"id": "tiny/stories/teller/train-llm/7"}, "once each"),
        ({"id": "tiny/stories/7"}, "ids as"),
    ],
    ids=["pack", "origin", "twice", "id"],
)
def test_rows_that_do_not_fit_are_refused(tmp_path: Path, changes: dict[str, object], part: str) -> None:
    folder = write_rows(tmp_path / "rows", {"train": 5}, **changes)  # type: ignore[arg-type]
    with pytest.raises(SourceError) as caught:
        take_in([str(folder)], tmp_path / "run", "tiny")
    assert part in caught.value.render()


def test_an_unfinished_folder_is_refused_and_another_content_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no finished rows") as caught:
        fingerprint_authored([str(tmp_path)])
    assert f"make docs/SOURCE --out {tmp_path}" in caught.value.hint and "apothecary write" in caught.value.hint
    one = write_rows(tmp_path / "one", {"train": 5})
    two = write_rows(tmp_path / "two", {"train": 6})
    assert fingerprint_authored([str(one)]) != fingerprint_authored([str(two)])


def test_a_run_holds_authored_rows_among_its_own(
    tmp_path: Path, small_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))
    folder = write_rows(tmp_path / "rows", {"train": 200, "test": 30})
    recipe = Recipe(
        name="mixed",
        pack=str(Path(__file__).parents[1] / "data" / "tiny_pack"),
        rows=1500,
        shard_rows=500,
        splits=Splits(validation=0.05, test=0.1),
        authored=(str(folder),),
        origins={"template": 90.0, "context": 10.0},
    )
    run_recipe(recipe, out=tmp_path / "run", workers=2, progress=SilentProgress())
    export = tmp_path / "run" / "export"
    files = [entry["path"] for entry in json.loads((export / "manifest.json").read_text())["files"]]
    rows = pl.concat([pl.read_parquet(export / path) for path in files if path.endswith(".parquet")])
    assert rows.height == 1500
    told = rows.filter(pl.col("origin") == "llm")
    assert told.height == 127 + 15  # training and test; there are none for validation
    assert told["id"].is_unique().all()
    parts = rows.with_columns(part=pl.int_range(pl.len()) // 300).group_by("part")
    shares = parts.agg((pl.col("origin") == "llm").mean())["origin"].to_list()
    assert min(shares) > 0.02  # they stand all over the dataset
    verdict = verify_run(tmp_path / "run", repair=False, sample=200, workers=1, progress=SilentProgress())
    assert verdict.is_sound, verdict.lines


def test_a_shortfall_of_documents_is_told_before_the_run(tmp_path: Path, tiny_recipe: Recipe) -> None:
    folder = write_rows(tmp_path / "rows", {"train": 40}, "document")
    asked = {"template": 90.0, "document": 10.0}
    recipe = tiny_recipe.model_copy(update={"rows": 1000, "origins": asked, "authored": (str(folder),)})
    (line,) = tell_shortfall(recipe)
    assert "100 rows of document" in line and "hold 40 and give 35 (train lacks 50" in line  # five replace dropped ones
    assert tell_shortfall(recipe.model_copy(update={"rows": 350, "splits": Splits(validation=0, test=0)})) == []
    assert "test lacks 3" in tell_shortfall(recipe.model_copy(update={"rows": 350}))[0]  # none of them are of the test
    assert tell_shortfall(tiny_recipe) == []
