"""What a knowledge base holds, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import PackError, RecipeError
from apothecary.report.knowledge import describe_tables, report_gathered


def gather(pack: str = "pharma", licence: str = "share-alike") -> str:
    return "\n".join(report_gathered(pack, licence=licence, workers=1, progress=SilentProgress()))


def test_report_has_its_parts(small_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(small_cache))
    text = gather()
    for part in ("Entities", "Facts by field", "kind", "source", "licence", "Left out", "Approved drugs missing"):
        assert part in text
    assert str(small_cache) in text


def test_unknown_licence_names_the_known() -> None:
    with pytest.raises(RecipeError, match="permissive or share-alike"):
        gather(licence="free")


def test_unknown_pack_is_refused() -> None:
    with pytest.raises(PackError):
        gather(pack="farma")


def test_a_pack_of_its_own_tables_needs_no_knowledge_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_CACHE", str(tmp_path))
    text = gather("starter")
    assert "draws from its own tables only" in text
    assert "solvents: 23 of 23 lines, 92 facts about solvent" in text
    assert not (tmp_path / "knowledge").exists()


def test_names_that_were_not_used_are_told() -> None:
    names = [f"name {number}" for number in range(25)]
    book = {"table": "classes", "about": "compound", "read": 30, "kept": 5, "facts": 9, "names": {"not found": names}}
    lines = list(describe_tables([book]))
    assert lines[1] == "  classes: 5 of 30 lines, 9 facts about compound"
    assert lines[2].startswith("    not found (25): name 0, name 1,")
    assert lines[2].endswith(", name 19, ...")
    assert list(describe_tables([])) == []
