from __future__ import annotations

import numpy as np
import polars as pl

from apothecary.facts.columns import equal_texts, join_columns, open_lists, take


def test_values_are_taken_from_one_chunk_or_many() -> None:
    column = pl.concat([pl.Series(["a", "b"]), pl.Series(["c"])], rechunk=False)
    assert column.n_chunks() == 2
    assert take(column, np.array([2, 0, 2])).to_list() == ["c", "a", "c"]
    assert take(column, np.array([True, False])).to_list() == ["b", "a"]


def test_null_equals_nothing() -> None:
    assert equal_texts(pl.Series(["a", None, None]), pl.Series(["a", "a", None])).tolist() == [True, False, False]
    assert equal_texts(pl.Series(["a", None]), "a").tolist() == [True, False]


def test_columns_and_constants_are_joined() -> None:
    assert join_columns([pl.Series(["a", "b"]), "-", pl.Series(["1", None])]).to_list() == ["a-1", None]
    assert join_columns([pl.Series(["a", "b"]), pl.Series(["1", "2"])]).to_list() == ["a1", "b2"]


def test_lists_open_with_null_and_empty_alike() -> None:
    opened = open_lists(pl.Series([["a", "b"], None, [], ["c"]]))
    assert opened.flat.to_list() == ["a", "b", "c"]
    assert opened.size.tolist() == [2, 0, 0, 1]
    assert opened.start.tolist() == [0, 2, 2, 2]


def test_lists_of_nothing_open() -> None:
    assert len(open_lists(pl.Series([None, None], dtype=pl.List(pl.String))).flat) == 0
