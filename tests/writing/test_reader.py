from __future__ import annotations

import pytest
from tests.writing.conftest import MakeTask

from apothecary.writing.gate import Gate
from apothecary.writing.reader import FOREIGN, Named, blank, drop_person, is_backed, read_value, starts_with_unit


def test_names_are_found_by_index(gate: Gate, make_task: MakeTask) -> None:
    task = make_task("comparative_essay", "caffeine", "ibuprofen")
    text = "Ibuprofen, caffeine and warfarin."
    named = gate.sentences.reader.find_named(text, task.subject.names, task.subject.entity_ids)
    assert [one.entity for one in named] == [1, 0, FOREIGN]


def test_numbers_in_figures_and_words(gate: Gate) -> None:
    found = gate.sentences.reader.read_numbers("1,250.5 of C9H8O4 and three, -2 or one")
    assert [one.value for one in found] == [1250.5, 3.0, -2.0]
    assert found[0].step == 0.1


@pytest.mark.parametrize(("after", "unit", "expected"), [(" g/mol.", "g/mol", True), ("g/mole", "g/mol", False)])
def test_units_stand_alone(after: str, unit: str, expected: bool) -> None:
    assert starts_with_unit(after, unit) is expected


def test_spellings_of_a_unit_are_one(gate: Gate) -> None:
    quantity = gate.sentences.reader.read_numbers("135 degrees Celsius")[0]
    assert gate.sentences.reader.has_unit(quantity, "°C")
    assert not gate.sentences.reader.has_unit(gate.sentences.reader.read_numbers("135 K")[0], "°C")


def test_recorded_texts_and_names_are_blanked(make_task: MakeTask) -> None:
    task = make_task("research_context", "caffeine")
    smiles = next(fact.value for fact in task.subject.facts if fact.field == "smiles")
    text = f"Caffeine is {smiles}."
    plain = blank(text, task.subject.facts, [Named(0, 8, 0)])
    assert plain.strip() == "is" + " " * (len(smiles) + 1) + "." and len(plain) == len(text)


def test_people_and_words() -> None:
    assert drop_person("Ms Novak met K. Novak.", "K. Novak")[1] is False
    assert drop_person("Dr House agreed.", "K. Novak")[1] is True
    assert is_backed("receptors", {"receptor"}) and not is_backed("safe", {"safety"})
    assert read_value("−1.5") == -1.5 and read_value("beta blocker") is None
