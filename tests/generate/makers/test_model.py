"""Sections, quotes and records."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import find_record

from apothecary.generate.makers.model import Section, quote_all, quote_part


def test_quotes_are_places_of_a_text() -> None:
    section = Section("pubmed:1#0", "abstract", "abstract", "One dose. Two doses.")
    assert quote_all(section).text == section.text
    assert quote_part(section, "Two doses").start == 10
    with pytest.raises(ValueError, match="substring"):
        quote_part(section, "Three doses")


def test_a_record_finds_its_sections_by_kind() -> None:
    record = find_record("pubmed:90000001")
    assert record.key == "90000001"
    found = record.find("no such kind", "results")
    assert found is not None
    assert found.name == "abstract/results"
    assert [one.kind for one in record.list("objective", "design")] == ["objective", "design"]
    assert record.find("arms") is None
