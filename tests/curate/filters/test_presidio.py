import sys
from pathlib import Path

import polars as pl
import pytest

from apothecary.curate.filters.presidio import find_pii_presidio
from apothecary.errors import SourceError


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(SourceError, match=r"apothecary\[pii\]"):
        find_pii_presidio(pl.Series(["Jane Doe"]))


def test_a_model_that_is_not_installed_is_not_downloaded() -> None:
    pytest.importorskip("presidio_analyzer", reason="the extra `pii` is not installed")
    with pytest.raises(SourceError, match="no_such_model is not installed"):
        find_pii_presidio(pl.Series(["Jane Doe"]), model="no_such_model")


def test_spans_of_presidio(tmp_path: Path) -> None:
    pytest.importorskip("presidio_analyzer", reason="the extra `pii` is not installed")
    spacy = pytest.importorskip("spacy", reason="the extra `pii` is not installed")
    spacy.blank("en").to_disk(tmp_path / "blank")
    found = find_pii_presidio(pl.Series(["Card 4111 1111 1111 1111", None, "x"]), model=str(tmp_path / "blank"))
    assert found.rows() == [(0, "credit_card", 5, 24)]
