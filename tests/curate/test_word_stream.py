from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.curate import word_stream
from apothecary.curate.word_stream import (
    HashSet,
    Names,
    fold_words,
    hash_windows,
    iter_chunks,
    list_mentions,
    read_stream,
)

NAMES = pl.DataFrame(
    {
        "name": ["aspirin", "acetylsalicylic acid", "2-acetoxybenzoic acid", "salicylic acid", "ibuprofen", "CO"],
        "entity_id": ["a", "a", "a", "s", "i", "x"],
    }
)


def read(text: str) -> list[int]:
    return read_stream(pl.Series([text]), Names(NAMES)).resolved.tolist()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Is ASPIRIN safe?", "is aspirin, safe", True, id="case-and-punctuation"),
        pytest.param("aspirin\tis\n safe", "Aspirin is safe.", True, id="white-space"),
        pytest.param("1,000 mg", "1000mg", True, id="thousands-and-glued-unit"),
        pytest.param("0.50 g", "0.5 g", True, id="last-zeros"),
        pytest.param("0,5 g", "0.5 g", True, id="decimal-comma"),
        pytest.param("5 mg", "50 mg", False, id="another-number"),
        pytest.param("acetylsalicylic acid works", "2-Acetoxybenzoic acid works", True, id="synonyms"),
        pytest.param("salicylic acid works", "acetylsalicylic acid works", False, id="another-compound"),
        pytest.param("Is CC(=O)O, sour?", "is (CC(=O)O) sour", True, id="notation-between-marks"),
        pytest.param("CC(=O)O is sour", "CC(=O)OC is sour", False, id="another-notation"),
        pytest.param("aspirin works", "ibuprofen works", False, id="another-name"),
    ],
)
def test_what_is_the_same(one: str, other: str, same: bool) -> None:
    assert (read(one) == read(other)) is same


def test_masked_words_and_spelling() -> None:
    texts = pl.Series(["Give 5 mg of acetylsalicylic acid.", None, "Give 70 mg of Ibuprofen."])
    stream = read_stream(texts, Names(NAMES))
    assert stream.rows.tolist() == [0] * 5 + [2] * 5
    assert stream.masked[:5].tolist() == stream.masked[5:].tolist()
    assert stream.spell(1, 4) == "5 mg of acetylsalicylic acid"
    assert stream.spell(9, 1) == "ibuprofen"


def test_names_do_not_reach_over_texts() -> None:
    found = list_mentions(pl.Series(["acetylsalicylic", "acid and aspirin, aspirin", "salicylic acid"]), Names(NAMES))
    assert found.rows() == [(1, "a"), (2, "s")]


def test_restricted_names() -> None:
    names = Names(NAMES).restrict(pl.Series(["i"]))
    assert list_mentions(pl.Series(["aspirin or ibuprofen"]), names)["entity_id"].to_list() == ["i"]


@given(size=st.integers(1, 40), words=st.integers(1, 20))
@settings(deadline=None)
def test_windows_are_told_apart(size: int, words: int) -> None:
    hashes = np.arange(size, dtype=np.uint64) % np.uint64(3)
    windows = hash_windows(hashes, words)
    texts = [tuple(hashes[at : at + words].tolist()) for at in range(size - words + 1)]
    assert len(windows) == len(texts)
    assert len(set(windows.tolist())) == len(set(texts))
    assert len(set(fold_words(hashes, np.arange(len(texts)), words).tolist())) == len(set(texts))


@given(members=st.lists(st.integers(0, 2**64 - 1), max_size=50), asked=st.lists(st.integers(0, 2**64 - 1), max_size=50))
@settings(deadline=None)
def test_hash_set(members: list[int], asked: list[int]) -> None:
    asked += members[::2]
    places, ranks = HashSet(np.array(members, dtype=np.uint64)).find(np.array(asked, dtype=np.uint64))
    assert places.tolist() == [at for at, one in enumerate(asked) if one in members]
    assert [sorted(set(members))[rank] for rank in ranks] == [asked[at] for at in places]


def test_chunks_join_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_stream, "CHUNK_ROWS", 3)
    monkeypatch.setattr(word_stream, "CHUNK_BYTES", 10)
    texts = pl.Series(["a", None, "bb", "c" * 30, "d", "e", "f", "g"])
    chunks = list(iter_chunks(texts))
    assert pl.concat([part for _, part in chunks]).to_list() == texts.to_list()
    assert [start for start, _ in chunks] == [0, 3, 6]
    assert list(iter_chunks(pl.Series([], dtype=pl.String))) == []
