from __future__ import annotations

from typing import Any

import pytest

from apothecary.facts.checker import Checker
from apothecary.facts.evidence import Rejected, read_evidence, read_wording

Rows = dict[str, dict[str, Any]]


def test_a_row_stands_on_its_entities_facts_and_given_numbers(checker: Checker, hand_rows: Rows) -> None:
    evidence = read_evidence(checker.plans["solution"], checker.ledger, hand_rows["calculation"])
    assert evidence.names == [{"name": "caffeine", "Name": "Caffeine"}]
    assert evidence.values == [{"mw": ["194.1940"]}]
    assert evidence.given == {"conc_mm": "2.5", "vol_ml": "250"}
    assert checker.ledger.names["name"][evidence.places[0]] == "caffeine"


def test_a_list_is_read_whole_and_the_value_asked_for_alone(checker: Checker, hand_rows: Rows) -> None:
    evidence = read_evidence(checker.plans["brand"], checker.ledger, hand_rows["each"])
    assert evidence.values == [{"brand": ["Disprin"], "class": ["antiplatelet agents", "salicylates"]}]


def test_wordings_are_numbered_turn_by_turn(checker: Checker, hand_rows: Rows) -> None:
    template, numbers = read_wording(checker.plans["turns"], hand_rows["two turns"])
    assert (template.id, numbers) == ("then", [0, 0, 1, 0])


def test_facts_in_another_order_are_refused(kin_checker: Checker, kin_rows: Rows) -> None:
    row = kin_rows["isomers"]
    row["facts"] = row["facts"][::-1]
    with pytest.raises(Rejected, match="expected formula of entity 0, found smiles of entity 1") as verdict:
        read_evidence(kin_checker.plans["isomers"], kin_checker.ledger, row)
    assert verdict.value.reason == "fact"
