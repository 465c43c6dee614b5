"""Defects that public template sets have shipped, planted one at a time into a copy of a sound pack: each is named.

The letters are those of a list of such defects: decimals sold as significant digits (a), options that print the same
(b), letters that the sampler never draws (c), slots of crossed fields (d), slips of grammar (e), openers that promise
compliance (f), chance that no seed decides (g), demands for confidence (h). The rest is what a linter owes its authors.
"""

from collections.abc import Callable

import polars as pl
import pytest

from apothecary.errors import PackError
from apothecary.packs.check import Problem

Plant = Callable[..., list[Problem]]

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "a: decimals called significant digits": (
        "dilute",
        "to one decimal",
        "to three significant digits",
        "dilute/plain/ask 2",
        "says `three significant digits`, but the answer is printed as dp1",
        "error",
    ),
    "a: significant digits called decimals": (
        "weigh",
        "What do I weigh out, in mg?",
        "What do I weigh out, in mg, to 3 decimals?",
        "weigh/weigh_out/ask 2",
        "says `3 decimals`, but the answer is printed as sig3",
        "error",
    ),
    "b: options closer than their last digit": (
        "choose",
        "gap: {min: 2}",
        "gap: {min: 0.05}",
        "choose/draw.text",
        "may print the same",
        "error",
    ),
    "b: an option that shows nothing of its own": (
        "choose",
        'text: "{mw:dp1} g/mol"',
        'text: "this one"',
        "choose/draw.text",
        "two may read the same",
        "error",
    ),
    "b: distractors within the noise of the sources": (
        "choose",
        "gap: {min: 2}",
        "gap: {min: 0.01}",
        "choose/draw",
        "not above the margin",
        "error",
    ),
    "c: an option's letter written by hand": (
        "choose",
        "Answer {letter}: {right}.",
        "Answer B) {right}.",
        "choose/weight/reply 3",
        "names the option `B)` itself",
        "error",
    ),
    "c: a choice that is answered without its letter": (
        "choose",
        'value: "{letter}"',
        'value: "{mw:dp1}"',
        "choose/answer",
        "is the letter",
        "error",
    ),
    "d: question about a field that is not drawn": (
        "fact",
        "What is the melting point",
        "What is the boiling point",
        "fact/plain/ask 1",
        "says `boiling point`",
        "error",
    ),
    "d: label followed by another field": (
        "choose",
        "The sum is {mw:dp1}",
        "The molecular formula is {mw:dp1}",
        "choose/weight/reply 2",
        "`molecular formula` is followed by {mw:dp1}, another field",
        "error",
    ),
    "d: name of one role, value of the other": (
        "compare",
        "With {hi.mw} g/mol it is {hi.name}",
        "{hi.Name} has {lo.mw} g/mol, it is {hi.name}",
        "compare/heavier/reply 4",
        "{hi.Name} is followed by {lo.mw}, a value of the other",
        "error",
    ),
    "e: a before a vowel": (
        "fact",
        "Tables have",
        "In a ordinary table:",
        "fact/plain/reply 4",
        "`a ordinary`",
        "warning",
    ),
    "e: an before a consonant": ("fact", "Tables have", "In an table:", "fact/plain/reply 4", "`an table`", "warning"),
    "e: article before a name that varies": (
        "brand",
        "Look for {name}",
        "Look for a {name}",
        "brand/plain/reply 3",
        "`a` before {name} is wrong for some values",
        "error",
    ),
    "e: plural after one": (
        "count",
        "{rings} {noun}",
        "{rings} rings",
        "count/terse/reply 2",
        "reads wrong when the number is 1",
        "warning",
    ),
    "e: singular after many": (
        "count",
        "All in all {rings}.",
        "All in all {rings} ring.",
        "count/then_all/reply 2",
        "reads wrong when the number is not 1",
        "warning",
    ),
    "e: a question that ends with a full stop": (
        "fact",
        "where do I see the first melt?",
        "so tell me. Where do I see the first melt.",
        "fact/plain/ask 4",
        "the wrong sign at the end",
        "warning",
    ),
    "e: a request that ends with a question mark": (
        "fact",
        "where do I see the first melt?",
        "there is a first melt. Tell me where?",
        "fact/plain/ask 4",
        "the wrong sign at the end",
        "warning",
    ),
    "e: is causing ... caused by": (
        "store",
        "Cool and dry, as printed on the pack.",
        "Heat is causing damage caused by warmth.",
        "store/keep/reply 5",
        "says the cause twice",
        "error",
    ),
    "e: a word twice": (
        "fact",
        "It turns liquid",
        "It it turns liquid",
        "fact/plain/reply 3",
        "stands twice",
        "warning",
    ),
    "f: an opener that promises compliance": (
        "fact",
        "It turns liquid",
        "Yes, I'm happy to help! It turns liquid",
        "fact/plain/reply 3",
        "opens with `Yes, I'm happy to`",
        "error",
    ),
    "f: an opener that flatters": (
        "fact",
        "Tables have",
        "Great question: tables have",
        "fact/plain/reply 4",
        "opens with `Great question`",
        "error",
    ),
    "g: a value by chance": (
        "compare",
        "diff: hi.mw - lo.mw",
        "diff: hi.mw - random(lo.mw)",
        "compare/let diff",
        "random",
        "error",
    ),
    "h: an answer at any price": (
        "fact",
        "Heating {name} slowly",
        "Even if you are uncertain, you must answer with a numeric value: heating {name} slowly",
        "fact/plain/ask 4",
        "demands an answer at any price",
        "error",
    ),
    "h: doubt forbidden": (
        "fact",
        "{Name}: when does it turn liquid?",
        "{Name}: when does it turn liquid? Do not say you are unsure.",
        "fact/plain/ask 3",
        "demands an answer at any price",
        "error",
    ),
    "a derived value that nothing reads": (
        "weigh",
        "mg: mmol * mw}",
        "mg: mmol * mw, spare: vol * 2}",
        "weigh/let spare",
        "never used",
        "warning",
    ),
    "a given number that nothing states": (
        "weigh",
        "given: {conc",
        "given: {idle: {values: [1, 2]}, conc",
        "weigh/draw.given idle",
        "never stated",
        "error",
    ),
    "an alternative that changes nothing": ("fact", "[, in °C|]", "[|]", "fact/plain/ask 1", "stands twice", "error"),
    "two questions with one skeleton": (
        "fact",
        "At what temperature does {name} melt?",
        "What's the melting point of {name}, please?",
        "fact/plain/ask 2",
        "both reduce to",
        "error",
    ),
    "two replies with one skeleton": (
        "fact",
        "Tables have {mp_c} °C.",
        "{Name}: it melts at {mp_c} °C!",
        "fact/plain/reply 4",
        "both reduce to",
        "warning",
    ),
    "a number without its unit": ("fact", "Near {mp_c} °C.", "Near {mp_c}.", "fact/plain/reply 5", "no unit", "error"),
    "a number with another unit": (
        "fact",
        "Near {mp_c} °C.",
        "Near {mp_c} K.",
        "fact/plain/reply 5",
        "{mp_c} is in °C, but `K` follows",
        "error",
    ),
    "a question that asks the other way": (
        "compare",
        "Which is heavier,",
        "Which is lighter,",
        "compare/heavier/ask 1",
        "but the wording says `lighter`",
        "error",
    ),
    "a reply that says the other direction": (
        "compare",
        "is heavier than {lo.name}",
        "is lighter than {lo.name}",
        "compare/heavier/reply 2",
        "calls {hi.name} `lighter`",
        "error",
    ),
    "an unknown slot": (
        "fact",
        "Near {mp_c} °C.",
        "Near {mp_k} °C.",
        "fact/plain/reply 5",
        "unknown field `mp_k`",
        "error",
    ),
    "a slot that draws nothing": (
        "fact",
        "Near {mp_c}",
        "Near {bp_c}",
        "fact/plain/reply 5",
        "not in draw.needs",
        "error",
    ),
    "the answer in the question": (
        "brand",
        "What is in {brand}?",
        "What is in {brand}, is it {name}?",
        "brand/plain/ask 1",
        "gives the answer away",
        "error",
    ),
    "a question about nothing named": (
        "fact",
        "Heating {name} slowly",
        "Heating this compound slowly",
        "fact/plain/ask 4",
        "never says which compound",
        "error",
    ),
    "a prediction called measured": (
        "choose",
        "The sum is",
        "The measured sum is",
        "choose/weight/reply 2",
        "no field in needs is experimental",
        "error",
    ),
    "too few replies": (
        "dilute",
        ',\n      "Take {share:dp1} % stock and fill up."',
        "",
        "dilute/plain/reply",
        "4 reply wordings",
        "warning",
    ),
    "safety: a refusal outside class S3": (
        "decline",
        "safety: S3",
        "safety: S1",
        "decline/safety",
        "class S1",
        "error",
    ),
    "safety: class S3 that answers": ("store", "safety: S2", "safety: S3", "store/safety", "gives an answer", "error"),
    "safety: an amount in a refusal": (
        "decline",
        "Please go by the label of {name}.",
        "Please take no more than 2 tablets of {name}.",
        "decline/dose/reply 2",
        "states an amount: `2 tablets`",
        "error",
    ),
    "safety: a note on every S2 reply": (
        "store",
        "Out of children's reach, dry and dark.",
        "Dry and dark; ask your pharmacist.",
        "store/keep/reply",
        "2 of 5 reply wordings carry a medical note",
        "error",
    ),
    "safety: a disclaimer on arithmetic": (
        "dilute",
        "Stock makes up {share:dp1} % of it.",
        "Stock makes up {share:dp1} % of it; this is not medical advice.",
        "dilute/plain/reply 3",
        "a note (`not medical advice`) in class S0",
        "error",
    ),
    "safety: a step of a synthesis": (
        "store",
        "Cool and dry, as printed on the pack.",
        "Cool the reaction mixture.",
        "store/keep/reply 5",
        "`reaction mixture` belongs to the making",
        "error",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_named(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)


def make_view(mw: list[float], mp_c: list[float]) -> dict[str, pl.DataFrame]:
    """A wide table of compounds with these molecular weights and melting points."""
    rows = len(mw)
    columns = {"named": [True] * rows, "name_len": [8] * rows, "smiles": ["C"] * rows, "formula": ["CH4"] * rows}
    return {"compound": pl.DataFrame({**columns, "mw": mw, "mp_c": mp_c})}


def test_small_value_that_prints_as_zero(plant: Plant) -> None:
    view = make_view([100.0] * 10, [0.00001 * n for n in range(1, 11)])
    problems = plant("fact", "S0", "S0", views=view)
    assert [problem.where for problem in problems if "as 0" in problem.what] == ["fact"], problems


def test_options_that_round_to_one_text(plant: Plant) -> None:
    view = make_view([1000.0 + n for n in range(10)], [20.0] * 10)
    problems = plant("choose", "{mw:dp1} g/mol", "{mw:sig2} g/mol", views=view)
    assert any(p.where == "choose/draw.text" and "may print the same" in p.what for p in problems), problems


def test_replies_that_begin_alike(plant: Plant) -> None:
    changes = [
        "That is one for your pharmacist.",
        "Please go to the pharmacist.",
        "Not from me, sorry: the prescriber knows.",
    ]
    problems = plant("decline", *changes, "Please go and ask the prescriber.")
    assert [p.what for p in problems if p.where == "decline/dose/reply"] == [
        "3 of 5 reply wordings open with `Please go`"
    ]


def test_more_refusals_than_neighbours(plant: Plant) -> None:
    problems = plant("decline", "safety: S3", "safety: S3\nweight: 2")
    assert [p.what for p in problems if p.where == "topic safety"] == ["refusals weigh 2, the neighbours that answer 0"]


def test_unknown_key_is_refused_when_the_pack_is_read(plant: Plant) -> None:
    with pytest.raises(PackError, match="unknown key `reponse`"):
        plant("fact", "    reply:", "    reponse: [x]\n    reply:")
