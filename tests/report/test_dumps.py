from __future__ import annotations

from pathlib import Path

from tests.dumps.test_drugbank import TEXT

from apothecary.report.dumps import report_dump


def test_what_was_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(TEXT)
    lines = list(report_dump("drugbank", [tmp_path / "d.csv"], tmp_path / "out"))
    assert lines[0] == f"1 records, 5 facts, 1 failed, 0 doubled: {tmp_path / 'out'}"
    assert lines[1] == "records are known 1 by InChIKey; licence: CC0 1.0 (DrugBank open vocabulary)"
    assert lines[2] == "  1 failed: no id or name"
