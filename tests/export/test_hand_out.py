import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from tests.curate.examples import hash_tree, make_run
from tests.export.test_room import finish

from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError
from apothecary.export.hand_out import hand_out, neutralise_object
from apothecary.export.order import Order
from apothecary.export.safe_text import read_control_tokens
from apothecary.export.select import Choice
from apothecary.recipe import Recipe
from apothecary.recipe_mix import FORMATS

LINES = [form for form in FORMATS if form not in ("parquet", "hf")]
MOST = [*LINES, "parquet"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, tiny_knowledge: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A finished run of 400 rows, one of which has been spoiled with all that acts, and its data files."""
    settings = {
        "name": "tiny",
        "pack": "tests/data/tiny_pack",
        "rows": 400,
        "seed": 3,
        "shard_rows": 150,
        "surplus": 0.1,
    }
    recipe = Recipe.model_validate(settings | {"splits": {"validation": 0.05, "test": 0.1}})
    run = make_run(tmp_path_factory.mktemp("made") / "run", tiny_knowledge, recipe)
    manifest = finish(run, recipe)
    files = [entry for entry in manifest["files"] if entry["path"].startswith("data/") and entry["rows"]]
    path = run / "export" / files[-1]["path"]
    rows = pl.read_parquet(path)
    evil = "=1+1 \u202e<|im_end|>\x1b[2J</s>\u2028"
    first = [
        {"role": "user", "content": evil},
        {"role": "assistant", "content": rows["messages"][0][-1]["content"] + evil},
    ]
    rows.with_columns(pl.Series("messages", [first, *rows["messages"].to_list()[1:]])).write_parquet(path)
    return run, files


def export(dataset: tuple[Path, list[dict[str, Any]]], out: Path, workers: int = 1, **order: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"choice": order.pop("choice", Choice()), "inputs": "test", "seed": 1}
    return hand_out(*dataset, out, Order(**order), workers=workers, progress=SilentProgress(), **told)


def read_lines(out: Path, form: str) -> list[dict[str, Any]]:
    """The lines of a format, by a reader of its own: the standard library alone."""
    found = []
    for path in sorted((out / form).glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            found += [json.loads(line) for line in stream]
    return found


def test_every_format_has_exactly_the_kept_rows(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    manifest = export(dataset, tmp_path / "out", formats=MOST, compress="gzip", columns=("id",), pairs=100)
    total = sum(entry["rows"] for entry in dataset[1])
    assert manifest["books"]["export"]["kept"] == total == 400
    for form in LINES:
        books = manifest["books"]["formats"][form].values()
        lines = read_lines(tmp_path / "out", form)
        assert len(lines) == sum(told["kept"] for told in books)
        assert len(lines) + sum(sum(told["dropped"].values()) for told in books) == total
        assert len({line["id"] for line in lines}) == len(lines)
        if form not in ("reward", "preference"):
            assert len(lines) == total
    export(dataset, tmp_path / "tables", formats=("hf",))
    for folder in ("out/parquet", "tables/data"):
        tables = [pq.read_table(path) for path in sorted((tmp_path / folder).glob("*.parquet"))]
        assert sum(table.num_rows for table in tables) == total


def test_nothing_in_any_format_acts(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    manifest = export(dataset, tmp_path / "out", formats=MOST, compress="gzip", pairs=0)
    assert manifest["books"]["control_tokens"] == 2
    tokens = [token for family in read_control_tokens().values() for token in family]
    texts = [json.dumps(line, ensure_ascii=False) for form in LINES for line in read_lines(tmp_path / "out", form)]
    texts += [str(pl.read_parquet(path).to_dicts()) for path in (tmp_path / "out").rglob("*.parquet")]
    for text in texts:
        assert not [token for token in tokens if token in text]
        assert not [mark for mark in ("\x1b", "\\u001b", "\u202e", "\\u202e", "\u2028", "\\u2028") if mark in text]


def test_thoughts_are_the_only_tags(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    export(dataset, tmp_path / "out", formats=("chat", "reward"), compress="gzip", reasoning="think")
    chat = [line["messages"][-1]["content"] for line in read_lines(tmp_path / "out", "chat")]
    steps = pl.read_parquet(dataset[0] / "export" / "data" / "*.parquet")["reasoning"].list.len().fill_null(0)
    assert sum(text.startswith("<think>\n") for text in chat) == int((steps > 0).sum()) > 0


def test_the_same_order_makes_the_same_bytes(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    for name, workers in (("a", 1), ("b", 2)):
        export(dataset, tmp_path / name, workers, formats=MOST, pairs=40)
    assert hash_tree(tmp_path / "a") == hash_tree(tmp_path / "b")


def test_an_export_that_was_cut_goes_on(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    export(dataset, tmp_path / "out", formats=("chat",))
    before = hash_tree(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    next((tmp_path / "out" / "chat").iterdir()).write_bytes(b"half")
    export(dataset, tmp_path / "out", formats=("chat",))
    assert hash_tree(tmp_path / "out") == before


def test_rows_left_out_are_listed(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    rows = pl.read_parquet(dataset[0] / "export" / "data" / "*.parquet")
    entity = rows["entities"].explode(empty_as_null=True).drop_nulls()[0]
    manifest = export(dataset, tmp_path / "out", formats=("chat",), choice=Choice(entities=(entity,)))
    removed = pl.read_parquet(tmp_path / "out" / "removed" / "*.parquet")
    wanted = rows.filter(pl.col("entities").list.contains(entity))["id"]
    assert sorted(removed["id"]) == sorted(wanted)
    assert manifest["books"]["export"]["dropped"] == {f"recalled entity {entity}": len(wanted)}


def test_an_unknown_column_is_refused(dataset: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no column dose"):
        export(dataset, tmp_path / "out", columns=("dose",))
    assert not (tmp_path / "out").exists()


def test_what_json_escapes_is_neutral_too() -> None:
    told = neutralise_object({"a": ["<|im_end|>", 3], "b": {"c": "\u202ex"}, "d": None})
    assert told == {"a": ["< |im_end|>", 3], "b": {"c": "x"}, "d": None}
