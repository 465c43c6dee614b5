import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.curate.filters import oracle

from apothecary.curate.filters.ngrams import NGRAM_MEASURES, group_keys, measure_ngrams
from apothecary.curate.filters.split import flatten, split_words

few_words = st.lists(st.sampled_from(["a", "bb", "the", "c"]), max_size=60)


@settings(deadline=None, max_examples=60)
@given(st.lists(few_words, max_size=4))
def test_shares_are_those_of_the_published_walk(split: list[list[str]]) -> None:
    texts = pl.Series([" ".join(words) for words in split], dtype=pl.String)
    measured = measure_ngrams(texts, flatten(pl.Series(split, dtype=pl.List(pl.String))))
    assert measured.columns == list(NGRAM_MEASURES)
    for place, (text, words) in enumerate(zip(texts, split, strict=True)):
        expected = oracle.count_repetition(text, words)
        expected = {name: value for name, value in expected.items() if "gram" in name}
        assert {name: measured[name][place] for name in expected} == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(oracle.texts)
def test_any_text_is_measured(text: str) -> None:
    texts = pl.Series([text])
    measured = measure_ngrams(texts, split_words(texts))
    assert all(np.isfinite(value) for value in measured.row(0))


def test_texts_do_not_repeat_each_other() -> None:
    texts = pl.Series(["one two three four five six seven"] * 3)
    measured = measure_ngrams(texts, split_words(texts))
    assert measured["dup_5gram_char_share"].to_list() == [0, 0, 0]


def test_only_the_sizes_wanted() -> None:
    texts = pl.Series(["a b a b a b a b"])
    wanted = ["dup_5gram_char_share", "top_2gram_char_share"]
    measured = measure_ngrams(texts, split_words(texts), wanted)
    assert measured.columns == ["top_2gram_char_share", "dup_5gram_char_share"]
    assert measured.row(0) == pytest.approx((12 / 15, 5 / 15))


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([], id="none"),
        pytest.param([7], id="one"),
        pytest.param([7, 3, 7, 9, 7], id="repeats"),
        pytest.param([1, 2, 1, 2, 3, 1], id="keys that differ in low bits only"),
        pytest.param([2**64 - 1, 0, 2**64 - 1], id="largest"),
    ],
)
def test_groups_are_of_equal_keys(keys: list[int]) -> None:
    order, starts, sizes = group_keys(np.array(keys, dtype=np.uint64))
    groups = [order[start : start + size].tolist() for start, size in zip(starts, sizes, strict=True)]
    expected = [[place for place, key in enumerate(keys) if key == value] for value in sorted(set(keys))]
    assert groups == expected
