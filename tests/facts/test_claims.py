"""Rows to claims: what is right agrees, what is wrong is flagged at its place, and all else is left alone."""

from __future__ import annotations

import json
import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.claim_kin import COMPOUNDS, load_knowledge

from apothecary.example import TURN
from apothecary.facts.claim_rules import ClaimSettings
from apothecary.facts.claims import CLAIM, CLAIM_SUMMARY, ClaimChecker, check_claims, split_sentences, summarise_claims

RIGHT = [
    ("", "Aspirin\n## Physical properties\n- MW: 180.16 g/mol\n- Appearance: white powder\n- Melting point: 135 °C"),
    ("", "The molecular formula for caffeine is C8H10N4O2 and its molar mass is 194.19 g·mol−1"),
    ("", "Caffeine: C8H10N4O2, molar mass: 194.19 g/mol, melting point: 234–238 oC."),
    ("", "With a molar mass of 180.16 g/mol, aspirin is small."),
    ("", "Aspirin has a molecular weight of 180 g/mol and contains 9 carbon atoms."),
    ("", "Aspirin melts at 135 °C."),
    ("", "Aspirin melts at 275 °F."),
    ("", "Aspirin melts at 408 K."),
    ("", "The melting point of aspirin is between 134 and 136 °C."),
    ("", "The melting point of aspirin is 134-136 °C."),
    ("", "The melting point of aspirin is 134–136°C."),
    ("", "Aspirin has a molecular weight of 180.2 g/mol."),
    ("", "Aspirin has a molecular weight of 180 g/mol."),
    ("", "Aspirin has a molecular weight of about 180 Da."),
    ("", "Aspirin has a molecular weight of 0.18 kDa."),
    ("", "Aspirin (C9H8O4, MW 180.16) is a common drug."),
    ("", "Aspirin is a white crystalline solid with a melting point of 135 °C."),
    ("", "Caffeine's molar mass is 194.19 g/mol."),
    ("", "The molar mass of caffeine equals 194.2 grams per mole, and its melting point is 235 °C."),
    ("", "| Property | Value |\n| Caffeine molecular weight | 194.19 g/mol |"),
    ("What is the molecular weight of caffeine?", "It is 194.19 g/mol."),
    ("What is the molecular weight of caffeine?", "194.19 g/mol"),
    ("What is the molecular formula of caffeine?", "C8H10N4O2"),
    ("What is the molecular formula of caffeine?", "The molecular formula is C₈H₁₀N₄O₂."),
    ("Tell me about caffeine.", "Caffeine is a stimulant. It has a molar mass of 194.19 g/mol and melts at 238 °C."),
    ("", "**Caffeine**\n- **Molecular weight:** 194.19 g/mol\n- **Melting point:** 238 °C"),
    ("", "Ibuprofen, a nonsteroidal anti-inflammatory drug, has a molar mass of 206.29 g/mol."),
    ("", "Ibuprofen (mp 75-78 °C) is sold as a powder."),
    ("", "The melting point of ibuprofen is approximately 76 °C (349 K)."),
    ("", "Imatinib was first approved in 2001."),
    ("", "Paracetamol contains 8 carbon atoms."),
    ("", "The molecular weight of paracetamol (acetaminophen) is 151.16 g/mol."),
    ("", "The monoisotopic mass of aspirin is 180.0423 Da."),
    ("", "For aspirin, the molecular weight is 180.16 g/mol."),
    ("", "A melting point of 135 °C for aspirin was found."),
    ("", "180.16 g/mol is the molecular weight of aspirin."),
    (
        "",
        "Two drugs. Aspirin has a molar mass of 180.16 g/mol, while caffeine has a molar mass of 194.19 g/mol.",
    ),
    ("", '{"name": "aspirin", "mw": 180.16, "formula": "C9H8O4"}'),
    ("", "Molar mass of caffeine: 194,19 g/mol"),
    ("", "The M.W. of caffeine is ca. 194."),
    ("", "Mol. wt. of caffeine: 194.2"),
    ("", "Melting point (°C) of caffeine: 238"),
    ("", "Caffeine melts at 238 °C (460 °F)."),
    ("", "Warfarin is an anticoagulant with a molecular weight of 308.33 g/mol."),
]
WRONG = [
    ("", "Aspirin\n## Physical properties\n- Appearance: white powder\n- Melting point: 185 °C"),
    ("", "The molecular formula for caffeine is C8H10N4O2 and its molar mass is 149.19 g·mol−1"),
    ("", "Caffeine is a colourless compound, bitter to the taste. The molecular weight is 149.19."),
    ("", "Toluene boils at 190 °C."),
    ("", "Aspirin melts at 153 °C."),
    ("", "Aspirin melts at 508 K."),
    ("", "The melting point of aspirin is between 234 and 236 °C."),
    ("", "Aspirin has a molecular weight of 810.2 g/mol."),
    ("", "Aspirin (C9H10O4) is a common drug."),
    ("", "Aspirin is a white crystalline solid with a melting point of 185 °C."),
    ("", "Caffeine's molar mass is 149.19 g/mol."),
    ("", "caffeine: MW = 194.19 g/mol; mp 338 °C; formula C8H10N4O2"),
    ("What is the molecular weight of caffeine?", "294.19 g/mol"),
    ("What is the molecular formula of caffeine?", "C8H12N4O2"),
    ("Tell me about caffeine.", "Caffeine is a stimulant. It has a molar mass of 149.19 g/mol and melts at 238 °C."),
    ("", "**Caffeine**\n- **Molecular weight:** 194.91 g/mol\n- **Melting point:** 238 °C"),
    ("", "Ibuprofen, a nonsteroidal anti-inflammatory drug, has a molar mass of 260.29 g/mol."),
    ("", "Imatinib was first approved in 2011."),
    ("", "Paracetamol contains nine carbon atoms."),
    ("", "The monoisotopic mass of aspirin is 184.0423 Da."),
    ("", "Aspirin has a molar mass of 180.16 g/mol, and caffeine has a molar mass of 149.19 g/mol."),
    ("", '{"name": "aspirin", "mw": 108.16, "formula": "C9H8O4"}'),
    ("", "Caffeine: melting point (°C): 328"),
    ("", "Caffeine melts at 238 °C (560 °F)."),
    ("", "Warfarin is an anticoagulant with a molecular weight of 380.33 g/mol."),
]
LEFT_ALONE = [
    ("", "Hey so caffeine weighs like 194 g/mol"),
    ("", "Imatinib was first approved in 1995."),
    ("", "The monoisotopic mass of aspirin is 181.0423 Da."),
    ("", "Propofol boils at 256 °C at 1 atm."),
    ("", "The molecular weight of aspirin is not 190 g/mol."),
    ("", "Aspirin and caffeine differ by 14 g/mol in molecular weight."),
    ("", "Aspirin sodium has a molecular weight of 202.14 g/mol."),
    ("", "The sodium salt of aspirin has a molecular weight of 202.14 g/mol."),
    ("", "Aspirin 500 mg per tablet; molecular weight 180.16 g/mol."),
    ("", "If the molecular weight of aspirin were 200 g/mol, you would need more."),
    ("", "The molecular weight of caffeine is twice 97 g/mol."),
    ("", "An inhibitor of caffeine has a molecular weight of 300 g/mol."),
    ("", "Caffeine was dissolved in a solvent with a boiling point of 78 °C."),
    ("", "Caffeine monohydrate has a molar mass of 212.2 g/mol."),
    ("", "Caffeine citrate has a molecular weight of 386.3 g/mol."),
    ("", "Morphine sulfate has a molecular weight of 668.8 g/mol."),
    ("Tell me about caffeine citrate.", "It has a molecular weight of 386.3 g/mol."),
    ("", "The protein that binds caffeine has a molecular weight of 45 kDa."),
    ("", "Is the molecular weight of aspirin 250 g/mol?"),
    ("", "Many students believe the molecular weight of aspirin is 250 g/mol."),
    ("", "The molecular weight of aspirin is over 150 g/mol."),
    ("", "Aspirin has a molecular weight below 500 g/mol."),
    ("", "The logP of aspirin is 5.2."),
    ("", "Aspirin was dissolved in xylofen. It boils at 111 °C."),
    ("", "Caffeine sublimes at 178 °C."),
    ("", "The melting point of caffeine is lowered to 150 °C by impurities."),
    ("", "The melting point of caffeine drops by 20 °C."),
    ("", "The molecular weights of aspirin and caffeine are 180.16 and 194.19 g/mol, respectively."),
    ("", "Aspirin melts at 135 °C and caffeine at 238 °C."),
    ("", "A) The melting point of aspirin is 200 °C\nB) The melting point of aspirin is 135 °C"),
    ("", "Imatinib was first approved in Japan in 2005."),
    ("", "Imatinib was first approved for children in 2006."),
    ("", "The patient took aspirin, weight 75 kg, molecular weight unknown 300."),
    ("", "Glycol boils at 85 °C at 10 mmHg; caffeine boils at 85 °C at 10 mmHg."),
    ("", "Imatinib mesylate (C30H35N7SO4) has a molecular weight of 589.7."),
    ("", "Imatinib has a molecular weight of 589.7 g/mol."),
    ("", "Doxycycline has the formula C22H24N2O8·H2O and molecular weight 462.46."),
    ("", "Poly(aspirin) has a molecular weight of 45,000 g/mol."),
    ("", "PEGylated caffeine has a molecular weight of 20 kDa."),
    ("", "The caffeine derivative has a molecular weight of 245 g/mol."),
    ("", "Lead melts at 327 °C."),
    ("", "[M+H]+ of caffeine: molecular mass 195.1 g/mol"),
    ("", "Caffeine's molecular weight is 194.19 g/mol × 2 = 388.38 g/mol."),
    ("What is the melting point of aspirin sodium?", "It melts at 220 °C."),
    ("How do the melting points of aspirin and caffeine compare?", "It is 238 °C."),
    ("What happens to aspirin in ethanol?", "It boils at 78 °C."),
]
MORE_LEFT_ALONE = [
    ("List the structures by mass. A: caffeine.", "Molar mass: A 170.2 g/mol, C 129.6 g/mol"),
    ("List the structures by mass. A: caffeine.", "A 170.2 g/mol: molar mass. A: molar mass 129.6 g/mol"),
    ("Tell me about aspirin.", "## Xylofen\n- MW: 138.12 g/mol\n- Melting point: 258 °C"),
    ("Tell me about aspirin.", "Aspirin is an analgesic.\n\nRelated: xylofen\n- MW: 138.12 g/mol"),
    ("What is the melting point of aspirin?", "25 °C is room temperature, so it is solid."),
    ("", "First: caffeine melts at 138 °C.\nThis is incorrect."),
    ("", "Caffeine melts at 138 °C. No, that is wrong."),
    ("What is the molecular weight of aspirin's metabolite?", "138.12 g/mol"),
    ("", "Caffeine; PEG; molecular weight 6000"),
    ("", "Heparin was replaced by warfarin, molecular weight 12,000 Da."),
    ("", "True or false: caffeine melts at 138 °C."),
    ("", "| Property | Aspirin | Caffeine |\n|---|---|---|\n| Melting point | 238 °C | 135 °C |"),
    ("", "Aspirin was hydrolysed and the product melted. The melting point is 159 °C."),
    ("", "Crude aspirin: melting point 118-122 °C."),
    ("", "Demethylated caffeine has a molar mass of 180.16 g/mol."),
    ("", "Pure aspirin melts at 135 °C. A sample with a melting point of 110 °C is impure."),
    ("", "Toluene boils at 40 °C."),  # at less than ordinary pressure, perhaps
    ("", "Aspirin has the formula C9H7O4-."),
    ("", "Aspirin has the formula C9H9O4+."),
    ("", "Aspirin was dissolved in xylofen. It boils at 111 °C."),
    ("", "Compound B has a molar mass of 200.1 g/mol."),  # a synonym that means nothing
    ("", "Lead melts at 327 °C."),
    ("", "Stilbene melts at 124 °C; trans-stilbene is meant."),
    ("", "The melting point of aspirin is 128-135 °C, decomposes."),
    ("", "Caffeine melts at 20 °C above that."),
    ("", "Caffeine is 5 carbon atoms away."),
    ("", "The molecular weight of the aspirin-albumin complex is 66 kDa."),
    ("", "He took aspirin, 500 mg, weighs 81 kg and has a BP of 140/90 mmHg."),
]


def check(prompt: str, response: str) -> pl.DataFrame:
    rows = pl.DataFrame({"prompt": [prompt], "response": [response]})
    return check_claims(rows, load_knowledge())


@pytest.mark.parametrize(("prompt", "response"), RIGHT, ids=lambda text: text[:60])
def test_right_statements_agree(prompt: str, response: str) -> None:
    verdicts = check(prompt, response)["verdict"].to_list()
    assert "agrees" in verdicts
    assert "contradicts" not in verdicts


@pytest.mark.parametrize(("prompt", "response"), WRONG, ids=lambda text: text[:60])
def test_wrong_statements_are_flagged(prompt: str, response: str) -> None:
    wrong = check(prompt, response).filter(pl.col("verdict") == "contradicts")
    assert wrong.height == 1
    assert response[wrong["start"][0] : wrong["end"][0]] == wrong["stated"][0]


@pytest.mark.parametrize(("prompt", "response"), LEFT_ALONE + MORE_LEFT_ALONE, ids=lambda text: text[:60])
def test_what_cannot_be_judged_is_left_alone(prompt: str, response: str) -> None:
    assert "contradicts" not in check(prompt, response)["verdict"].to_list()


def test_one_line_a_row_sums_up() -> None:
    rows = pl.DataFrame(
        {
            "prompt": ["Caffeine weighs 300 g/mol. And aspirin?", "Hello", "What is the melting point of aspirin?"],
            "response": ["Aspirin weighs 180.16 g/mol.", "Hello", "The melting point of aspirin is 153 °C."],
        }
    )
    claims = check_claims(rows, load_knowledge())
    assert claims.schema == CLAIM
    summary = summarise_claims(claims, rows.height)
    assert summary.schema == CLAIM_SUMMARY
    assert summary["claims"].to_list() == [2, 0, 1]
    assert summary["claims_agree"].to_list() == [1, 0, 0]
    assert summary["claims_contradict"].to_list() == [0, 0, 1]
    assert summary["prompt_contradict"].to_list() == [1, 0, 0]
    assert summary["claims_detail"].to_list() == [
        "prompt 16-25: molecular weight of caffeine 300 g/mol, known 194.194 g/mol (a)",
        None,
        "response 32-38: melting point of aspirin 153 °C, known 135 °C (a, b)",
    ]


def test_history_tells_what_is_spoken_of() -> None:
    turns = [{"role": "user", "content": "Tell me about caffeine."}, {"role": "assistant", "content": "A stimulant."}]
    rows = pl.DataFrame(
        {"prompt": ["How heavy?"], "response": ["Its molar mass is 149.2 g/mol."], "history": [turns]},
        schema_overrides={"history": pl.List(TURN)},
    )
    assert check_claims(rows, load_knowledge())["verdict"].to_list() == ["contradicts"]
    with_two = rows.with_columns(prompt=pl.lit("And how heavy is ibuprofen?"))
    assert check_claims(with_two, load_knowledge())["verdict"].to_list() == ["undecided"]


def test_the_question_of_another_turn_is_not_answered() -> None:
    turns = [{"role": "user", "content": "What is the melting point of caffeine?"}]
    rows = pl.DataFrame(
        {"prompt": ["Is it melted at 99 °C?"], "response": ["At 99 °C it is not."], "history": [turns]},
        schema_overrides={"history": pl.List(TURN)},
    )
    assert "contradicts" not in check_claims(rows, load_knowledge())["verdict"].to_list()


def test_settings_choose_parts_fields_and_carrying() -> None:
    rows = pl.DataFrame({"prompt": ["Aspirin melts at 35 °C."], "response": ["It weighs 310 g/mol."]})
    found = {
        "all": ClaimSettings(),
        "response": ClaimSettings(parts=("response",)),
        "still": ClaimSettings(carry=False),
    }
    verdicts = {name: check_claims(rows, load_knowledge(), how)["verdict"].to_list() for name, how in found.items()}
    assert verdicts["all"] == ["contradicts", "contradicts"]
    assert verdicts["response"] == ["contradicts"]
    assert verdicts["still"] == ["contradicts", "undecided"]
    only = check_claims(rows, load_knowledge(), ClaimSettings(fields=("mp_c",)))
    assert dict(zip(only["field"], only["verdict"], strict=True)) == {"mp_c": "contradicts", "mw": "undecided"}


@pytest.mark.parametrize(
    "rows",
    [
        pl.DataFrame({"prompt": [], "response": []}, schema={"prompt": pl.String, "response": pl.String}),
        pl.DataFrame({"prompt": [None], "response": [None]}, schema={"prompt": pl.String, "response": pl.String}),
        pl.DataFrame({"text": ["Aspirin melts at 35 °C."]}),
        pl.DataFrame({"prompt": [None], "response": ["Aspirin melts at 135 °C."], "history": [None]}),
    ],
    ids=["empty", "nulls", "no such columns", "untyped history"],
)
def test_odd_frames_are_survived(rows: pl.DataFrame) -> None:
    claims = check_claims(rows, load_knowledge())
    assert claims.schema == CLAIM
    assert summarise_claims(claims, rows.height).height == rows.height


def test_rows_do_not_influence_each_other() -> None:
    texts = [response for _, response in RIGHT + WRONG + LEFT_ALONE]
    rows = pl.DataFrame({"prompt": [""] * len(texts), "response": texts})
    checker = ClaimChecker(load_knowledge())
    together = checker.check(rows)
    alone = pl.concat(
        [
            checker.check(rows[number : number + 1]).with_columns(row=pl.lit(number, pl.UInt32))
            for number in range(len(texts))
        ]
    )
    assert together.equals(alone)


def test_sentences_keep_their_place() -> None:
    text = "Approx. 5 °C, ca. 7. Then this! And\n\nthat? (Yes.) 3.5 g"
    parts = list(split_sentences(text))
    assert all(text[start : start + len(part)] == part for start, part in parts)
    assert [part for _, part in parts][1:3] == ["Then this!", "And"]


PIECES = """
    melting_point|melts_at|is|of|135|°C|g/mol|180.16_g/mol|C9H8O4|(|)|,|and|The|-|to|±|between|?|.|**|5e3|İ|'s|1,2|..|{|"
    |×|first_approved_in|carbon_atoms|nine|٣|₂|C₉H₈O₄|\u202e|\ue000
"""
WORDS = [word.replace("_", " ").strip() for word in PIECES.split("|")] + [*COMPOUNDS, "\n"]
JUNK = st.text(max_size=80) | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@given(prompt=JUNK, response=JUNK)
@settings(max_examples=200, deadline=None)
def test_junk_is_survived_and_spans_hold(prompt: str, response: str) -> None:
    for claim in check(prompt, response).iter_rows(named=True):
        text = {"prompt": prompt, "response": response}[claim["part"]]
        assert text[claim["start"] : claim["end"]] == claim["stated"]
        assert claim["verdict"] == "undecided" or claim["known"]


@given(
    name=st.sampled_from([name for name in COMPOUNDS if name not in ("lead", "corticosterone")]),
    places=st.integers(0, 3),
    form=st.sampled_from(
        ["{} has a molar mass of {} g/mol.", "{}: MW {} Da", "The molecular weight of {} is {} g/mol."]
    ),
)
@settings(max_examples=60, deadline=None)
def test_a_rounded_truth_is_never_flagged(name: str, places: int, form: str) -> None:
    text = form.format(name, f"{float(COMPOUNDS[name][1]):.{places}f}")
    assert check("", text)["verdict"].to_list() == ["agrees"]


def test_json_of_several_records_is_read_record_by_record() -> None:
    records = [{"name": "aspirin", "mw": 180.16}, {"name": "caffeine", "mw": 149.19}]
    assert check("", json.dumps(records))["verdict"].to_list() == ["agrees", "contradicts"]


@pytest.mark.parametrize(
    "text",
    [
        "melting point of " * 100_000,
        "aspirin, " * 200_000,
        "aspirin " * 350 + "melts at 5 °C",
        "melting point 5 °C, " * 140,
        "(" * 2_900 + " aspirin melts at 5 °C",
        "a the of " * 300 + "aspirin melts at 5 °C",
        "1" * 2_900 + " °C aspirin melting point",
        "C1" * 1_400 + " aspirin melting point 5",
        "\n".join(["aspirin melts at 5 °C"] * 2_000),
    ],
    ids=["phrases", "names", "one name often", "links", "brackets", "fillers", "digits", "formula", "lines"],
)
def test_hostile_texts_cost_little(text: str) -> None:
    started = time.process_time()
    check("", text + "7")
    assert time.process_time() - started < 5
