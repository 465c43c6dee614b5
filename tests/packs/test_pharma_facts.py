"""A third opinion on the facts by name: answers worked out from the molecular formula in plain Python."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import find_pack, load_pack
from apothecary.recipe import Recipe

KNOWLEDGE = Path(__file__).parent.parent / "golden" / "knowledge"
ROWS = 60
# Masses of the principal isotopes in the atomic mass evaluation, and of the electron
ISOTOPES = {
    "C": 12.0,
    "H": 1.00782503,
    "N": 14.00307401,
    "O": 15.99491462,
    "S": 31.97207117,
    "F": 18.99840316,
    "Cl": 34.96885268,
    "Br": 78.91833760,
    "I": 126.90447190,
    "Na": 22.98976928,
}
ELECTRON = 0.00054858
IONS = {
    "[M+H]+": ("H", 1, -ELECTRON),
    "[M+Na]+": ("Na", 1, -ELECTRON),
    "[M+NH4]+": ("NH4", 1, -ELECTRON),
    "[M-H]-": ("H", -1, ELECTRON),
    "[M+HCOO]-": ("CHO2", 1, ELECTRON),
    "[M+Cl]-": ("Cl", 1, ELECTRON),
}
ELEMENTS = {"carbon": ("C",), "hydrogen": ("H",), "nitrogen": ("N",), "oxygen": ("O",), "sulfur": ("S",)}
HALOGENS = ("F", "Cl", "Br", "I")
INTENTS = (
    *("element_count", "heteroatom_presence", "elements_present", "monoisotopic_mass", "positive_ion_mz"),
    *(
        "negative_ion_mz",
        "exact_mass",
        "nitrogen_rule",
        "more_atoms",
        "count_claim",
        "facts_json",
        "heavy_atoms_by_name",
    ),
)

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    """Some rows of every template of these intents over well-known compounds."""
    recipe = Recipe(name="facts", pack="pharma", rows=1000, seed=4, splits={"validation": 0.0, "test": 0.0})
    bench = Workbench(recipe, load_pack("pharma"), KNOWLEDGE, INTENTS)
    return {
        plan.intent.intent: bench.render_spans(Span(s, 0, min(s.capacity, ROWS)) for s in plan.strata()).to_dicts()
        for plan in bench.plans
    }


def count_atoms(formula: str) -> dict[str, int]:
    """`C2H6O+` to {C: 2, H: 6, O: 1}."""
    found = re.findall(r"([A-Z][a-z]?)(\d*)", formula.partition("+")[0].partition("-")[0])
    return {element: int(number or 1) for element, number in found}


def weigh(formula: str) -> float:
    """The mass of the principal isotopes."""
    return sum(ISOTOPES[element] * count for element, count in count_atoms(formula).items())


def find_fact(row: Row, field: str) -> str:
    """The value of a field of the row's compound, or of a drawn number."""
    return str(next(fact["value"] for fact in row["facts"] if fact["field"] == field))


def count_element(row: Row, element: str) -> int:
    """How many atoms of an element, by name, the compound has."""
    atoms = count_atoms(find_fact(row, "formula"))
    return sum(atoms.get(symbol, 0) for symbol in ELEMENTS.get(element, HALOGENS))


def answer_element_count(row: Row) -> str:
    return str(count_element(row, ["carbon", "hydrogen", "nitrogen", "oxygen"][int(find_fact(row, "k")) - 1]))


def answer_heteroatom(row: Row) -> str:
    return (
        "Yes" if count_element(row, ["nitrogen", "oxygen", "sulfur", "halogen"][int(find_fact(row, "k")) - 1]) else "No"
    )


def answer_nitrogen_rule(row: Row) -> str:
    return "odd" if round(weigh(find_fact(row, "formula")) - 0.2) % 2 else "even"


def answer_more_atoms(row: Row) -> str:
    return "nitrogen" if count_element(row, "nitrogen") > count_element(row, "oxygen") else "oxygen"


def answer_count_claim(row: Row) -> str:
    found = re.search(
        r"(\d+) (carbon|nitrogen|oxygen)|(\d+) under (\w+)|(carbon|nitrogen|oxygen): (\d+)", row["prompt"]
    )
    assert found, row["prompt"]
    number, element = found[1] or found[3] or found[6], found[2] or found[4] or found[5]
    return "Yes" if int(number) == count_element(row, element) else "No"


def answer_heavy_atoms(row: Row) -> str:
    return str(sum(count for element, count in count_atoms(find_fact(row, "formula")).items() if element != "H"))


@pytest.mark.parametrize(
    ("intent", "answer"),
    [
        ("element_count", answer_element_count),
        ("heteroatom_presence", answer_heteroatom),
        ("elements_present", lambda row: ", ".join(e for e in "CHNOS" if e in count_atoms(find_fact(row, "formula")))),
        ("nitrogen_rule", answer_nitrogen_rule),
        ("more_atoms", answer_more_atoms),
        ("count_claim", answer_count_claim),
        ("heavy_atoms_by_name", answer_heavy_atoms),
    ],
)
def test_answers_follow_from_the_formula(intent: str, answer: Callable[[Row], str], rows: dict[str, list[Row]]) -> None:
    assert rows[intent]
    for row in rows[intent]:
        assert row["answer"] == answer(row), row["prompt"]


@pytest.mark.parametrize(
    ("intent", "ions"),
    [
        ("positive_ion_mz", ["[M+H]+", "[M+Na]+", "[M+NH4]+"]),
        ("negative_ion_mz", ["[M-H]-", "[M+HCOO]-", "[M+Cl]-"]),
        ("exact_mass", ["[M+H]+"]),
    ],
)
def test_ions_have_the_mass_of_their_isotopes(intent: str, ions: list[str], rows: dict[str, list[Row]]) -> None:
    assert rows[intent]
    for row in rows[intent]:
        added, count, charge = IONS[ions[int(find_fact(row, "k")) - 1 if len(ions) > 1 else 0]]
        expected = weigh(find_fact(row, "formula")) + count * weigh(added) + charge
        assert float(row["answer"]) == pytest.approx(expected, abs=0.0003), row["prompt"]


def test_masses_are_those_of_the_isotopes(rows: dict[str, list[Row]]) -> None:
    for row in rows["monoisotopic_mass"]:
        assert float(row["answer"]) == pytest.approx(weigh(find_fact(row, "formula")), abs=0.0003), row["prompt"]
    for row in rows["facts_json"]:
        said, answer = json.loads(row["response"]), json.loads(row["answer"])
        assert said == answer
        assert said["exact_mass"] == pytest.approx(weigh(said["formula"]), abs=0.0003)


def test_other_names_differ_from_the_international_one() -> None:
    with (find_pack("pharma") / "tables" / "other_names.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    names = [line["name"] for line in lines]
    assert names == sorted(set(names))
    for column in ("us_name", "british_name"):
        given = [line[column] for line in lines if line[column]]
        assert len(given) == len(set(given))
        assert not set(given) & set(names)
    assert all(line["us_name"] or line["british_name"] for line in lines)
