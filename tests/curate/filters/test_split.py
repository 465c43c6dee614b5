from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.split import (
    Parts,
    flatten,
    read_bytes,
    split_chunks,
    split_lines,
    split_newlines,
    split_runs,
    split_words,
    sum_segments,
)


def unflatten(parts: Parts) -> list[list[str]]:
    texts = parts.texts.to_list()
    return [texts[start:end] for start, end in pairwise(parts.offsets)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(" \n\t", [], id="white space"),
        pytest.param("a", ["a"], id="one letter"),
        pytest.param("2.34 mg/kg.", ["2.34", "mg/kg", "."], id="number and unit"),
        pytest.param("(see 1-(4-chlorophenyl)ethanol)", ["(", "see", "1-(4-chlorophenyl)ethanol", ")"], id="IUPAC"),
        pytest.param("CC(=O)Nc1ccc(O)cc1?", ["CC(=O)Nc1ccc(O)cc1", "?"], id="SMILES"),
        pytest.param("don't stop ...", ["don't", "stop", "..."], id="apostrophe and ellipsis"),
        pytest.param("µg, λ-max", ["µg", ",", "λ-max"], id="Greek"),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert unflatten(split_words(pl.Series([text]))) == [words]


@settings(deadline=None, max_examples=60)
@given(oracle.texts, oracle.texts)
def test_parts_are_those_of_python(one: str, two: str) -> None:
    texts = pl.Series([one, "", two])
    for text, lines in zip(texts, unflatten(split_lines(texts)), strict=True):
        assert lines == text.splitlines()
    for text, lines in zip(texts, unflatten(split_newlines(texts)), strict=True):
        assert lines == text.split("\n")
    for text, chunks in zip(texts, unflatten(split_chunks(texts)), strict=True):
        assert [chunk for part in chunks for chunk in part.split()] == text.split()
    assert [len(parts) for parts in unflatten(split_runs(texts, 2))][1] == 1


def test_a_null_list_has_no_parts() -> None:
    parts = flatten(pl.Series([["a", "b"], None, [], ["c"]]))
    assert unflatten(parts) == [["a", "b"], [], [], ["c"]]
    assert parts.owners.tolist() == [0, 0, 3]
    assert parts.sum(parts.lengths).tolist() == [2, 0, 0, 1]


def test_chosen_parts_keep_their_texts() -> None:
    parts = flatten(pl.Series([["a", "b"], ["c"], []]))
    assert unflatten(parts.select(np.array([False, True, False]))) == [["b"], [], []]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["aµ", "", "bb"], ["", "x", ""]], ids=str)
def test_bytes_of_texts(texts: list[str]) -> None:
    codes, offsets = read_bytes(pl.Series(texts, dtype=pl.String))
    assert [bytes(codes[start:end]).decode() for start, end in pairwise(offsets)] == texts
    assert sum_segments(np.ones(len(codes)), offsets).tolist() == [len(text.encode()) for text in texts]


def test_bytes_of_a_slice() -> None:
    codes, offsets = read_bytes(pl.Series(["one", "two", "three"])[1:])
    assert bytes(codes) == b"twothree"
    assert offsets.tolist() == [0, 3, 8]
