"""What came out of a run, as text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from apothecary.errors import RecipeError
from apothecary.flow import Outcome, read_manifest
from apothecary.report.show import count_filtered, describe_outcome, show_run


def show(run: Path, **wanted: object) -> str:
    settings = {"intent": None, "entity": None, "dropped": None, "count": 3} | wanted
    return "\n".join(show_run(run, **settings))  # type: ignore[arg-type]


def test_funnel_mix_and_examples_are_shown(quick_run: Path) -> None:
    text = show(quick_run)
    for part in ("20,000 rows of pharma", "funnel", "deduplicate", "dropped: surplus", "mix: 20,000 rows", "tokens"):
        assert part in text
    assert text.count("\nQ: ") >= 3


def test_mix_counts_what_the_data_holds(quick_run: Path) -> None:
    manifest = read_manifest(quick_run, "export")
    assert manifest is not None
    files = [quick_run / "export" / entry["path"] for entry in manifest["files"] if entry["rows"]]
    counted = count_filtered(pl.scan_parquet(files))
    for by in ("intent", "split"):
        assert {k: v["rows"] for k, v in counted[by].items()} == {k: v["rows"] for k, v in manifest["mix"][by].items()}
        assert {k: v["approximate_tokens"] for k, v in counted[by].items()} == {
            k: v["approximate_tokens"] for k, v in manifest["mix"][by].items()
        }


def test_one_intent_is_shown_alone(quick_run: Path) -> None:
    text = show(quick_run, intent="lipinski", count=2)
    assert text.count("pharma/lipinski/") == 2
    assert "funnel" not in text


def test_one_entity_is_shown_alone(quick_run: Path) -> None:
    compounds = pl.read_parquet(quick_run / "gather" / "compounds.parquet", columns=["entity_id", "name", "named"])
    rows = pl.read_parquet(next((quick_run / "export" / "data").glob("train-*")), columns=["entities"])
    used = rows.explode("entities").join(compounds.filter("named"), left_on="entities", right_on="entity_id")
    assert "mix: " in show(quick_run, entity=used["name"][0])


def test_nothing_found_names_the_intents(quick_run: Path) -> None:
    with pytest.raises(RecipeError, match="lipinski"):
        show(quick_run, intent="lipinsky")


def test_dropped_rows_come_with_their_proof(run_with_verdict: tuple[Path, str]) -> None:
    run, example_id = run_with_verdict
    text = show(run, dropped="planted")
    assert text.startswith(example_id)
    assert "dropped: planted, x" in text


def test_unknown_reason_names_the_known(run_with_verdict: tuple[Path, str]) -> None:
    with pytest.raises(RecipeError, match="planted"):
        show(run_with_verdict[0], dropped="nothing of the kind")


def test_unfinished_run_shows_where_it_stands(quick_run: Path, tmp_path: Path) -> None:
    for name in ("run.json", "recipe.yaml"):
        shutil.copy(quick_run / name, tmp_path / name)
    shutil.copytree(quick_run / "gather", tmp_path / "gather")
    text = show(tmp_path)
    assert "not begun" in text
    assert "funnel" not in text


def test_outcome_names_rows_and_place(quick_run: Path) -> None:
    manifest = json.loads((quick_run / "export" / "manifest.json").read_text())
    assert "is done: 20,000 rows" in describe_outcome(Outcome(quick_run, manifest, False))
    assert "was done already" in describe_outcome(Outcome(quick_run, manifest, True))


def test_the_audit_is_told_with_what_it_was_held_against() -> None:
    from apothecary.report.show import show_audit

    told = {
        "prompts_in_two_splits": 0,
        "held_out_wordings_in_training": 0,
        "held_out_parents_in_training": 0,
        "held_out_computed_facts_in_training": 0,
        "held_out_prompts": 1300,
        "held_out_wordings": 7,
        "held_out_parents": 5,
        "held_out_computed_facts": 10,
        "recall_facts": 3,
        "recall_facts_in_training": 2,
    }
    text = "\n".join(show_audit(told))
    assert "prompts in two splits" in text
    assert "1,300" in text
    assert "2 of 3" in text
    assert "sealed" not in text
    assert "rows that touch sealed files" in "\n".join(show_audit(told | {"rows_that_touch_sealed_files": 0}))
