from collections.abc import Callable

import pytest

from apothecary.packs.check import Problem

Plant = Callable[..., list[Problem]]

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "ask for another field": (
        "fact",
        "melting point of",
        "boiling point of",
        "fact/plain/ask 1",
        "says `boiling point`",
        "error",
    ),
    "label of another field": (
        "compare",
        "{hi.Name}: {hi.mw}",
        "{hi.Name}: the SMILES is {hi.mw}",
        "compare/heavier/reply 1",
        "another field",
        "error",
    ),
    "noun of another field": (
        "count",
        "{rings} {noun}",
        "{rings} aromatic rings",
        "count/terse/reply 2",
        "another field",
        "error",
    ),
    "measured said of computed": (
        "choose",
        "The sum is",
        "The measured sum is",
        "choose/weight/reply 2",
        "no field in needs is experimental",
        "error",
    ),
    "computed said of measured": (
        "fact",
        "The measured value",
        "The computed value",
        "fact/plain/reply 2",
        "no field in needs is computed",
        "error",
    ),
    "digits asked for are not printed": (
        "dilute",
        "to one decimal",
        "to three significant figures",
        "dilute/plain/ask 2",
        "printed as dp1",
        "error",
    ),
    "a before a name": (
        "fact",
        "Heating {name} slowly",
        "Heating a {name} slowly",
        "fact/plain/ask 4",
        "`a` before {name}",
        "error",
    ),
    "an before a text": (
        "brand",
        "there {brand:an} equ",
        "there an {brand} equ",
        "brand/plain/ask 4",
        "`an` before {brand}",
        "error",
    ),
    "article twice": (
        "brand",
        "there {brand:an} equ",
        "there an {brand:an} equ",
        "brand/plain/ask 4",
        "brings its own",
        "error",
    ),
    "a before 8": ("weigh", "[1, 5, 10]", "[1, 8, 10]", "weigh/weigh_out/ask 1", "`a 8` is wrong", "error"),
    "a before a vowel": ("fact", "slowly", "in a oven", "fact/plain/ask 4", "`a oven`", "warning"),
    "plural after one": (
        "count",
        "{rings} {noun}",
        "{rings} rings",
        "count/terse/reply 2",
        "when the number is 1",
        "warning",
    ),
    "singular after many": (
        "count",
        "{rings} {noun}",
        "{rings} ring",
        "count/terse/reply 2",
        "when the number is not 1",
        "warning",
    ),
    "double space": ("fact", "melts at {mp_c}", "melts  at {mp_c}", "fact/plain/reply 1", "a slip", "warning"),
    "space before a stop": ("fact", "[, in °C|]?", "[, in °C|] ?", "fact/plain/ask 1", "a slip", "warning"),
    "sentence starts in lower case": (
        "fact",
        "{Name} melts",
        "{name} melts",
        "fact/plain/reply 1",
        "starts a sentence",
        "warning",
    ),
    "capital inside a sentence": (
        "fact",
        "Heating {name}",
        "Heating {Name}",
        "fact/plain/ask 4",
        "middle of a sentence",
        "warning",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)


@pytest.mark.parametrize(("cell", "told"), [("; {a.formula}", False), (" is light", True)])
def test_a_name_in_the_first_cell_of_a_row_starts_no_sentence(plant: Plant, cell: str, told: bool) -> None:
    asked = "Which is heavier, {a.name} ({a.smiles}) or {b.name} ({b.smiles})?"
    row = f"Which is heavier?\\n{{a.name}}{cell}\\nor {{b.name}}, {{b.smiles}}"
    problems = plant("compare", asked, row.replace("{a.formula}", "{a.smiles}"))
    assert any("starts a sentence" in problem.what for problem in problems) == told
