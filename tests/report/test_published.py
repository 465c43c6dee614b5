"""The files of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apothecary.errors import RecipeError
from apothecary.report.published import report_run, report_two, write_files


def test_page_and_json_lie_side_by_side(starter_run: Path, tmp_path: Path) -> None:
    told, page = report_run(starter_run, out=tmp_path / "new" / "mine.html")
    assert page == tmp_path / "new" / "mine.html"
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert json.loads(page.with_suffix(".json").read_text("utf-8")) == json.loads(json.dumps(told))


def test_two_runs_are_compared(starter_run: Path, tmp_path: Path) -> None:
    told, page = report_two(starter_run, starter_run, out=tmp_path / "two.html")
    assert told["runs"] == [starter_run.name] * 2
    assert "two datasets compared" in page.read_text("utf-8")


def test_a_page_must_be_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"\.html"):
        write_files({}, "", tmp_path / "report.txt")


def test_lone_surrogates_do_not_stop_a_report(tmp_path: Path) -> None:
    write_files({"a": "\ud800"}, "\ud800", tmp_path / "r.html")
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))
