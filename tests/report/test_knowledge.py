"""What a knowledge base holds, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.engine.progress import SilentProgress
from apothecary.errors import PackError, RecipeError
from apothecary.report.knowledge import report_gathered


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
