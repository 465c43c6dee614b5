"""Texts near in meaning, by static embeddings of a model on disk: neighbours of test items, and equal statements.

Neighbours are a report for a person: cosine tells no leak from a question about the same drug. Rows are merged only
where a protected key is equal (all names, numbers and terms, see `protect`), so that the cosine judges the rest of the
wording alone. Nothing is ever fetched: the model is a folder (model2vec), and the extra `semantic` reads it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from apothecary.errors import RecipeError
from apothecary.recipe import Settings, Share

NEIGHBOUR = pl.Schema(
    {"benchmark": pl.String, "item": pl.String, "rank": pl.UInt32, "row": pl.UInt32, "cosine": pl.Float64}
)
MERGE = pl.Schema({"row": pl.UInt32, "other": pl.UInt32, "cosine": pl.Float64})
CHUNK_ROWS = 10_000
DIGITS = 4  # sums of floats differ in the last places from one machine to the next
MAX_HEADS = 256  # rows that another of the same key is held against


class SemanticDedup(Settings):
    """Rows with equal protected keys merge from this cosine on; `model` is a folder."""

    kind: Literal["semantic"] = "semantic"
    model: Annotated[str, Field(min_length=1)]
    min_cosine: Share = 0.95


class Encoder(Protocol):
    """What turns texts into vectors, one line each."""

    def encode(self, sentences: Sequence[str]) -> NDArray[Any]:
        """Texts (n) to vectors (n, d)."""


def load_model(folder: Path) -> Encoder:
    """A folder with a static model to its encoder; RecipeError when the extra or the model is missing."""
    try:
        model2vec = importlib.import_module("model2vec")
    except ImportError:
        hint = "pip install 'apothecary[semantic]', or leave the semantic stage out"
        raise RecipeError("the semantic stage needs the extra `semantic`", hint=hint) from None
    needed = ("config.json", "model.safetensors", "tokenizer.json")
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        what = "no static model here" if folder.is_dir() else "the model is no folder on this machine"
        hint = "name a folder that model2vec saved; models are not fetched"
        raise RecipeError(what, where=str(folder), expected=", ".join(needed), hint=hint)
    try:
        encoder: Encoder = model2vec.StaticModel.from_pretrained(folder)
    except Exception as error:  # noqa: BLE001 - whatever the library meets in a damaged folder
        reason = str(error).split("\n")[0]
        hint = "save the model again with model2vec"
        raise RecipeError(f"the model cannot be read: {reason}", where=str(folder), hint=hint) from None
    return encoder


def list_neighbours(items: pl.DataFrame, texts: pl.Series, encoder: Encoder, nearest: int = 3) -> pl.DataFrame:
    """ITEM rows and texts (n) to NEIGHBOUR: the rows nearest to each item, nearest first. Report only.

    Memory: the items' vectors and one chunk of rows.
    """
    if not items.height or not len(texts):
        return pl.DataFrame(schema=NEIGHBOUR)
    wanted = _encode(items["text"], encoder)
    best = np.full((len(wanted), 0), 0.0)
    rows = np.zeros((len(wanted), 0), dtype=np.int64)
    for start in range(0, len(texts), CHUNK_ROWS):
        chunk = _encode(texts[start : start + CHUNK_ROWS], encoder)
        best = np.hstack([best, np.round(wanted @ chunk.T, DIGITS)])
        rows = np.hstack([rows, np.broadcast_to(np.arange(len(chunk)) + start, (len(wanted), len(chunk)))])
        order = np.lexsort((rows, -best), axis=1)[:, :nearest]
        best, rows = np.take_along_axis(best, order, 1), np.take_along_axis(rows, order, 1)
    count = best.shape[1]
    named = items.select("benchmark", "item").with_row_index("at").select(pl.exclude("at").repeat_by(count).explode())
    found = named.with_columns(
        pl.Series("rank", np.tile(np.arange(1, count + 1), len(wanted))),
        pl.Series("row", rows.ravel()),
        pl.Series("cosine", best.ravel()),
    )
    return found.select(pl.col(name).cast(kind) for name, kind in NEIGHBOUR.items())


def merge_alike(texts: pl.Series, protected: pl.Series, encoder: Encoder, min_cosine: float) -> pl.DataFrame:
    """Texts (n) and their protected keys (n; null: never merged) to MERGE: rows that another row makes needless.

    Each row is held against the survivors of its own key, the longest text first, then by the text itself; no chain of
    merges. A loop over the few keys that several rows have.
    """
    rows = pl.DataFrame({"text": texts, "key": protected}).with_row_index("row").drop_nulls()
    shared = rows.filter(pl.col("key").is_duplicated()).sort(
        "key", pl.col("text").str.len_chars(), "text", "row", descending=[False, True, False, False]
    )
    lines: list[tuple[int, int, float]] = []
    for group, vectors in _iter_groups(shared, encoder):
        heads: list[int] = []
        for at, row in enumerate(group):
            cosines = np.round(vectors[heads] @ vectors[at], DIGITS)
            near = int(np.argmax(cosines)) if heads else -1
            if near >= 0 and cosines[near] >= min_cosine:
                lines.append((row, group[heads[near]], float(cosines[near])))
            elif len(heads) < MAX_HEADS:
                heads.append(at)
    return pl.DataFrame(lines, schema=MERGE, orient="row").sort("row")


def _iter_groups(shared: pl.DataFrame, encoder: Encoder) -> Iterator[tuple[list[int], NDArray[np.float64]]]:
    """Rows sorted by key to the rows of each key, with their vectors."""
    lengths = shared["key"].rle().struct.field("len").to_list()
    start, ends = 0, np.cumsum(lengths)
    for cut in _cut(ends):
        vectors = _encode(shared["text"][start:cut], encoder)
        first = start
        for end in ends[(ends > start) & (ends <= cut)].tolist():
            yield shared["row"][first:end].to_list(), vectors[first - start : end - start]
            first = end
        start = cut


def _cut(ends: NDArray[np.int64]) -> Iterator[int]:
    """The ends of groups to those at which about CHUNK_ROWS rows are full."""
    full = 0
    for at, end in enumerate(ends.tolist()):
        if end - full >= CHUNK_ROWS or at == len(ends) - 1:
            yield end
            full = end


def _encode(texts: pl.Series, encoder: Encoder) -> NDArray[np.float64]:
    """Texts (n, null counts as empty) to vectors (n, d) of length 1; a text without a known word is near to nothing."""
    vectors = np.nan_to_num(np.asarray(encoder.encode(texts.fill_null("").to_list()), dtype=np.float64))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float64] = vectors / np.where(lengths > 0, lengths, 1)
    return unit
