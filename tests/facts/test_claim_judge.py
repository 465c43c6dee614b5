"""Values against what is known: the stated precision, the noise of the field, salts, and years."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.claim_kin import load_knowledge, load_rules

from apothecary.facts.claim_judge import Judge, compare_value
from apothecary.facts.claim_values import ValueReader

READER = ValueReader([unit for family in load_rules().units.values() for unit in family])


def judge(field: str, name: str, text: str, *, about: bool = False) -> str:
    knowledge = load_knowledge()
    stated = text if field == "formula" else READER.read(text, 0)
    assert stated is not None
    return Judge(knowledge).judge(field, knowledge.finder.find(name)[0].entities, stated, about=about).verdict


@pytest.mark.parametrize(
    ("field", "name", "text", "verdict"),
    [
        ("mw", "aspirin", "180.159 g/mol", "agrees"),
        ("mw", "aspirin", "180.2 g/mol", "agrees"),
        ("mw", "aspirin", "180 Da", "agrees"),
        ("mw", "aspirin", "180.5 g/mol", "contradicts"),
        ("mw", "aspirin", "181 g/mol", "undecided"),
        ("mw", "aspirin", "180.04 g/mol", "undecided"),  # the monoisotopic mass
        ("mw", "aspirin", "202.14 g/mol", "undecided"),  # the sodium salt
        ("mw", "aspirin", "198.17 g/mol", "undecided"),  # a hydrate
        ("mw", "aspirin", "190.16 g/mol", "contradicts"),
        ("mw", "aspirin", "180.159 °C", "undecided"),
        ("exact_mass", "aspirin", "180.0423 Da", "agrees"),
        ("exact_mass", "aspirin", "180.16 Da", "undecided"),
        ("mp_c", "caffeine", "236 °C", "agrees"),  # between the sources
        ("mp_c", "caffeine", "240 °C", "agrees"),
        ("mp_c", "caffeine", "260 °C", "undecided"),  # the sources themselves are apart
        ("mp_c", "caffeine", "300 °C", "contradicts"),
        ("mp_c", "aspirin", "145 °C", "undecided"),
        ("mp_c", "aspirin", "153 °C", "contradicts"),
        ("mp_c", "ibuprofen", "106 °C", "undecided"),  # one source alone
        ("mp_c", "ibuprofen", "135 °C", "contradicts"),
        ("mp_c", "aspirin", "20-300 °C", "undecided"),
        ("mp_c", "aspirin", "135", "undecided"),
        ("first_approval", "imatinib", "2001", "agrees"),
        ("first_approval", "imatinib", "2002", "undecided"),
        ("first_approval", "imatinib", "2005", "contradicts"),
        ("first_approval", "imatinib", "1995", "undecided"),  # elsewhere, perhaps
        ("first_approval", "imatinib", "12", "undecided"),
        ("carbons", "aspirin", "9", "agrees"),
        ("carbons", "aspirin", "10", "contradicts"),
        ("carbons", "aspirin", "9.5", "undecided"),
        ("formula", "aspirin", "C9H8O4", "agrees"),
        ("formula", "aspirin", "O4H8C9", "agrees"),
        ("formula", "aspirin", "C10H8O4", "contradicts"),
        ("formula", "aspirin", "C9H7NaO4", "undecided"),
        ("formula", "aspirin", "C9H10O5", "undecided"),
        ("formula", "aspirin", "C9H7O4", "contradicts"),
        ("formula", "aspirin", "C9H9ClO4", "undecided"),
        ("formula", "aspirin", "C9H8ClO4", "contradicts"),
        ("formula", "morphine", "C17H21NO4", "undecided"),
        ("formula", "1,2-dichloroethane", "C2H4Cl3", "contradicts"),
        ("bp_c", "aspirin", "300 °C", "undecided"),
        ("mp_c", "stilbene", "124 °C", "agrees"),  # one of two meanings
        ("mp_c", "stilbene", "-5 °C", "agrees"),
        ("mp_c", "stilbene", "300 °C", "contradicts"),
    ],
)
def test_verdicts(field: str, name: str, text: str, verdict: str) -> None:
    assert judge(field, name, text) == verdict


@pytest.mark.parametrize(
    ("text", "verdict"), [("180 g/mol", "agrees"), ("185 g/mol", "undecided"), ("250", "contradicts")]
)
def test_about_is_looser(text: str, verdict: str) -> None:
    assert judge("mw", "aspirin", text, about=True) == verdict


@given(known=st.floats(-200, 400), off=st.floats(0, 300), field=st.sampled_from(["mp_c", "bp_c", "flash_c"]))
def test_farther_is_never_better(known: float, off: float, field: str) -> None:
    claim = load_rules().fields[field]
    value = READER.read("0 °C", 0)
    assert value is not None
    ranks = [
        ("agrees", "undecided", "contradicts").index(
            compare_value(claim, value._replace(low=known + d, high=known + d), np.array([known])).verdict
        )
        for d in (0.0, off / 2, off)
    ]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
