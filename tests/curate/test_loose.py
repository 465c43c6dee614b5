from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.curate.test_protect import APART

from apothecary.curate import protect
from apothecary.curate.loose import LOOSENED, loosen_texts
from apothecary.curate.protect import BREAK, join_protected

ALIKE = [
    ("the method was used", "the approach was employed"),
    ("this study found it in the cell", "this investigation observed it within the cell"),
    ("It is, fortunately, a result", "It is a result"),
    ("Method of choice", "Approach of choice"),
    ("However, Method A", "Moreover, Approach A"),
    ("between two groups", "among two groups"),
    ("a methodology for the S1 gene in MAP3K14", "an approach for the S1 gene within MAP3K14"),
]
ASUNDER = [
    ("it works in 5 days", "it works within 5 days"),
    ("it works in the first 24 hours", "it works within the first 24 hours"),
    ("it works in less than 5 minutes", "it works within less than 5 minutes"),
    ("it works in a few weeks", "it works within a few weeks"),
    ("it is in range", "it is within range"),
    ("3 methods", "3 approaches"),
    ("method 3", "approach 3"),
    ("five methods", "five approaches"),
    ("it is the Method trial", "it is the Approach trial"),
    ("it is the Method trial", "it is the approach trial"),
    ("the SCHEME trial", "the METHOD trial"),
    ("compared using aspirin", "compared with aspirin"),
    ("since he took it", "because he took it"),
    ("a small benefit", "a little benefit"),
    ("a possible cause", "a probable cause"),
    ("the method", "the result"),
    ("the method", "the"),
]


def loosen(text: str, closed: tuple[str, ...] = ()) -> str:
    return loosen_texts(pl.Series([text]), closed)["loose"].item()


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=[" / ".join(pair) for pair in ALIKE])
def test_kindred_and_common_words_make_no_difference(one: str, other: str) -> None:
    assert loosen(one) == loosen(other)


@pytest.mark.parametrize(("one", "other"), [*ASUNDER, *APART], ids=[" / ".join(pair) for pair in [*ASUNDER, *APART]])
def test_what_differs_in_a_fact_stays_apart_in_long_texts_too(one: str, other: str) -> None:
    assert loosen(one) != loosen(other)


def test_a_closed_value_is_never_loosened() -> None:
    assert loosen("a new method") == loosen("a novel method")
    assert loosen("a new method", ("new", "old")) != loosen("a novel method", ("new", "old"))
    assert loosen("a splendid view", ("splendid",)) != loosen("a view", ("splendid",))


def test_no_texts_and_empty_texts() -> None:
    assert loosen_texts(pl.Series([], dtype=pl.String)).schema == LOOSENED
    assert loosen_texts(pl.Series(["", None, "the"])).rows() == [("", "", 0)] * 3
    assert loosen_texts(pl.Series(["", "luckily, aspirin 5nM", ""])).rows() == [
        ("", "", 0),
        (BREAK.join(["luckily", "aspirin", "5", "nM"]), BREAK.join(["aspirin", "5", "nM"]), 3),
        ("", "", 0),
    ]


WORDS = ["method", "approach", "in", "within", "5", "days", "Method", "the", "luckily", "5nM", "aspirin.", "not", "few"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_text_is_read_alone_as_among_others(texts: list[str]) -> None:
    """What stands beside a word is its own text, never the row before or after."""
    together = loosen_texts(pl.Series(texts)).rows()
    assert together == [loosen_texts(pl.Series([text])).row(0) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_any_text_keeps_its_strict_tokens(texts: list[str]) -> None:
    loosened = loosen_texts(pl.Series(texts))
    assert loosened["strict"].to_list() == join_protected(pl.Series(texts)).to_list()
    for loose, held in loosened.select("loose", "held").rows():
        assert held == (len(loose.split(BREAK)) if loose else 0)


def test_slices_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series([f"the method in {n} mg of aspirin" * (n % 5) for n in range(200)])
    whole = loosen_texts(texts)
    monkeypatch.setattr(protect, "MAX_SLICE_BYTES", 100)
    assert loosen_texts(texts).equals(whole)
