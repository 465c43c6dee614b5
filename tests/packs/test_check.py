from collections.abc import Callable
from pathlib import Path

import pytest

from apothecary.errors import PackError
from apothecary.packs.check import Problem, check_pack, require_sound
from apothecary.packs.load import load_pack

Plant = Callable[..., list[Problem]]


def find(problems: list[Problem], where: str, what: str) -> Problem:
    """The one problem at that place that says so."""
    found = [problem for problem in problems if problem.where == where and what in problem.what]
    assert len(found) == 1, "\n".join(map(str, problems))
    return found[0]


def test_sound_pack_has_no_problem() -> None:
    pack = load_pack(Path(__file__).parent / "planted")
    assert check_pack(pack) == []
    require_sound(pack)


def test_pharma_has_no_error() -> None:
    assert [str(problem) for problem in check_pack(load_pack("pharma")) if problem.severity == "error"] == []


# where, what, and the change that plants it: (intent, old, new, where, what, severity)
DEFECTS = {
    # slots and names
    "unknown field": ("fact", "{mp_c} °C.", "{mp_k} °C.", "fact/plain/reply 1", "unknown field `mp_k`", "error"),
    "unknown role": ("compare", "{hi.mw}", "{c.mw}", "compare/heavier/reply 1", "unknown role `c`", "error"),
    "role of another kind": ("fact", "{mp_c} °C.", "{hi.mp_c} °C.", "fact/plain/reply 1", "unknown role `hi`", "error"),
    "unknown name without entity": (
        "dilute",
        "{goal} mg/mL:",
        "{gaol} mg/mL:",
        "dilute/plain/ask 1",
        "unknown",
        "error",
    ),
    "unknown let name": (
        "weigh",
        "{mg:sig3} mg:",
        "{mgs:sig3} mg:",
        "weigh/weigh_out/reply 2",
        "unknown field `mgs`",
        "error",
    ),
    "unknown name in let": ("weigh", "mg: mmol * mw", "mg: mmol * mv", "weigh/let mg", "unknown field `mv`", "error"),
    "let before it is known": (
        "weigh",
        "{mmol: conc * vol / 1000, mg: mmol * mw}",
        "{mg: mmol * mw, mmol: conc * vol / 1000}",
        "weigh/let mg",
        "not known yet",
        "error",
    ),
    "text in arithmetic": (
        "choose",
        "answer:",
        "let: {x: formula + 1}\nanswer:",
        "choose/let x",
        "`formula` is a text",
        "error",
    ),
    "bad expression": ("weigh", "mmol * mw", "mmol % mw", "weigh/let mg", "does not parse", "error"),
    "unknown field in needs": ("fact", "[mp_c]", "[mp_c, mpc]", "fact/draw", "unknown field `mpc`", "error"),
    "unknown field in where": (
        "fact",
        "name_len",
        "name_length",
        "fact/draw.where",
        "unknown field `name_length`",
        "error",
    ),
    "role in where": ("fact", "where: named and", "where: a.mp_c > 0 and", "fact/draw.where", "names a role", "error"),
    "derived number without format": (
        "weigh",
        "{mg:sig3} mg:",
        "{mg} mg:",
        "weigh/weigh_out/reply 2",
        "has no format",
        "error",
    ),
    "format on a given number": (
        "dilute",
        "{goal} / ",
        "{goal:dp1} / ",
        "dilute/plain/reply 2",
        "formats a given",
        "error",
    ),
    "number format on a text": (
        "count",
        "{rings} {noun}",
        "{rings} {noun:dp1}",
        "count/terse/reply 2",
        "as a number",
        "error",
    ),
    "decimals on an integer": (
        "count",
        "Total: {rings}",
        "Total: {rings:dp1}",
        "count/then_all/reply 1",
        "does not fit",
        "error",
    ),
    "list slot of one value": ("brand", "in {brand}", "in {brand:list}", "brand/plain/ask 1", "does not fit", "error"),
    "field that is not in needs": (
        "fact",
        "{Name} melts at {mp_c}",
        "{Name} of {mw} g/mol melts at {mp_c}",
        "fact/plain/reply 1",
        "not in draw.needs",
        "error",
    ),
    "compared field not in needs": (
        "compare",
        "needs: [mw, smiles]",
        "needs: [smiles]",
        "compare/draw",
        "not in needs",
        "error",
    ),
    "let named like a field": ("weigh", "mmol: conc", "rings: conc", "weigh/let rings", "is a field", "error"),
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
    "unbalanced bracket": ("fact", "[, in °C|]", "[, in °C|", "fact/plain/ask 1", "never closed", "error"),
    "unbalanced brace": ("fact", "{mp_c} °C.", "{mp_c °C.", "fact/plain/reply 1", "never closed", "error"),
    "unknown format": ("fact", "{mp_c} °C.", "{mp_c:dpp2} °C.", "fact/plain/reply 1", "unknown format", "error"),
    "options slot elsewhere": ("fact", "melt?", "melt?{options:lines}", "fact/plain/ask 2", "no meaning here", "error"),
    "alternatives in the answer": (
        "fact",
        'value: "{mp_c}"',
        'value: "[{mp_c}|{mp_c:int}]"',
        "fact/answer",
        "alternatives",
        "error",
    ),
    # units
    "missing unit": (
        "fact",
        "melts at {mp_c} °C",
        "melts at {mp_c}",
        "fact/plain/reply 1",
        "no unit after it",
        "error",
    ),
    "missing unit in an option": (
        "choose",
        '{mw:dp1} g/mol"}',
        '{mw:dp1}"}',
        "choose/draw.text",
        "no unit after it",
        "error",
    ),
    "missing unit of a given": (
        "weigh",
        "in {vol} mL of",
        "in {vol} of",
        "weigh/weigh_out/ask 1",
        "{vol} has no unit",
        "error",
    ),
    "wrong unit": ("fact", "melts at {mp_c} °C", "melts at {mp_c} K", "fact/plain/reply 1", "but `K` follows", "error"),
    "unit in a number answer": (
        "fact",
        'value: "{mp_c}"',
        'value: "{mp_c} °C"',
        "fact/answer",
        "nothing else",
        "error",
    ),
    # sources and labels
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
    # digits, gaps, options
    "digits asked for are not printed": (
        "dilute",
        "to one decimal",
        "to three significant figures",
        "dilute/plain/ask 2",
        "printed as dp1",
        "error",
    ),
    "options round to the same text": (
        "choose",
        "gap: {min: 2}",
        "gap: {min: 0.05}",
        "choose/draw.text",
        "may print the same",
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
    # repeats
    "duplicate wording": ("fact", "[, in °C|]", "[|]", "fact/plain/ask 1", "stands twice", "error"),
    "same skeleton within a template": (
        "fact",
        "At what temperature does {name} melt?",
        "What's the melting point of {name}, please?",
        "fact/plain/ask 2",
        "reads like plain/ask 1",
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
    # directions
    "direction contradicts asks": (
        "compare",
        "Which is heavier",
        "Which is lighter",
        "compare/heavier/ask 1",
        "says `lighter`",
        "error",
    ),
    "no direction word": (
        "compare",
        "Which is heavier",
        "Which is it",
        "compare/heavier/ask 1",
        "no word says so",
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
    "reply calls the larger smaller": (
        "compare",
        "is heavier than",
        "is lighter than",
        "compare/heavier/reply 2",
        "calls {hi.name} `lighter`",
        "error",
    ),
    # turns
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


@pytest.mark.parametrize(("intent", "old", "new", "where", "what", "severity"), DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(
    plant: Plant, intent: str, old: str, new: str, where: str, what: str, severity: str
) -> None:
    problem = find(plant(intent, old, new), where, what)
    assert problem.severity == severity


def test_errors_come_first_and_print(plant: Plant) -> None:
    problems = plant("fact", "melts at {mp_c} °C", "melts  at {mp_c}")
    assert [problem.severity for problem in problems] == ["error", "warning"]
    assert str(problems[0]).startswith(
        "error: fact/plain/reply 1: {mp_c} has no unit after it\n  hint: write `{mp_c} °C`"
    )


def test_pair_values_that_print_the_same(plant: Plant) -> None:
    problems = plant("compare", "min: 5", "min: 0.5", "{hi.mw} against {lo.mw} g", "{hi.mw:int} against {lo.mw:int} g")
    assert find(problems, "compare/draw", "may print the same").severity == "error"


def test_skill_that_must_be_recalled(plant: Plant) -> None:
    problems = plant("weigh", "for {vol} mL at {conc} mmol/L ({mw} g/mol).", "for {vol} mL at {conc} mmol/L.")
    assert find(problems, "weigh/weigh_out", "tests skill").severity == "warning"


def test_same_skeleton_in_replies(plant: Plant) -> None:
    problems = plant("fact", "The measured value is {mp_c} °C.", "{Name}: it melts at {mp_c} °C!")
    assert find(problems, "fact/plain/reply 2", "reads like plain/reply 1").severity == "warning"


def test_one_report_for_all_wordings_of_a_pattern(plant: Plant) -> None:
    problems = plant("fact", "[, in °C|]", "[, in K|, quickly|][, on [the |]record|]", "{mp_c} °C.", "{mp_c}.")
    assert [problem.where for problem in problems] == ["fact/plain/reply 1"]


def test_require_sound_raises_the_first_error(tmp_path: Path) -> None:
    pack = load_pack(Path(__file__).parent / "planted")
    broken = pack.model_copy(update={"fields": {k: v for k, v in pack.fields.items() if k != "mp_c"}})
    with pytest.raises(PackError, match=r"unknown field `mp_c`, and .* more") as caught:
        require_sound(broken)
    assert caught.value.where == "pack planted: fact/draw"
