from __future__ import annotations

from pathlib import Path

from apothecary.gather.report import summarise_knowledge


def test_the_summary_names_fields_licences_and_missing_drugs(share_alike: Path) -> None:
    text = summarise_knowledge(share_alike)
    for part in (
        "Entities",
        "Facts by field",
        "Facts by licence",
        "CC-BY-SA-3.0",
        "Left out",
        "Approved drugs missing",
    ):
        assert part in text
