"""Sentences good and bad about real compounds, each with the reason it must be cut for."""

from __future__ import annotations

import pytest
from tests.writing.conftest import MakeTask, find

from apothecary.writing.gate import Gate

ONE = [
    ("{name} weighs {mw} g/mol.", ["mw"], ""),
    ("Its molecular weight is {mw} g/mol and its calculated logP is {crippen_logp}.", ["mw", "crippen_logp"], ""),
    ("The polar surface area of {name} is {tpsa} Å².", ["tpsa"], ""),
    ("{name} belongs to the class of the {drug_class}.", ["drug_class"], ""),
    ("It has two hydrogen-bond donors counted as N-H and O-H bonds.", ["hbd"], ""),
    ("{name} weighs {mw} g/mol.", [], "no fact cited"),
    ("{name} weighs {mw} g/mol.", [99], "no such fact"),
    ("{name} weighs 412.50 g/mol.", ["mw"], "number"),
    ("{name} weighs {mw} kg/mol.", ["mw"], "unit"),
    ("The polar surface area of {name} is {tpsa} g/mol.", ["tpsa"], "unit"),
    ("The polar surface area of {name} is {tpsa} nm².", ["tpsa"], "unit"),
    ("The boiling point of {name} is {mw} g/mol.", ["mw"], "property missing"),
    ("{name} ({mw} g/mol) is known.", ["mw"], ""),
    ("{name} is not a {drug_class}.", ["drug_class"], "negation"),
    ("{name} isn't a {drug_class}.", ["drug_class"], "negation"),
    ("Warfarin weighs {mw} g/mol.", ["mw"], "foreign name"),
    ("{name} weighs {mw} g/mol and is safe in pregnancy.", ["mw"], "claim"),
    ("{name} is a {drug_class} with good oral absorption.", ["drug_class"], "claim"),
    ("{name} activates bacterial DNA gyrase and topoisomerase IV.", ["mechanism"], "direction"),
    ("{name} inhibits bacterial DNA gyrase and topoisomerase IV.", ["mechanism"], ""),
    ("Its fraction of aromatic carbons raises lipophilic character.", ["crippen_logp"], "claim"),
    ("Dr Smith gave {name}, a {drug_class}.", ["drug_class"], "another person"),
    (
        "Melodious orchards wander beneath purple mountains while {name} dreams about marvellous journeys.",
        ["drug_class"],
        "other words",
    ),
]


@pytest.mark.parametrize(("text", "fields", "reason"), ONE)
def test_sentences_about_one(gate: Gate, make_task: MakeTask, text: str, fields: list[str], reason: str) -> None:
    prompt = "research_context" if "mechanism" not in fields else "clinical_case"
    task = make_task(prompt, "ciprofloxacin")
    values = {fact.field: fact.value for fact in task.subject.facts}
    told = text.format(name="Ciprofloxacin", **values)
    cited = [find(task, one) if isinstance(one, str) else one for one in fields]
    assert gate.sentences.check(told, cited, task).partition(":")[0] == reason


TWO = [
    ("{A} weighs {mw0} g/mol, {B} {mw1} g/mol.", ["mw"], ""),
    ("{A} and {B} weigh {mw0} and {mw1} g/mol, molecular weights that are computed.", ["mw"], ""),
    ("{A} weighs {mw1} g/mol, {B} {mw0} g/mol.", ["mw"], "swapped"),
    ("{A} and {B} weigh {mw1} and {mw0} g/mol, molecular weights that are computed.", ["mw"], "swapped"),
    ("{B} is heavier than {A}.", ["mw"], ""),
    ("{A} is heavier than {B}.", ["mw"], "direction"),
    ("{A} is lighter than {B}.", ["mw"], ""),
    ("{B} has the higher molecular weight, {mw1} against {mw0} g/mol for {A}.", ["mw"], ""),
    ("{A} has the higher molecular weight, {mw0} against {mw1} g/mol for {B}.", ["mw"], "direction"),
    ("{A} and {B} have the same molecular weight.", ["mw"], "direction"),
    ("{A} has a lower polar surface area than {B}.", ["tpsa"], ""),
    ("{A} has a higher polar surface area than {B}.", ["tpsa"], "direction"),
    ("{A} has a lower polar surface area than {B}, while {B} is heavier.", ["tpsa", "mw"], "direction"),
    ("{A} has a lower melting point than {B}.", ["tpsa"], "comparison without facts"),
    ("{A} weighs less.", ["mw"], "subject missing"),
    ("{A} is preferable to {B}, with a better profile.", ["mw"], "claim"),
]


@pytest.mark.parametrize(("text", "fields", "reason"), TWO)
def test_sentences_about_two(gate: Gate, make_task: MakeTask, text: str, fields: list[str], reason: str) -> None:
    task = make_task("comparative_essay", "caffeine", "ibuprofen")
    values = {f"{fact.field}{fact.entity}": fact.value for fact in task.subject.facts}
    if "surface" in text:  # 61.8 against 37.3 Å²
        text = text.replace("{A}", "{C}").replace("{B}", "{A}").replace("{C}", "{B}")
    told = text.format(A="caffeine", B="ibuprofen", **values)
    cited = [find(task, one, entity) for one in fields for entity in (0, 1)]
    assert gate.sentences.check(told, cited, task).partition(":")[0] == reason


def test_a_value_may_be_held_against_a_limit(gate: Gate, make_task: MakeTask) -> None:
    task = make_task("tutoring", "ibuprofen")
    limit = "rule of five limit for the molecular weight"
    cited = [find(task, "mw"), find(task, limit)]
    check = gate.sentences.check
    weight = task.subject.facts[cited[0] - 1].value
    assert check(f"The molecular weight of {weight} g/mol is below the limit of 500 g/mol.", cited, task) == ""
    assert (
        check(f"The molecular weight of {weight} g/mol exceeds the limit of 500 g/mol.", cited, task)
        == "direction: exceeds"
    )
    assert check("The molecular weight is below the limit of 400 g/mol.", cited, task) == "number: 400"


def test_the_invented_person_may_be_named(gate: Gate, make_task: MakeTask) -> None:
    task = make_task("clinical_case", "atenolol", person="K. Novak", age=61)
    cited = [find(task, "drug_class")]
    value = task.subject.facts[cited[0] - 1].value
    check = gate.sentences.check
    assert check(f"K. Novak, 61 years old, takes atenolol, a {value}.", cited, task) == ""
    assert check(f"K. Novak, 16 years old, takes atenolol, a {value}.", cited, task) == "number: 16"
    assert check(f"Ms Jones takes atenolol, a {value}.", cited, task) == "another person"
    assert gate.sentences.check_question("What is the atenolol that K. Novak, 61 years old, takes?", task) == ""
    assert gate.sentences.check_question("Why does K. Novak take 50 mg of atenolol?", task) == "number: 50"
    assert gate.sentences.check_question("Is warfarin like atenolol?", task) == "foreign name"


FLUENT = [  # as a strong model writes; all of it stands in the facts
    "The polar surface area tells the two apart more clearly, with 61.8 Å² for caffeine against 37.3 Å² for ibuprofen.",
    "In terms of lipophilicity, the calculated log P of ibuprofen, 3.07, is far higher than the -1.03 of caffeine.",
    "Caffeine has a calculated log P of -1.03, whereas ibuprofen reaches 3.07.",
    "Ibuprofen has four rotatable bonds, caffeine none.",
    "Caffeine (194.19 g/mol) is slightly lighter than ibuprofen (206.29 g/mol).",
    "Caffeine, with a polar surface area of 61.8 Å², is the more polar of the two by the polar surface area of 37.3 Å² "
    "for ibuprofen.",
]
EMPTY = [  # as fluent, but the facts do not say it
    "These values place caffeine and ibuprofen well within the range typical of oral drugs.",
    "The log P of 3.07 suggests that ibuprofen crosses membranes more readily than caffeine.",
    "Caffeine stimulates the brain, whereas ibuprofen relieves pain.",
    "Ibuprofen was discovered by Stewart Adams at Boots during the sixties while caffeine came from coffee beans.",
]


@pytest.mark.parametrize("text", FLUENT)
def test_fluent_sentences_that_are_covered_stay(gate: Gate, make_task: MakeTask, text: str) -> None:
    task = make_task("comparative_essay", "caffeine", "ibuprofen")
    fields = ("mw", "tpsa", "crippen_logp", "rot_bonds")
    phrases = {"mw": "g/mol", "tpsa": "surface", "crippen_logp": "log P", "rot_bonds": "bonds"}
    cited = [find(task, name, at) for name in fields if phrases[name] in text for at in (0, 1)]
    assert gate.sentences.check(text, cited, task) == ""


@pytest.mark.parametrize("text", EMPTY)
def test_fluent_sentences_that_are_not_covered_go(gate: Gate, make_task: MakeTask, text: str) -> None:
    task = make_task("comparative_essay", "caffeine", "ibuprofen")
    assert gate.sentences.check(text, range(1, len(task.subject.facts) + 1), task) != ""
