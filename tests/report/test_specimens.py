"""Rows that a report shows: one of each intent, and the dropped ones with their proof."""

from __future__ import annotations

from pathlib import Path

from apothecary.curate.verdicts import list_verdict_files
from apothecary.engine.commit import read_json
from apothecary.report.dataset import list_files, require_dataset
from apothecary.report.specimens import cut, find_refused, show_dropped, show_intents


def test_one_row_of_each_intent(starter_run: Path) -> None:
    manifest = require_dataset(starter_run)
    shown = show_intents(list_files(starter_run, "export", manifest, "train"))
    assert set(shown) == set(manifest["mix"]["intent"])
    for intent, row in shown.items():
        assert row["id"].split("/")[1] == intent
        assert row["turns"][-1][0] == "assistant"


def test_dropped_rows_come_with_their_proof(starter_run: Path) -> None:
    made = [
        starter_run / "generate" / one["path"] for one in read_json(starter_run / "generate" / "manifest.json")["files"]
    ]
    verdicts = list_verdict_files(starter_run)
    shown = show_dropped(verdicts, made)
    assert shown["planted"][0]["detail"] == "<b>proof</b>"
    assert shown["planted"][0]["turns"]
    assert find_refused(verdicts, ["planted"])[0].tolist() == [3]
    assert find_refused(verdicts, ["nothing"]) == {}


def test_long_texts_are_cut_and_say_so() -> None:
    assert cut("x" * 3_000, 100) == "x" * 100 + " … (2,900 more characters)"
    assert cut(None) == ""
