"""What `make` prints."""

from __future__ import annotations

from pathlib import Path

from tests.generate.makers.documents import write_folder

from apothecary.generate.makers.room import Wish
from apothecary.report.made import report_made


def test_the_report_counts_examples_by_intent_and_what_was_dropped(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "docs")
    lines = list(report_made([folder], tmp_path / "out", Wish(), workers=1, quiet=True))
    total = int(lines[0].split()[0].replace(",", ""))
    assert total > 250
    assert lines[0].endswith(str(tmp_path / "out" / "data"))
    counted = [int(line.split()[0].replace(",", "")) for line in lines[1:] if ":" not in line]
    assert sum(counted) == total
    assert any("trial_design" in line for line in lines)
