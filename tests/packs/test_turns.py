from collections.abc import Callable

import pytest

from apothecary.packs.check import Problem

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "ask withholds a given": (
        "weigh",
        "at {conc} mmol/L and",
        "and",
        "weigh/weigh_out/ask 2",
        "never states conc",
        "error",
    ),
    "ask without its subject": (
        "fact",
        "does {name} melt",
        "does it melt",
        "fact/plain/ask 2",
        "never says which compound",
        "error",
    ),
    "pair ask with one subject": (
        "compare",
        ", {b.smiles} ({b.name}). One",
        ". One",
        "compare/heavier/ask 4",
        "never says which",
        "error",
    ),
    "ask gives the answer away": (
        "fact",
        "does {name} melt",
        "does {name} melt, {mp_c} °C",
        "fact/plain/ask 2",
        "gives the answer away",
        "error",
    ),
    "option shown in the ask": (
        "choose",
        "Which one fits {formula}",
        "Which fits {formula}, {mw} g/mol",
        "choose/weight/ask 3",
        "gives the answer away",
        "error",
    ),
    "options never shown": (
        "choose",
        "fits {formula}?{options:lines}",
        "fits {formula}?",
        "choose/weight/ask 3",
        "options must be shown",
        "error",
    ),
    "reply without the answer": (
        "fact",
        "The measured value is {mp_c} °C.",
        "Look it up.",
        "fact/plain/reply 2",
        "never states the answer",
        "error",
    ),
    "reply without the letter": (
        "choose",
        "g/mol, so {letter}.",
        "g/mol.",
        "choose/weight/reply 2",
        "never gives the letter",
        "error",
    ),
    "reply in another format": (
        "weigh",
        '"{mg:sig3} mg",',
        '"{mg:sig2} mg",',
        "weigh/weigh_out/reply 1",
        "the reply prints",
        "error",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)


def test_a_record_may_give_what_it_is_asked_for(plant: Callable[..., list[Problem]]) -> None:
    changes = ("does {name} melt", "does {name} melt, {mp_c} °C", "topic: facts", "topic: record")
    assert not any("gives the answer away" in problem.what for problem in plant("fact", *changes))
