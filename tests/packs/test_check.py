from collections.abc import Callable
from pathlib import Path

import pytest

from apothecary.errors import PackError
from apothecary.packs.check import Problem, check_pack, require_sound
from apothecary.packs.load import load_pack

Plant = Callable[..., list[Problem]]


def test_sound_pack_has_no_problem() -> None:
    pack = load_pack(Path(__file__).parent / "planted")
    assert check_pack(pack) == []
    require_sound(pack)


def test_pharma_has_no_error() -> None:
    assert [str(problem) for problem in check_pack(load_pack("pharma")) if problem.severity == "error"] == []


# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "unused let": ("count", "{rings} {noun}", "{rings} in total", "count/let noun", "never used", "warning"),
    "unused given": (
        "dilute",
        "given: {",
        "given: {idle: {values: [1, 2]}, ",
        "dilute/draw.given idle",
        "never stated",
        "error",
    ),
    "unused need": ("fact", "[mp_c]", "[mp_c, bp_c]", "fact/draw.needs", "never stated", "warning"),
    "alternatives in the answer": (
        "fact",
        'value: "{mp_c}"',
        'value: "[{mp_c}|{mp_c:int}]"',
        "fact/answer",
        "alternatives",
        "error",
    ),
    "unit in a number answer": (
        "fact",
        'value: "{mp_c}"',
        'value: "{mp_c} °C"',
        "fact/answer",
        "nothing else",
        "error",
    ),
    "options without the field": (
        "choose",
        '"{mw:dp1} g/mol"}',
        '"an option"}',
        "choose/draw.text",
        "two may read the same",
        "error",
    ),
    "gap within the margin": ("compare", "{min: 5,", "{min: 0.02,", "compare/draw", "not above the margin", "error"),
    "tolerance finer than the digits": (
        "fact",
        '"{mp_c}", tolerance: 5',
        '"{mp_c:dp0}", tolerance: 0.1',
        "fact/answer",
        "finer than dp0",
        "error",
    ),
    "duplicate wording": ("fact", "[, in °C|]", "[|]", "fact/plain/ask 1", "stands twice", "error"),
    "same skeleton within a template": (
        "fact",
        "At what temperature does {name} melt?",
        "What's the melting point of {name}, please?",
        "fact/plain/ask 2",
        "reads like plain/ask 1",
        "error",
    ),
    "asks contradicts the answer": (
        "compare",
        '{hi.name}"}',
        '{lo.name}"}',
        "compare/heavier",
        "but the answer is {lo.name}",
        "error",
    ),
    "asks left out": ("compare", "    asks: hi\n", "", "compare/heavier", "has no `asks`", "error"),
    "asks without a pair": (
        "fact",
        "    ask:",
        "    asks: hi\n    ask:",
        "fact/plain",
        "no meaning for kind one",
        "error",
    ),
    "recall over computed": (
        "count",
        "tests: skill",
        "tests: recall",
        "count",
        "recall intent over computed",
        "warning",
    ),
    "too few patterns to hold out": (
        "fact",
        '      - "Heating {name} slowly, where do I see the first melt?"\n',
        "",
        "fact/plain",
        "3 ask patterns",
        "warning",
    ),
    "answer without a slot": ("brand", 'value: "{name}"', 'value: "a drug"', "brand/answer", "no slot", "error"),
    "choice that is no letter": (
        "choose",
        'value: "{letter}"',
        'value: "{right}"',
        "choose/answer",
        "is the letter",
        "error",
    ),
    "tolerance of a text": ("brand", '"{name}"}', '"{name}", tolerance: 1}', "brand/answer", "no meaning", "error"),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)


def test_errors_come_first_and_print(plant: Plant) -> None:
    problems = plant("fact", "melts at {mp_c} °C", "melts  at {mp_c}")
    assert [problem.severity for problem in problems] == ["error", "warning"]
    assert str(problems[0]).startswith(
        "error: fact/plain/reply 1: {mp_c} has no unit after it\n  hint: write `{mp_c} °C`"
    )


def test_pair_values_that_print_the_same(plant: Plant) -> None:
    problems = plant("compare", "min: 5", "min: 0.5", "{hi.mw} against {lo.mw} g", "{hi.mw:int} against {lo.mw:int} g")
    assert [p.where for p in problems if "may print the same" in p.what] == ["compare/draw"]


def test_skill_that_must_be_recalled(plant: Plant) -> None:
    problems = plant("weigh", "for {vol} mL at {conc} mmol/L ({mw} g/mol).", "for {vol} mL at {conc} mmol/L.")
    assert [(p.where, p.severity) for p in problems if "tests skill" in p.what] == [("weigh/weigh_out", "warning")]


def test_same_skeleton_in_replies(plant: Plant) -> None:
    problems = plant("fact", "The measured value is {mp_c} °C.", "{Name}: it melts at {mp_c} °C!")
    found = [(p.where, p.severity) for p in problems if "reads like plain/reply 1" in p.what]
    assert found == [("fact/plain/reply 2", "warning")]


def test_one_report_for_all_wordings_of_a_pattern(plant: Plant) -> None:
    problems = plant("fact", "[, in °C|]", "[, in K|, quickly|][, on [the |]record|]", "{mp_c} °C.", "{mp_c}.")
    assert [problem.where for problem in problems] == ["fact/plain/reply 1"]


def test_require_sound_raises_the_first_error(tmp_path: Path) -> None:
    pack = load_pack(Path(__file__).parent / "planted")
    broken = pack.model_copy(update={"fields": {k: v for k, v in pack.fields.items() if k != "mp_c"}})
    with pytest.raises(PackError, match=r"unknown field `mp_c`, and .* more") as caught:
        require_sound(broken)
    assert caught.value.where == "pack planted: fact/draw"
