from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from apothecary.curate import semantic
from apothecary.curate.benchmark_files import ITEM
from apothecary.curate.semantic import list_neighbours, load_model, merge_alike
from apothecary.errors import RecipeError

WORDS = "aspirin helps against pain eases lowers fever the weight of is".split()  # noqa: SIM905


class Bag:
    """Counts words: the plainest embedding there is."""

    def encode(self, sentences: Sequence[str]) -> NDArray[Any]:
        return np.array([[text.lower().split().count(word) for word in WORDS] for text in sentences], dtype=float)


def make_items(*texts: str) -> pl.DataFrame:
    rows = [{"benchmark": "b", "item": str(n), "text": text} for n, text in enumerate(texts)]
    return pl.DataFrame([row | {"options": [], "answers": [], "contexts": []} for row in rows], schema=ITEM)


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_neighbours(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(semantic, "CHUNK_ROWS", chunk)
    texts = pl.Series(["the weight of aspirin", None, "aspirin helps", "aspirin helps against pain", "xyz"])
    found = list_neighbours(make_items("aspirin helps against pain", "xyz"), texts, Bag(), nearest=2)
    assert found.rows() == [
        ("b", "0", 1, 3, 1.0),
        ("b", "0", 2, 2, 0.7071),
        ("b", "1", 1, 0, 0.0),
        ("b", "1", 2, 1, 0.0),
    ]
    assert list_neighbours(make_items(), texts, Bag()).is_empty()
    assert list_neighbours(make_items("aspirin"), texts[:0], Bag()).is_empty()


@pytest.mark.parametrize("chunk", [1, 100])
def test_only_equal_keys_merge_and_without_chains(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(semantic, "CHUNK_ROWS", chunk)
    rows = [
        ("aspirin helps against pain", "k"),
        ("aspirin helps pain", "k"),  # 0.866 of the first
        ("helps pain", "k"),  # 0.816 of the second, 0.707 of the first: no chain
        ("aspirin helps against pain", "other"),
        ("aspirin helps against pain", None),
        ("aspirin helps against pain", None),
    ]
    texts, keys = (pl.Series([row[at] for row in rows]) for at in (0, 1))
    assert merge_alike(texts, keys, Bag(), 0.8).rows() == [(1, 0, 0.866)]
    assert merge_alike(texts, keys, Bag(), 0.7).rows() == [(1, 0, 0.866), (2, 0, 0.7071)]


def test_order_does_not_decide() -> None:
    draw = random.Random(3)
    rows = [(" ".join(draw.choices(WORDS, k=draw.randint(2, 6))), draw.choice("ab")) for _ in range(40)]
    moved = draw.sample(rows, 40)
    results = []
    for one in (rows, moved):
        found = merge_alike(pl.Series([text for text, _ in one]), pl.Series([key for _, key in one]), Bag(), 0.8)
        results.append(sorted((one[row], one[other], cosine) for row, other, cosine in found.iter_rows()))
    assert results[0] == results[1]
    assert results[0]


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "model2vec", None)
    with pytest.raises(RecipeError, match="needs the extra `semantic`") as error:
        load_model(tmp_path)
    assert "apothecary[semantic]" in error.value.hint


@pytest.mark.parametrize(
    ("files", "what"),
    [
        pytest.param(None, "no folder", id="missing"),
        pytest.param([], "no static model", id="empty"),
        pytest.param(["config.json", "model.safetensors", "tokenizer.json"], "cannot be read", id="damaged"),
    ],
)
def test_model_that_cannot_be_used(tmp_path: Path, files: list[str] | None, what: str) -> None:
    pytest.importorskip("model2vec", reason="needs the extra `semantic`")
    for name in files or []:
        (tmp_path / name).write_text("{")
    with pytest.raises(RecipeError, match=what) as error:
        load_model(tmp_path / "none" if files is None else tmp_path)
    assert error.value.hint


def test_a_real_static_model(tmp_path: Path) -> None:
    model2vec = pytest.importorskip("model2vec", reason="needs the extra `semantic`")
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {word: at for at, word in enumerate(["[UNK]", *WORDS])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    vectors = np.eye(len(vocabulary), dtype=np.float32)
    model2vec.StaticModel(vectors, tokenizer).save_pretrained(tmp_path)
    found = list_neighbours(
        make_items("aspirin helps"), pl.Series(["the weight", "aspirin helps"]), load_model(tmp_path)
    )
    assert found.select("row", "cosine").rows()[0] == (1, 1.0)
