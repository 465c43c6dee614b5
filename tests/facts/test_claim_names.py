"""Names are found whole, longest first, and words that are names are not."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.facts.claim_names import NameFinder, normalise_name

NAMES = [
    "aspirin",
    "2-chloro-4-nitrophenol",
    "acetic acid",
    "acetic acid anhydride",
    "(S)-ibuprofen",
    "ibuprofen",
    "urea",
    "OCC(O)CCOC(OCCC(O)CO)OCC(O)CO",
    "methylenebis(2-chloroaniline)",
]


@pytest.fixture(scope="module")
def finder() -> NameFinder:
    names = pl.DataFrame({"entity": range(len(NAMES)), "name": NAMES, "display": True})
    other = pl.DataFrame(
        {"entity": [0, 3, 4, 0], "name": ["ASA", "Acetanhydride", "Ibuprofen sodium", "compound B"], "display": False}
    )
    shared = pl.DataFrame({"entity": [5, 6], "name": ["samename", "samename"], "display": False})
    return NameFinder(pl.concat([names, other, shared]), ["urea"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Aspirin melts", ["Aspirin"]),
        ("(aspirin), aspirin's and 'Aspirin'.", ["aspirin", "aspirin", "Aspirin"]),
        ("2-Chloro-4-nitrophenol: yellow", ["2-Chloro-4-nitrophenol"]),
        ("2-chloro-4-nitrophenolate", []),
        ("aspirin-like and preaspirin", []),
        ("acetic acid anhydride, acetic acid, acetic", ["acetic acid anhydride", "acetic acid"]),
        ("Methylenebis(2-chloroaniline): a solid", ["Methylenebis(2-chloroaniline)"]),
        ("(methylenebis(2-chloroaniline)), a solid", ["methylenebis(2-chloroaniline)"]),
        ("acetic  acid", ["acetic  acid"]),
        ("(S)-ibuprofen and (R)-ibuprofen", ["(S)-ibuprofen"]),
        ("urea, ASA, compound B", []),
        ("OCC(O)CCOC(OCCC(O)CO)OCC(O)CO weighs 5", []),  # the notation of a compound without a name
        ("Ibuprofen sodium", ["Ibuprofen"]),
        ("2\u2010chloro\u20114\u2013nitrophenol", ["2\u2010chloro\u20114\u2013nitrophenol"]),
        ("İ aspirin", ["aspirin"]),
    ],
)
def test_names_are_found(finder: NameFinder, text: str, found: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in finder.find(text)] == found


def test_a_shared_name_stands_for_all(finder: NameFinder) -> None:
    assert finder.find("samename")[0].entities == (5, 6)


@given(st.text(max_size=60))
def test_mentions_are_in_order_and_apart(finder_text: str) -> None:
    names = pl.DataFrame({"entity": [0], "name": ["aspirin"], "display": [True]})
    text = f"{finder_text} aspirin {finder_text}"
    found = NameFinder(names).find(text)
    assert [text[mention.start : mention.end].lower() for mention in found].count("aspirin") >= 1
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_names_are_compared_in_one_spelling() -> None:
    assert normalise_name("N\u2032-Methyl\u2013Urea  X") == "n'-methyl-urea x"
