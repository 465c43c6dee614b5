"""Texts to token counts, with the tokenizer file of the model that they are meant for (`tokenizer.json`)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import SourceError

_EXTRA = 'pip install "apothecary[tokens]"'


def count_tokens(texts: pl.Series, tokenizer_file: Path) -> pl.Series:
    """Texts (n) to their numbers of tokens (n, `tokens`, UInt32), without the special tokens of chat templates.

    A null text has 0. Raises SourceError when the file is missing or no tokenizer, or the extra is not installed.
    """
    tokenizer = load_tokenizer(tokenizer_file)
    counts: list[int] = []
    for batch in texts.fill_null("").to_frame("text").iter_slices(10_000):
        encoded = tokenizer.encode_batch_fast(batch["text"].to_list(), add_special_tokens=False)
        counts += [len(each) for each in encoded]
    return pl.Series("tokens", counts, dtype=pl.UInt32)


def load_tokenizer(tokenizer_file: Path) -> Any:
    """A tokenizer file to the tokenizer in it, which neither truncates nor pads."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise SourceError("token counts need the package tokenizers", hint=_EXTRA) from None
    expected = "the tokenizer.json of a model (the format of the tokenizers library)"
    if not tokenizer_file.is_file():
        what = f"there is no tokenizer file {tokenizer_file}"
        raise SourceError(what, where=str(tokenizer_file), expected=expected, hint="give the path of a tokenizer.json")
    try:
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:  # noqa: BLE001 - the library raises plain Exception
        what = f"{tokenizer_file.name} is no tokenizer file: {str(error).splitlines()[0][:200]}"
        hint = "a SentencePiece .model or a vocab.txt must be converted to tokenizer.json first"
        raise SourceError(what, where=str(tokenizer_file), expected=expected, hint=hint) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def hash_tokenizer(tokenizer_file: Path) -> str:
    """The sha256 of a tokenizer file, to say in a manifest which one counted."""
    return hashlib.sha256(tokenizer_file.read_bytes()).hexdigest()
