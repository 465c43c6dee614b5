"""n-grams against a plain count in Python."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from apothecary.report.ngrams import count_lengths, hash_ngrams, join_turns, measure_texts


def talk(*texts: str) -> pl.Series:
    rows = [[{"role": "system", "content": "be brief"}, {"role": "user", "content": text}] for text in texts]
    return pl.Series("messages", rows)


def count_plainly(texts: list[str], n: int) -> list[tuple[str, ...]]:
    split = [text.lower().split() for text in texts]
    return [tuple(words[at : at + n]) for words in split for at in range(len(words) - n + 1)]


@pytest.mark.parametrize("n", [1, 2, 4])
def test_as_many_as_a_plain_count(n: int) -> None:
    letters = random.Random(3)
    texts = [" ".join(letters.choices("abcde", k=letters.randint(1, 9))) for _ in range(300)]
    plain = count_plainly(texts, n)
    hashes = hash_ngrams(talk(*texts), n)
    assert len(hashes) == len(plain)
    assert len(np.unique(hashes)) == len(set(plain))


def test_a_sample_of_hashes_keeps_the_proportion() -> None:
    texts = [f"w{number} w{number + 1} w{number * 7} w{number * 13} w{number + 5}" for number in range(40_000)]
    whole = len(np.unique(hash_ngrams(talk(*texts))))
    kept = len(np.unique(hash_ngrams(talk(*texts), kept_of=16))) * 16
    assert kept == pytest.approx(whole, rel=0.05)


def test_system_turns_are_left_out() -> None:
    assert join_turns(talk("one two"))[0] == "one two"


def test_equal_texts_are_less_varied_than_different_ones() -> None:
    same = measure_texts(talk(*["the mass of aspirin is 180.16 g/mol"] * 200))
    words = random.Random(1)
    other = measure_texts(talk(*[" ".join(str(words.random()) for _ in range(8)) for _ in range(200)]))
    assert same["compression_ratio"] > 5 * other["compression_ratio"]
    assert (same["self_repetition"], other["self_repetition"]) == (1.0, 0.0)
    assert same["distinct_ngrams"]["4"] < 0.01 < other["distinct_ngrams"]["4"]


def test_nothing_to_measure_is_no_error() -> None:
    assert len(hash_ngrams(talk(""))) == 0
    assert measure_texts(talk("word"))["self_repetition"] == 0


def test_lengths_fall_into_their_bins() -> None:
    edges = [0, 2, 4, 100]
    texts = pl.Series(["", "a", "ab", "abc", "abcd", None])
    assert count_lengths(texts, edges) == [3, 2, 1]
    assert all(low < high for low, high in pairwise(edges))
