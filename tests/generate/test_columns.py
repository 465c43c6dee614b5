from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from apothecary.generate.columns import Job, Pool, build_lists, build_texts, spread
from apothecary.generate.segments import Segments, SlotBook


def make_segments(*wordings: str) -> Segments:
    return Segments(wordings, SlotBook())


def test_texts_of_jobs_of_any_width_go_to_their_targets() -> None:
    short, long = make_segments("plain", "{mw} g/mol"), make_segments("{a}, {b}, {c}, {d}, {e} and {f}")
    jobs = [
        Job(short, np.array([1, 0, 1]), [pl.Series(["1", "2", "3"])], np.array([4, 0, 2])),
        Job(long, np.array([0, 0]), [pl.Series([f"{name}1", f"{name}2"]) for name in "abcdef"], np.array([1, 3])),
    ]
    assert build_texts(jobs, 6).to_list() == [
        "plain",
        "a1, b1, c1, d1, e1 and f1",
        "3 g/mol",
        "a2, b2, c2, d2, e2 and f2",
        "1 g/mol",
        None,
    ]


def test_a_slot_without_a_text_makes_no_text() -> None:
    job = Job(make_segments("{mw} g/mol"), np.array([0, 0]), [pl.Series([None, "2"])], np.array([0, 1]))
    assert build_texts([job], 2).to_list() == [None, "2 g/mol"]


def test_a_pool_keeps_its_columns_apart_and_adds_each_once() -> None:
    pool = Pool()
    one, two = pool.add("one", pl.Series(["a", "b"])), pool.add("two", pl.Series(["c"]))
    assert pool.add("one", pl.Series(["never"])) == one
    assert pool.texts[[two, one + 1, 0, one]].to_list() == ["c", "b", None, "a"]
    three = pool.add("three", pl.Series(["d"]))
    assert pool.texts[[three, one]].to_list() == ["d", "a"]


@pytest.mark.parametrize(
    ("counts", "starts", "places"),
    [
        pytest.param([2, 0, 3], [10, 99, 4], [10, 11, 4, 5, 6], id="gaps and empty lists"),
        pytest.param([], [], [], id="nothing"),
    ],
)
def test_spread_lists_the_places_of_all_leaves(counts: list[int], starts: list[int], places: list[int]) -> None:
    assert spread(np.array(counts, dtype=np.int64), np.array(starts, dtype=np.int64)).tolist() == places


def test_lists_of_texts_and_of_structs() -> None:
    counts = np.array([2, 0, 1])
    texts = pl.Series(["a", "b", "c"])
    assert build_lists(counts, texts, empty_is_null=True).to_list() == [["a", "b"], None, ["c"]]
    structs = build_lists(counts, {"text": texts, "n": pl.Series([1, 2, 3], dtype=pl.Int8)}, empty_is_null=False)
    assert structs.to_list() == [[{"text": "a", "n": 1}, {"text": "b", "n": 2}], [], [{"text": "c", "n": 3}]]
    assert structs.dtype == pl.List(pl.Struct({"text": pl.String, "n": pl.Int8}))
