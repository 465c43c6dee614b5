import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.split import flatten, split_words
from apothecary.curate.filters.words import WORD_MEASURES, find_letters, find_symbols, measure_words

OF_WORDS = ("words", "mean_word_chars", "hash_word_ratio", "ellipsis_word_ratio", "alpha_word_share", "stop_words")


@settings(deadline=None, max_examples=60)
@given(oracle.messy, oracle.messy)
def test_measures_are_those_of_gopher(one: str, two: str) -> None:
    texts = pl.Series([one, "", two])
    words = split_words(texts)
    measured = measure_words(texts, words)
    assert measured.columns == list(WORD_MEASURES)
    for place, text in enumerate(texts):
        split = words.texts[words.offsets[place] : words.offsets[place + 1]].to_list()
        expected = oracle.count_quality(text, split)
        assert {name: measured[name][place] for name in OF_WORDS} == pytest.approx({n: expected[n] for n in OF_WORDS})


def test_counts_of_words() -> None:
    texts = pl.Series(["the drug and the dose", ""])
    measured = measure_words(texts, split_words(texts))
    assert measured.select("tokens", "words", "max_word_chars", "stop_words", "common_words").rows() == [
        (5, 5, 4, 2, 3),
        (0, 0, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("word", "symbol", "letter"),
    [
        pytest.param("a", False, True, id="letter"),
        pytest.param("1", False, False, id="digit"),
        pytest.param("...", True, False, id="full stops"),
        pytest.param("。", True, False, id="ideographic full stop"),
        pytest.param("µ", False, True, id="micro sign"),
        pytest.param("°", False, False, id="degree sign"),
        pytest.param("(λ)", False, True, id="Greek in brackets"),
        pytest.param("½", False, False, id="fraction"),
    ],
)
def test_kinds_of_words(word: str, symbol: bool, letter: bool) -> None:
    words = flatten(pl.Series([[word, "x"]]))
    assert find_symbols(words)[0] == symbol
    assert find_letters(words)[0] == letter
