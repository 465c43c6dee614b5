"""A report agrees with the manifest and with the rows."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import read_json
from apothecary.errors import RunError
from apothecary.report.dataset import scan_dataset
from apothecary.report.findings import compare_topics, examine_run


def test_a_report_adds_up(starter_run: Path) -> None:
    told = examine_run(starter_run)
    rows = scan_dataset(starter_run).collect()
    manifest = read_json(starter_run / "export" / "manifest.json")
    assert told["rows"] == rows.height == sum(told["splits"].values())
    for name in ("answer_type", "difficulty", "split"):
        assert sum(told["counts"][name].values()) == rows.height
    assert told["quality"]["points"][-1]["rows"] == told["splits"]["train"]
    assert told["quality"]["points"][-1]["forms"] == manifest["questions"]["forms"]
    train = rows.filter(pl.col("split") == "train")
    facts = train.explode("facts")["facts"].struct.field("fact_id").drop_nulls().n_unique()
    assert told["quality"]["points"][-1]["facts"] == facts
    assert told["quality"]["accepted"] is None
    assert sum(one["rows"] for one in told["templates"]["top"]) <= rows.height
    assert set(told["timing"]["rooms"]) == {"gather", "generate", "curate", "export"}
    assert {"planted", "duplicate"} <= set(told["dropped"])
    json.dumps(told, allow_nan=False)


def test_labels_give_the_strict_quality(starter_run: Path, tmp_path: Path) -> None:
    ids = scan_dataset(starter_run, "train").select("id").head(20).collect()["id"].to_list()
    lines = "".join(f"{name},{'no' if at < 2 else 'yes'}\n" for at, name in enumerate(ids))
    (tmp_path / "labels.csv").write_text("id,accepted\n" + lines)
    accepted = examine_run(starter_run, tmp_path / "labels.csv")["quality"]["accepted"]
    assert (accepted["labels"], accepted["accepted"]) == (20, 18)


def test_topics_are_compared_with_what_was_asked() -> None:
    mix = {"a": {"rows": 30}, "b": {"rows": 60}, "c": {"rows": 10}}
    told = compare_topics({"topics": {"facts": 1, "safety": 3}}, mix, {"a": "facts", "b": "safety"})
    assert told["safety"] == {"rows": 60, "share": 0.6, "asked": 0.75}
    assert told["authored"]["asked"] == 0
    assert compare_topics({"topics": {}}, mix, {})["authored"]["asked"] is None


def test_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run"):
        examine_run(tmp_path)
