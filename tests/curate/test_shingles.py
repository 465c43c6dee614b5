from __future__ import annotations

import polars as pl
import pytest

from apothecary.curate.shingles import Candidates, list_words, measure_overlap, shingle_words, tell_difference


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert list_words(pl.Series(["(Aspirin) is, 5.0 mg!\n", ""])) == [["aspirin", "is", "5.0", "mg"], [""]]


def test_words_to_shingles() -> None:
    assert shingle_words(["a", "b", "c"], 2) == {"a b", "b c"}
    assert shingle_words(["a"], 2) == {"a"}
    assert shingle_words([""], 2) == {""}


def test_overlap_is_the_jaccard_similarity() -> None:
    assert measure_overlap(frozenset("abc"), frozenset("bcd")) == 0.5
    assert measure_overlap(frozenset([""]), frozenset([""])) == 1.0


def test_the_difference_is_told_from_both_sides() -> None:
    assert tell_difference(["a", "b", "b"], ["b", "c"]) == "here: a b; there: c"
    assert tell_difference(["a", "b"], ["b", "a"]) == "only punctuation, case or order differ"
    assert tell_difference([str(n) for n in range(100, 120)], []).startswith("here: 100 101")


@pytest.mark.parametrize("compare_all", [2, 1000], ids=["by MinHash", "all"])
def test_alike_rows_are_proposed_and_unlike_rows_are_not(compare_all: int) -> None:
    words = [[f"{row}-{n}" for n in range(30)] for row in range(50)]
    shingles = [shingle_words(own, 2) for own in words] * 2
    candidates = Candidates(shingles, 20, 4, compare_all, 16)
    for row in range(50):
        if compare_all == 2 and row > 2:
            assert candidates.propose(row) == []
        candidates.admit(row)
    assert all(row in candidates.propose(50 + row) for row in range(50))


def test_comparisons_of_one_row_are_bounded() -> None:
    shingles = [shingle_words(["a", "b", "c", "d"], 2)] * 40
    candidates = Candidates(shingles, 20, 4, 0, 5)
    for row in range(39):
        candidates.admit(row)
    assert candidates.propose(39) == [0, 1, 2, 3, 4]
