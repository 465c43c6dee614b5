import json
import sys
from pathlib import Path

import polars as pl
import pytest

from apothecary.curate.filters.tokens import count_tokens, hash_tokenizer
from apothecary.errors import SourceError

pytest.importorskip("tokenizers", reason="the extra `tokens` is not installed")

VOCABULARY = {"[UNK]": 0, "aspirin": 1, "weighs": 2, "g": 3, "180": 4, ".": 5, "16": 6}
TOKENIZER = {
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
    "padding": None,
    "added_tokens": [],
    "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None,
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": VOCABULARY, "unk_token": "[UNK]"},
}


@pytest.fixture
def tokenizer_file(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(TOKENIZER))
    return path


def test_tokens_are_counted_without_truncation(tokenizer_file: Path) -> None:
    texts = pl.Series(["Aspirin weighs 180.16 g", "", None, "what?"] + ["g g"] * 10_000)
    counts = count_tokens(texts, tokenizer_file)
    assert counts[:4].to_list() == [6, 0, 0, 2]
    assert counts[4:].unique().to_list() == [2]
    assert (counts.name, counts.dtype, len(hash_tokenizer(tokenizer_file))) == ("tokens", pl.UInt32, 64)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"version": "1.0"}', "\x00\x01"], ids=repr)
def test_a_file_that_is_no_tokenizer(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(SourceError, match=r"tokenizer\.json is no tokenizer file"):
        count_tokens(pl.Series(["a"]), path)


def test_a_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(SourceError, match="there is no tokenizer file"):
            count_tokens(pl.Series(["a"]), path)


def test_a_missing_extra(monkeypatch: pytest.MonkeyPatch, tokenizer_file: Path) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(SourceError, match=r"apothecary\[tokens\]"):
        count_tokens(pl.Series(["a"]), tokenizer_file)
