"""The verbs of export as a user meets them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_runs import TINY_PACK, assert_refused, call

from apothecary.recipe import Recipe, dump_recipe, load_recipe


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, small_cache: Path) -> Path:
    """A finished run of 600 rows."""
    folder = tmp_path_factory.mktemp("export")
    settings = {"name": "tiny", "pack": str(TINY_PACK), "rows": 600, "seed": 7, "shard_rows": 250, "surplus": 0.02}
    (folder / "recipe.yaml").write_text(dump_recipe(Recipe.model_validate(settings)))
    command = ("run", folder / "recipe.yaml", "--out", folder / "run", "--quiet")
    done = call(*command, APOTHECARY_CACHE=str(small_cache))
    assert done.returncode == 0, done.stderr
    return folder / "run"


def test_export_says_what_it_wrote(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call("export", run, "--format", "chat,text", "--format", "parquet", "--out", out, "--quiet")
    assert done.returncode == 0, done.stderr
    assert "600 of 600 rows" in done.stdout
    assert "load_dataset(" in done.stdout
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["chat", "done", "parquet", "text"]
    books = json.loads((out / "manifest.json").read_text())["books"]
    assert sum(told["kept"] for told in books["formats"]["chat"].values()) == 600


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "chat,hf"), "--format"),
        (("--format", "chatt"), "there is no format chatt"),
        (("--reasoning", "loud"), "--reasoning loud is no choice"),
        (("--column", "dose"), "no column dose"),
        (("--for", "keras"), "--for"),
    ],
)
def test_a_wrong_option_is_explained(run: Path, tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    assert_refused(call("export", run, "--out", tmp_path / "out", *options), told)


def test_a_template_that_is_none_is_explained(run: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jinja").write_text("{% for %}")
    options = ("--format", "text", "--template", tmp_path / "bad.jinja", "--out", tmp_path / "out")
    assert_refused(call("export", run, *options), "no Jinja", "line 1")


def test_a_folder_of_other_things_is_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert_refused(call("export", run, "--out", tmp_path), "no run has made")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_recall_takes_out_what_rests_on_an_entity_and_diff_finds_it(run: Path, tmp_path: Path) -> None:
    rows = pl.read_parquet(run / "export" / "data" / "*.parquet")
    entity = rows["entities"][0][0]
    gone = set(rows.filter(pl.col("entities").list.contains(entity))["id"])
    out = tmp_path / "out"
    done = call("recall", run, "--entity", entity, "--out", out, "--quiet")
    assert done.returncode == 0, done.stderr
    assert f"{len(gone):,} rows are gone" in done.stdout
    left = pl.read_parquet(out / "parquet" / "*.parquet")
    assert set(left["id"]) == set(rows["id"]) - gone
    assert not left["entities"].list.contains(entity).any()
    told = json.loads((out / "recall.json").read_text())
    assert told["rows_left"] == left.height
    assert sum(told["rows_removed"].values()) == len(gone)
    subprocess.run(["sha256sum", "-c", "--quiet", "checksums.sha256"], cwd=out, check=True)
    whole = call("export", run, "--format", "parquet", "--out", tmp_path / "whole", "--quiet")
    assert whole.returncode == 0, whole.stderr
    for entry in told["files"]:
        same = (tmp_path / "whole" / entry["path"]).read_bytes() == (out / entry["path"]).read_bytes()
        assert same is entry["is_unchanged"]
    found = call("diff", run, out, "--out", tmp_path / "diff.parquet")
    assert found.returncode == 0, found.stderr
    assert f"0 added, {len(gone)} removed, 0 changed, {left.height} equal" in found.stdout
    lines = pl.read_parquet(tmp_path / "diff.parquet")
    assert set(lines["id"]) == gone
    assert set(lines["reason"]) == {f"dropped there: recalled entity {entity}"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--source", "nobody"), "no source nobody"),
        (("--fact", "nothing"), "no fact nothing"),
        (("--entity", "unheardofium"), "no entity is named"),
        ((), "nothing is recalled"),
    ],
)
def test_a_recall_of_what_is_not_there_is_explained(
    run: Path, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    assert_refused(call("recall", run, "--out", tmp_path / "out", *options), told)
    assert not (tmp_path / "out").exists()


def test_a_diff_of_no_dataset_is_explained(run: Path, tmp_path: Path) -> None:
    assert_refused(call("diff", run, tmp_path), "neither a run nor an export folder")


def test_a_mix_takes_shares_and_chat_beside(run: Path, tmp_path: Path) -> None:
    intents = pl.read_parquet(run / "export" / "data" / "train-*.parquet")["intent"].unique().sort().to_list()
    asked = {intents[0]: 0.7, intents[1]: 0.3}
    chat = [
        {"prompt": f"Say something about day {n} of the year.", "response": f"It is day {n}. " * 5} for n in range(900)
    ]
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(line) + "\n" for line in chat))
    mix = {"weights": {"intent": asked}, "external": {"files": [str(tmp_path / "chat.jsonl")], "share": 0.25}}
    (tmp_path / "mix.yaml").write_text(json.dumps(mix))
    out = tmp_path / "out"
    done = call("export", run, "--format", "parquet", "--mix", tmp_path / "mix.yaml", "--out", out, "--quiet")
    assert done.returncode == 0, done.stderr
    assert "of the tokens of training, 25.0% asked" in done.stdout
    rows = pl.read_parquet(out / "parquet" / "train-*.parquet")
    own = rows.filter(pl.col("origin") != "external")
    assert own.filter(pl.col("intent") == intents[0]).height / own.height == pytest.approx(0.7, abs=0.02)
    size = pl.col("messages").list.eval(pl.element().struct.field("content").str.len_chars()).list.sum().cast(pl.Int64)
    spoken = rows.group_by("origin").agg(size.sum())
    parts = dict(spoken.iter_rows())
    assert parts["external"] / sum(parts.values()) == pytest.approx(0.25, abs=0.02)
    held_out = pl.read_parquet(run / "export" / "data" / "test-*.parquet").height
    assert pl.read_parquet(out / "parquet" / "test-*.parquet").height == held_out
    assert str(tmp_path) not in (out / "mix.yaml").read_text()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, small_cache: Path) -> Path:
    """A recipe that asks for a format and a mix, and its finished run beside it."""
    folder = tmp_path_factory.mktemp("asked")
    settings = {"name": "tiny", "pack": str(TINY_PACK), "rows": 600, "seed": 7, "shard_rows": 250, "surplus": 0.02}
    settings |= {"export": {"formats": ["chat"]}, "mix": {"rows": 200, "caps": {"fact": 50}}}
    (folder / "recipe.yaml").write_text(dump_recipe(Recipe.model_validate(settings)))
    command = ("run", folder / "recipe.yaml", "--out", folder / "run", "--quiet")
    done = call(*command, APOTHECARY_CACHE=str(small_cache))
    assert done.returncode == 0, done.stderr
    assert "mix: 200 of " in done.stdout
    return folder


def test_a_run_leaves_what_its_recipe_asks_for(asked: Path, tmp_path: Path) -> None:
    out = asked / "run" / "formats"
    books = json.loads((out / "manifest.json").read_text())["books"]
    assert books["formats"]["chat"]["train"]["kept"] == 200
    assert json.loads((out / "mix.json").read_text())["training_rows"] == 200
    told = call(
        "export", asked / "run", "--out", tmp_path / "out", "--mix", out / "mix.yaml", "--quiet", "--workers", "1"
    )
    assert told.returncode == 0, told.stderr
    for name in ("checksums.sha256", "README.md", "croissant.json"):
        assert (tmp_path / "out" / name).read_bytes() == (out / name).read_bytes()


def test_other_formats_make_nothing_anew(asked: Path, small_cache: Path, tmp_path: Path) -> None:
    run = shutil.copytree(asked / "run", tmp_path / "run")
    dataset = run / "export" / "manifest.json"
    before = dataset.stat().st_mtime_ns
    changed = ("--set", "export.formats=completion", "--set", "mix.rows=100")
    command = ("run", asked / "recipe.yaml", *changed, "--out", run, "--quiet")
    done = call(*command, APOTHECARY_CACHE=str(small_cache))
    assert done.returncode == 0, done.stderr
    assert "was done already" in done.stdout
    assert dataset.stat().st_mtime_ns == before
    out = run / "formats"
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["completion", "done", "removed"]
    assert load_recipe(run / "recipe.yaml").export.formats == ("completion",)  # what `resume` follows


def test_a_chat_file_that_is_not_there_is_refused_at_once(asked: Path, tmp_path: Path) -> None:
    command = ("run", asked / "recipe.yaml", "--set", "mix.external.files=nowhere.jsonl", "--out", tmp_path / "run")
    assert_refused(call(*command, "--quiet"), "nowhere.jsonl")
    assert not (tmp_path / "run").exists()
