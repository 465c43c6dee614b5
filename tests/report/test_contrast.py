"""Two reports: what is the same is not told, what differs is."""

from __future__ import annotations

import copy
from pathlib import Path

from apothecary.report.contrast import contrast, list_settings, show_figure, tell_change, write_contrast
from apothecary.report.findings import examine_run


def test_a_run_does_not_differ_from_itself(starter_run: Path) -> None:
    told = examine_run(starter_run)
    found = contrast(told, told)
    assert all(one == two for one, two in found["figures"].values())
    assert found["recipe"] == {}
    assert found["curve"][-1]["rows"] == told["splits"]["train"]


def test_what_differs_is_told(starter_run: Path) -> None:
    told = examine_run(starter_run)
    other = copy.deepcopy(told)
    other["rows"], other["recipe"]["seed"], other["run"] = told["rows"] * 2, 99, "<i>other</i>"
    first = next(iter(other["mix"]["intent"].values()))
    first["rows"] += 1000
    found = contrast(told, other)
    assert found["figures"]["rows"] == [told["rows"], told["rows"] * 2]
    assert found["recipe"] == {"seed": [told["recipe"]["seed"], 99]}
    page = write_contrast(found)
    assert "+100.0%" in page
    assert "&lt;i&gt;other" in page
    assert "<i>" not in page


def test_settings_differ_by_dotted_key() -> None:
    assert list_settings({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}, "d": 4}) == {"a.c": [2, 3], "d": [None, 4]}


def test_figures_and_changes_in_words() -> None:
    assert show_figure("verified", 0.5) == "50.00%"
    assert show_figure("rows", None) == "unmeasured"
    assert show_figure("bytes", 2048) == "2.0 KiB"
    assert tell_change(None, 1) == "–"
    assert tell_change(4, 4) == "="
    assert tell_change(4, 5) == "+25.0%"
