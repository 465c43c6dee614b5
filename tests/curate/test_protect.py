from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.curate import protect
from apothecary.curate.protect import join_protected, protect_texts
from apothecary.curate.words import read_benign_words, read_equal_words

APART = [
    ("The IC50 is 5 nM.", "The IC50 is 5 mM."),
    ("The IC50 is 5 mM.", "The IC50 is 5 MM."),
    ("5 is given", "5.0 is given"),
    ("log S is 0.07", "log S is −0.07"),
    ("log S is +0.07", "log S is -0.07"),
    ("180.16 g/mol", "180.61 g/mol"),
    ("1e-5 M", "1e5 M"),
    ("10⁻³ M", "10³ M"),
    ("5 mg, 10 mg", "5–10 mg"),
    ("3-5 mg", "3 5 mg"),
    ("5, 100 mg", "5 100 mg"),
    ("1 : 2", "1 2"),
    ("5!", "5"),
    ("the 5' end", "the 5 end"),
    ("20 %", "20 ‰"),
    ("p < 0.05", "p > 0.05"),
    ("<5 mg", ">5 mg"),
    ("≤5 mg", "5 mg"),
    ("37 °C", "37 °F"),
    ("15N labelled", "15 N labelled"),
    ("13C", "12C"),
    ("500g", "500 g"),
    ("compound 5d", "compound 5 d"),
    ("(R)-ibuprofen", "(S)-ibuprofen"),
    ("(+)-menthol", "(-)-menthol"),
    ("cis-stilbene", "trans-stilbene"),
    ("D-glucose", "L-glucose"),
    ("D-glucose", "d-glucose"),
    ("α-pinene", "β-pinene"),
    ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
    ("c1ccccc1", "C1CCCCC1"),
    ("the SMILES is [C]", "the SMILES is C"),
    ("the SMILES is [CH3]", "the SMILES is CH3"),
    ("2,4-dinitrophenol", "2,6-dinitrophenol"),
    ("N,N-dimethyl", "N,O-dimethyl"),
    ("Co binds", "CO binds"),
    ("It forms No", "It forms NO"),
    ("NO, it is", "No, it is"),
    ("Is As toxic?", "Is In toxic?"),
    ("His is basic", "Is basic"),
    ("MeOH", "meOH"),
    ("a Me group", "a me group"),
    ("type I", "type II"),
    ("vitamin A", "vitamin"),
    ("the US label", "the us label"),
    ("metoprolol tartrate", "metoprolol succinate"),
    ("sodium chloride", "potassium chloride"),
    ("aspirin is safe", "aspirin is not safe"),
    ("aspirin isn't safe", "aspirin is safe"),
    ("aspirin can be used", "aspirin cannot be used"),
    ("No, aspirin helps", "No aspirin helps"),
    ("Not all of it, some", "Not, all of it some"),
    ("it increases the level", "it decreases the level"),
    ("take it before a meal", "take it after a meal"),
    ("with food", "without food"),
    ("reduced by 50 %", "reduced to 50 %"),
    ("from 5 to 10", "to 5 from 10"),
    ("it may cause harm", "it must cause harm"),
    ("it may cause harm", "it causes harm"),
    ("few patients", "some patients"),
    ("very common", "common"),
    ("a few patients", "few patients"),
    ("a little benefit", "little benefit"),
    ("Most toxic drugs", "The most toxic drugs"),
    ("one and a half tablets", "one half tablets"),
    ("a third of it", "the third of it"),
    ("vitamin a deficiency", "vitamin deficiency"),
    ("hepatitis a", "hepatitis"),
    ("chain A", "chain a"),
    ("5 a", "5"),
    ("5 A", "5 a"),
    ("1: 2", "1 2"),
    ("Patients know the risk", "Patients mention the risk"),
    ("A is larger than B", "B is larger than A"),
    ("A inhibited B", "A was inhibited by B"),
    ("the effect of A on B", "the effect on A of B"),
    ("A and B", "A or B"),
    ("A because B", "A although B"),
    ("it was approved", "it is approved"),
    ("heart failure", "kidney failure"),
    ("in adults", "in children"),
    ("When is it given?", "Where is it given?"),
    ("he was treated", "she was treated"),
    ("GAPDH", "gapdh"),
    ("the peptide FCYWK", "the peptide fcywk"),
    ("warfarin sodium", "warfarin"),
    ("aspi\u200brin", "aspirin"),
    ("aspirin", "aspirin\u202e"),
    ("x²", "x2"),
    ("5 ㎎", "5 mg"),
]
TOGETHER = [
    ("Aspirin is a drug.", "aspirin is a drug"),
    ("What is ASPIRIN?", "what is the ASPIRIN"),
    ("IBUPROFEN is sold", "ibuprofen is sold"),
    ("It is  soluble,\nin water!", "It is soluble in water"),
    ("“Aspirin” (an NSAID)", "Aspirin an NSAID"),
    ("**Aspirin** is sold", "Aspirin is sold"),
    ("5nM", "5 nM"),
    ("5 μg/mL", "5 µg/mL"),
    ("20%", "20 %"),
    ("−0.07", "-0.07"),
    ("the dose (5 mg).", "The dose 5 mg"),
    ("Please describe the dose of aspirin.", "Explain the dose of aspirin."),
    ("Could you please tell me the dose of aspirin?", "What is the dose of aspirin?"),
    ("However, the tumour grew", "Moreover, the tumor grew"),
    ("This shows that it was used", "This demonstrates that it was utilised"),
    ("What's the dose?", "What’s the dose?"),
    ("The toxicity", "toxicity"),
    ("the half-life", "this half-life"),
    ("Is it 5 mg?", "5 mg is it!"),
]


def read(text: str, closed: tuple[str, ...] = ()) -> list[str]:
    return protect_texts(pl.Series([text]), closed).to_list()[0]


@pytest.mark.parametrize(("one", "other"), APART, ids=[" / ".join(pair) for pair in APART])
def test_what_differs_in_a_fact_stays_apart(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(("one", "other"), TOGETHER, ids=[" / ".join(pair) for pair in TOGETHER])
def test_what_differs_in_manner_only_is_equal(one: str, other: str) -> None:
    assert read(one) == read(other)


def test_a_number_stands_with_its_unit_and_notations_as_they_are() -> None:
    text = "What is its molar mass? It is 180.16 g/mol, CC(=O)Oc1ccccc1C(=O)O; −0.07 V at 5μg/mL and 10 mg."
    assert read(text) == (
        ["molar", "mass", "180.16 g/mol", "CC(=O)Oc1ccccc1C(=O)O", "-0.07 V", "at", "5 µg/mL", "10 mg"]
    )


def test_a_closed_value_wins_over_benign_and_equal_words() -> None:
    assert read("it is a notable risk") == ["risk"]
    assert read("it is a Notable risk", ("notable",)) == ["notable", "risk"]
    assert read("It is a  Notable\nrisk of note", ("notable risk",)) == ["notable risk"]
    assert read("a large dose") == read("a big dose")
    assert read("a large dose", ("large", "small")) != read("a big dose", ("large", "small"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", []), ("the", []), ("aspirin", ["aspirin"]), (" \u00a0\n", []), ("?!", []), (None, []), ("\x1e", ["\x1e"])],
)
def test_short_texts(text: str | None, tokens: list[str]) -> None:
    assert protect_texts(pl.Series([text], dtype=pl.String)).to_list() == [tokens]


def test_no_rows_are_no_rows() -> None:
    assert protect_texts(pl.Series([], dtype=pl.String)).to_list() == []


def test_a_text_of_50_megabytes_is_read_in_seconds() -> None:
    text = "aspirin is 5 mg of the drug " * (50 * 2**20 // 28)
    start = time.process_time()
    joined = join_protected(pl.Series([text]))
    assert joined.str.count_matches("aspirin").item() == 50 * 2**20 // 28
    assert time.process_time() - start < 60


def test_slices_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series([f"aspirin {n} mg of the drug" * (n % 5) for n in range(200)])
    whole = join_protected(texts)
    monkeypatch.setattr(protect, "MAX_SLICE_BYTES", 100)
    assert join_protected(texts).equals(whole)


TEXTS = st.lists(st.text(max_size=60), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_text_is_read_alone_as_among_others(texts: list[str]) -> None:
    together = protect_texts(pl.Series(texts)).to_list()
    assert together == [read(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["aspirin", "5", "mg", "5mg", "(R)-x", "CCO", "not", "no,", "−2", "Co"]), max_size=8))
def test_benign_words_between_protected_tokens_change_nothing(tokens: list[str]) -> None:
    benign = sorted(read_benign_words())
    mixed = [word for n, token in enumerate(tokens) for word in (benign[n * 37 % len(benign)], token)]
    assert read(" ".join(mixed)) == read(" ".join(tokens))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aA5.,-−%()[]=#@/\\+ µμ", min_size=1, max_size=12))
def test_no_digit_and_no_symbol_is_lost(text: str) -> None:
    kept = "".join(read(text)).replace(" ", "")
    for symbol in "5%[]=#@/\\+":
        assert kept.count(symbol) == text.count(symbol)


def test_every_equal_word_is_read_as_the_first_of_its_line() -> None:
    for word, first in read_equal_words().items():
        assert read(f"x {word.capitalize() if len(word) > 3 and word.isalpha() else word}.") == ["x", first], word


def test_every_benign_word_is_left_out_at_any_place_of_a_sentence() -> None:
    for word in sorted(read_benign_words()):
        assert read(f"aspirin {word}, 5 mg") == ["aspirin", "5 mg"], word
