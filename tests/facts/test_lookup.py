from __future__ import annotations

import polars as pl

from apothecary.facts.lookup import Lookup


def test_every_key_is_found_at_its_place() -> None:
    keys = pl.Series([f"key {n}" for n in range(5000)])
    assert Lookup(keys).find(keys).tolist() == list(range(5000))


def test_others_are_not_found() -> None:
    lookup = Lookup(pl.Series(["a", "b"]))
    assert lookup.find(pl.Series(["b", "c", None, "", "a"])).tolist() == [1, -1, -1, -1, 0]


def test_an_empty_list_finds_nothing() -> None:
    assert Lookup(pl.Series([], dtype=pl.String)).find(pl.Series(["a"])).tolist() == [-1]
    assert Lookup(pl.Series(["a"])).find(pl.Series([], dtype=pl.String)).tolist() == []


def test_a_repeated_key_ends() -> None:
    assert Lookup(pl.Series(["a", "a", "b"])).find(pl.Series(["b"])).tolist() == [2]
