"""Times come from the log, cut lines and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.report.timing import price_run, read_timing

LOG = """\
{"time": "2026-01-01T00:00:00.000+00:00", "message": "room entered", "data": {"room": "generate", "workers": 4}}
{"time": "2026-01-01T00:00:01.000+00:00", "message": "generate starts", "data": {"shards": 2}}
{"time": "2026-01-01T00:00:02.000+00:00", "message": "generate: shard train-00000 is done"}
{"time": "2026-01-01T00:00:09.000+00:00", "message": "generate is done"}
{"time": "2026-01-01T00:00:10.000+00:00", "message": "room left", "data": {"room": "generate", "rows": 3}}
{"time": "2026-01-01T00:00:11.000+00:00", "message": "room entered", "data": {"room": "curate", "workers": 4}}
{"time": "2026-01-01T00:00:12.0
"""


def test_rooms_and_stages_are_timed(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "a.jsonl").write_text(LOG)
    (tmp_path / "log" / "b.jsonl").write_text(LOG.replace("2026-01-01", "2026-01-02"))
    told = read_timing(tmp_path)
    assert told["rooms"] == {"generate": 20.0}  # the one that was cut off is not counted
    assert told["stages"] == {"generate": 16.0}
    assert (told["workers"], told["starts"]) == (4, 2)


def test_core_hours_have_a_price(tmp_path: Path) -> None:
    cost = price_run({"seconds": 3600.0, "workers": 4})
    assert cost["core_hours"] == 4
    assert cost["usd"] == pytest.approx(4 * 0.0816 / 2)


def test_no_log_is_no_time(tmp_path: Path) -> None:
    assert read_timing(tmp_path)["seconds"] == 0
