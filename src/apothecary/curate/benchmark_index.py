"""Benchmark items to an index of their wording and their content, for `contamination` to hold rows against.

The text of an item is cut into pieces of at most 50 words. Of each piece the index knows its n-grams on masked text
(numbers and known names are slots), and its content: the *values* (numbers by value, names by entity, notations and
words with digits) and the *words* that are rare among the items. A piece shorter than an n-gram is known as a whole.

A question that says nothing by itself ("Which of the following is true?": asked of several items, or without content)
has the words of its options as content too, in any order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from pydantic import Field

from apothecary.curate.benchmark_files import ITEM
from apothecary.curate.word_stream import (
    NO_NAMES,
    SEED,
    HashSet,
    Names,
    Places,
    Stream,
    fold_words,
    hash_windows,
    list_mentions,
    read_stream,
)
from apothecary.recipe import Settings, Share

ANCHOR = 2  # words: what a question needs to be judged, and what a piece shorter than an n-gram is found by
FEW_WORDS = 4  # "Skeletal muscles:" asks nothing until its options are there
NO_CONTENT = np.uint64(0)  # the anchor of a piece that has no content
COMMON_ITEMS = 2  # a word in this many items, or fewer, is never common


class NgramContamination(Settings):
    """When a row shows a test item; the defaults join the rules of GPT-3 (13 words) and PaLM (70 % of the 8-grams).

    The wording is shared when a run of `words` words is, or `min_share` of the n-grams of `share_words` words. The row
    must then also hold `min_values` of the numbers, names and notations, and `min_words` of the rare words.
    """

    kind: Literal["ngram"] = "ngram"
    words: Annotated[int, Field(ge=5, le=100)] = 13
    share_words: Annotated[int, Field(ge=5, le=50)] = 8
    min_share: Share = 0.7
    min_values: Share = 1.0
    min_words: Share = 0.8
    common_share: Share = 0.02  # a word in a larger share of the items is common: it is no content
    piece_words: Annotated[int, Field(ge=20, le=1000)] = 50
    contexts: bool = False  # whether the texts that questions are asked about are held out too


@dataclass(frozen=True)
class Index:
    """What rows are held against; `pieces` tells which item each piece belongs to."""

    settings: NgramContamination
    names: Names  # those of the entities that the items name
    grams: HashSet
    anchors: HashSet  # pairs of words of the short pieces
    contents: HashSet
    pieces: pl.DataFrame  # piece, benchmark, item, part, grams, values, words
    postings: pl.DataFrame  # gram, piece, at: where each n-gram stands
    keys: pl.DataFrame  # word, piece: one of these words is in every row that holds the piece's content
    content: pl.DataFrame  # piece, word, is_value
    short: pl.DataFrame  # anchor, piece, offset, length, whole
    skipped: pl.DataFrame  # benchmark, item, part: one word, or nothing but common words, and no options


def build_index(
    items: pl.DataFrame,
    names: pl.DataFrame | None = None,
    settings: NgramContamination | None = None,
    benign: Collection[str] | None = None,
) -> Index:
    """ITEM rows, and `name, entity_id` of the knowledge base, to the index.

    With `benign`, the common words of the language, every other word counts as a value (default-deny); without it,
    words are told apart by how many items have them.
    """
    chosen = settings or NgramContamination()
    parts = list_parts(items, contexts=chosen.contexts, shortest_context=2 * chosen.share_words)
    known = Names(NO_NAMES if names is None else names)
    known = known.restrict(list_mentions(pl.concat([parts["text"], parts["options"]]), known)["entity_id"])
    stream = read_stream(parts["text"], known)
    counts = np.bincount(stream.rows, minlength=parts.height)
    sizes = -(-counts // chosen.piece_words)  # pieces a part
    starts = np.cumsum(counts) - counts
    inside = np.arange(len(stream.rows)) - starts[stream.rows]
    piece = (np.cumsum(sizes) - sizes)[stream.rows] + inside * sizes[stream.rows] // np.maximum(counts, 1)[stream.rows]
    part_of = np.repeat(np.arange(parts.height), sizes)
    length = np.bincount(piece, minlength=len(part_of))
    content = _list_content(parts, stream, piece, part_of, known, chosen, benign)
    postings = _list_grams(stream, piece, chosen.share_words)
    short = _list_short(stream, piece, length, chosen.share_words)
    totals = content.group_by("piece").agg(
        pl.col("is_value").sum().alias("values"), (~pl.col("is_value")).sum().alias("words")
    )
    pieces = pl.DataFrame({"piece": np.arange(len(part_of)), "part_of": part_of, "length": length})
    pieces = (
        pieces.join(postings.group_by("piece").len("grams"), on="piece", how="left", maintain_order="left")
        .join(totals, on="piece", how="left", maintain_order="left")
        .with_columns(pl.col("grams", "values", "words").fill_null(0))
        .with_columns(parts[name].gather(part_of) for name in ("benchmark", "item", "part"))
    )
    bare = pieces.filter((pl.col("length") < chosen.share_words) & (pl.col("values") + pl.col("words") == 0))
    short = short.join(bare, on="piece", how="anti", maintain_order="left")
    bad = np.union1d(bare["part_of"].to_numpy(), np.flatnonzero(counts < ANCHOR))
    return Index(
        settings=chosen,
        names=known,
        grams=HashSet(postings["gram"].to_numpy()),
        anchors=HashSet(short["anchor"].to_numpy()),
        contents=HashSet(content["word"].to_numpy()),
        pieces=pieces.drop("part_of", "length"),
        postings=postings,
        keys=_choose_keys(content, pieces, chosen),
        content=content.drop("items"),
        short=short,
        skipped=parts[bad].select("benchmark", "item", "part"),
    )


def list_parts(items: pl.DataFrame, *, contexts: bool, shortest_context: int = 0) -> pl.DataFrame:
    """ITEM rows to the texts that are held out: `benchmark, item, part, text, options, vague`.

    `vague` questions stand in several items, each with options of its own, or are a few words and no question. Of the
    contexts, those with fewer words than `shortest_context` are left out.
    """
    frame = items.select(ITEM.names()).with_columns(pl.col("options").list.join("\n").fill_null("").alias("options"))
    key = pl.col("text").str.to_lowercase().str.replace_all(r"\W+", " ").str.strip_chars()
    words, asks = pl.col("key").str.count_matches(r"\w+"), pl.col("text").str.strip_chars().str.ends_with("?")
    asked = frame.with_columns(key.alias("key"), pl.lit("question").alias("part")).with_columns(
        ((pl.col("options").n_unique().over("key") > COMMON_ITEMS) | (words < FEW_WORDS) & ~asks).alias("vague"),
    )
    columns = ["benchmark", "item", "part", "text", "options", "vague"]
    if not contexts:
        return asked.select(columns)
    held = frame.explode("contexts", keep_nulls=False, empty_as_null=False).with_columns(
        pl.lit("context").alias("part"),
        pl.col("contexts").alias("text"),
        pl.lit("").alias("options"),
        pl.lit(value=False).alias("vague"),
    )
    held = held.filter(pl.col("text").str.count_matches(r"\w+") >= shortest_context)
    return pl.concat([asked.select(columns), held.select(columns)])


def _list_grams(stream: Stream, piece: Places, words: int) -> pl.DataFrame:
    """Words (t) and their pieces (t) to the n-grams that lie in one piece: `gram, piece, at`."""
    grams = hash_windows(stream.masked, words)
    inside = np.flatnonzero(piece[: len(grams)] == piece[words - 1 :][: len(grams)])
    slots = np.cumsum(np.concatenate([[0], stream.resolved != stream.masked]))
    wordy = (slots[inside + words] - slots[inside]) * 2 <= words
    some = np.isin(piece[inside], piece[inside[wordy]])
    inside = inside[wordy | ~some]  # an n-gram of slots says nothing, unless there is nothing else
    columns: dict[str, Any] = {"gram": grams[inside], "piece": piece[inside], "at": inside}
    return pl.DataFrame(columns, schema={"gram": pl.UInt64, "piece": pl.Int64, "at": pl.Int64})


def _list_short(stream: Stream, piece: Places, length: Places, words: int) -> pl.DataFrame:
    """Pieces that hold no n-gram to how they are found: the rarest pair of words, where it stands, and the whole."""
    starts = np.searchsorted(piece, np.arange(len(length)))
    chosen = np.flatnonzero((length >= ANCHOR) & (length < words))
    _, which, seen = np.unique(stream.resolved, return_inverse=True, return_counts=True)
    rarity = seen[which]
    anchors = hash_windows(stream.resolved, ANCHOR)
    schema = {"anchor": pl.UInt64, "piece": pl.Int64, "offset": pl.Int64, "length": pl.Int64, "whole": pl.UInt64}
    found = []
    for at in chosen.tolist():  # a few thousand short questions at most
        start, size = int(starts[at]), int(length[at])
        sums = rarity[start : start + size - 1] * rarity[start + 1 : start + size]
        offset = int(np.argmin(sums))
        whole = fold_words(stream.resolved, np.array([start]), size)[0]
        found.append((anchors[start + offset], at, offset, size, whole))
    return pl.DataFrame(found, schema=schema, orient="row")


def _list_content(
    parts: pl.DataFrame,
    stream: Stream,
    piece: Places,
    part_of: Places,
    names: Names,
    settings: NgramContamination,
    benign: Collection[str] | None,
) -> pl.DataFrame:
    """The content of each piece: `piece, word, is_value, items` (in how many parts the word stands)."""
    words = _tell_values(stream, benign).with_columns(pl.Series("piece", piece), pl.Series("row", stream.rows))
    options = read_stream(parts["options"], names)
    offered = _tell_values(options, benign).with_columns(pl.Series("row", options.rows))
    seen = (
        pl.concat([words.select("row", "word"), offered.select("row", "word")]).unique().group_by("word").len("items")
    )
    most = max(COMMON_ITEMS, settings.common_share * parts.height)
    rare = pl.col("is_value") | (pl.col("items") <= most)
    own = (
        words.join(seen, on="word")
        .filter(rare)
        .group_by("piece", "word")
        .agg(pl.col("is_value").any(), pl.col("items").first())
    )
    firsts = pl.DataFrame({"row": part_of, "piece": np.arange(len(part_of))})
    held = firsts.join(
        own.select("piece").unique().with_columns(pl.lit(value=True).alias("has")), on="piece", how="left"
    )
    vague = pl.Series("vague", parts["vague"].gather(part_of))
    held = held.sort("piece").with_columns(vague).filter(pl.col("vague") | pl.col("has").is_null())
    more = held.join(offered.unique(), on="row").join(seen, on="word").filter(rare)
    extra = more.select("piece", "word", pl.lit(value=True).alias("is_value"), "items")
    columns = ["piece", "word", "is_value", "items"]
    both = pl.concat([own.select(columns), extra.select(columns)])
    return both.group_by("piece", "word").agg(pl.col("is_value").any(), pl.col("items").first()).sort("piece", "word")


def _tell_values(stream: Stream, benign: Collection[str] | None) -> pl.DataFrame:
    """Words (t) to `word, is_value` (t)."""
    is_value = stream.tokens.gather(stream.starts).str.contains(r"[0-9=#@\[(]").to_numpy()
    is_value |= stream.resolved != stream.masked
    if benign is not None:
        known = HashSet(pl.Series(sorted(benign), dtype=pl.String).hash(SEED).to_numpy())
        strange = np.ones(len(is_value), dtype=np.bool_)
        strange[known.find(stream.resolved)[0]] = False
        is_value |= strange
    return pl.DataFrame(
        {"word": stream.resolved, "is_value": is_value}, schema={"word": pl.UInt64, "is_value": pl.Boolean}
    )


def _choose_keys(content: pl.DataFrame, pieces: pl.DataFrame, settings: NgramContamination) -> pl.DataFrame:
    """Content to the words that find a piece: the rarest, one more than may be missing, so that no piece is lost."""
    missing = pl.when("is_value").then(1 - settings.min_values).otherwise(1 - settings.min_words)
    group = ["piece", "is_value"]
    ranked = content.sort("piece", "is_value", "items", "word").with_columns(
        pl.int_range(pl.len()).over(group).alias("rank"), (pl.len().over(group) * missing + 1e-9).floor().alias("spare")
    )
    needed = ranked.filter(pl.col("rank") <= pl.col("spare"))
    cost = needed.group_by(group).agg(pl.col("items").sum().alias("cost")).sort("piece", "cost", "is_value")
    cheap = cost.unique("piece", keep="first", maintain_order=True).select(group)
    keys = needed.join(cheap, on=group, how="semi").select("word", "piece")
    bare = pieces.filter(~pl.col("piece").is_in(content["piece"].unique().implode()))
    return pl.concat([keys, bare.select(pl.lit(NO_CONTENT, pl.UInt64).alias("word"), "piece")])
