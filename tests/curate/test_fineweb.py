from __future__ import annotations

import polars as pl
import pytest

from apothecary.curate import fineweb
from apothecary.curate.fineweb import cluster_fineweb, simplify_texts

BASE = "The melting point of the compound with this long name that the handbook gives on its first page is"


def test_numbers_case_and_punctuation_are_folded_as_datatrove_does() -> None:
    assert simplify_texts(pl.Series(["It's  5.25 µM, naïve (−3)!"])).to_list() == ["it s 0 µm naive −0"]


def test_rows_that_differ_in_a_number_are_one_cluster() -> None:
    texts = pl.Series([f"{BASE} {number} degrees" for number in range(5)] + ["Something else that has enough words"])
    assert cluster_fineweb(texts).tolist() == [0, 0, 0, 0, 0, 5]


def test_texts_shorter_than_a_shingle_are_never_joined() -> None:
    assert cluster_fineweb(pl.Series(["a b c d"] * 3 + [""] * 2)).tolist() == [0, 1, 2, 3, 4]


def test_clusters_are_closed_over_chains() -> None:
    words = [f"w{n}" for n in range(200)]
    texts = pl.Series([" ".join(words[n : n + 150]) for n in range(0, 50, 2)])
    assert set(cluster_fineweb(texts).tolist()) == {0}


def test_slices_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series([f"{BASE} {number % 7} {chr(97 + number % 3) * 9}" for number in range(40)])
    whole = cluster_fineweb(texts).tolist()
    monkeypatch.setattr(fineweb, "SLICE_ROWS", 7)
    assert cluster_fineweb(texts).tolist() == whole


def test_no_texts_have_no_clusters() -> None:
    assert cluster_fineweb(pl.Series([], dtype=pl.String)).tolist() == []
