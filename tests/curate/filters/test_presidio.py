import sys

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


def test_spans_of_presidio() -> None:
    pytest.importorskip("presidio_analyzer", reason="the extra `pii` is not installed")
    spacy = pytest.importorskip("spacy", reason="the extra `pii` is not installed")
    if not spacy.util.is_package("en_core_web_sm"):
        pytest.skip("the spaCy model en_core_web_sm is not installed")
    found = find_pii_presidio(pl.Series(["Mail jane@example.org", None]), model="en_core_web_sm")
    assert found.rows() == [(0, "email_address", 5, 21)]
