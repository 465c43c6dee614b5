"""The rules of a pack are read whole or refused with a place."""

from __future__ import annotations

from typing import Any

import pytest
from tests.facts.claim_kin import load_rules

from apothecary.errors import PackError
from apothecary.facts.claim_rules import ClaimSettings, read_rules


def test_the_pharma_pack_has_rules() -> None:
    rules = load_rules()
    assert rules.units["temperature"]["K"] == (1.0, -273.15)
    assert rules.fields["mp_c"].contradict == 15
    assert rules.fields["first_approval"].kind == "year"
    assert not rules.fields["first_approval"].below


def test_each_phrase_stands_for_one_field() -> None:
    phrases = [phrase for claim in load_rules().fields.values() for phrase in claim.phrases]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"fields": {"mw": {"phrases": ["mass"], "unit": "mass"}}}, "fields.mw.unit"),
        ({"fields": {"mw": {"phrases": ["mass"], "agree": "little"}}}, "fields.mw.agree"),
        ({"fields": {"mw": {"phrases": ["mass"], "units": "mass"}}}, "no family of units"),
        ({"units": {"mass": {"g": ["1"]}}, "fields": {}}, "units.mass.g"),
        ({}, "fields"),
    ],
    ids=["unknown key", "no number", "no such units", "half a unit", "no fields"],
)
def test_faults_are_told(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(PackError, match=told) as caught:
        read_rules(raw)
    assert "hint" in str(caught.value)


def test_settings_are_frozen() -> None:
    settings = ClaimSettings()
    with pytest.raises(ValueError, match="frozen"):
        settings.carry = False  # type: ignore[misc]
