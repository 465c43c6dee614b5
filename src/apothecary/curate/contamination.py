"""Rows against benchmark items: which rows show a test item, with the shared words as proof.

A row shows an item when it shares the item's *wording and* its *content*:

1. *Wording.* On masked text (numbers and known names are slots) the row has a run of 13 words of the item, or 70 % of
   its 8-grams. A question shorter than an n-gram must stand in the row as a whole, and a sentence, a line or the text
   end there; names are resolved and numbers taken by value.
2. *Content.* The row also has all numbers, names and notations of the item (a name under any of its synonyms), and of
   the words that are rare among the items at least four in five.

Wording alone would flag every row that shares a template with a test item; content alone every row about its compound.
Both together flag the same question about the same thing, wherever in the row it stands.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.curate.benchmark_index import ANCHOR, NO_CONTENT, Index, NgramContamination, build_index
from apothecary.curate.keys import join_turns
from apothecary.curate.word_stream import WORD, Places, Stream, fold_words, hash_windows, iter_chunks, read_stream

__all__ = ["OVERLAP", "Index", "NgramContamination", "build_index", "choose_proofs", "find_overlaps", "join_texts"]

OVERLAP = pl.Schema(
    {
        "row": pl.UInt32,
        "benchmark": pl.String,
        "item": pl.String,
        "part": pl.String,  # question or context
        "share": pl.Float64,  # of the piece's n-grams that the row has
        "run": pl.UInt32,  # words in the longest shared run
        "proof": pl.String,  # the first shared n-gram, as it stands in the row, in lower case
    }
)
_MARKS = "?.!:;\n"
_ENDS = WORD + r"|[?.!:;\n]"
_PAIR = ("row", "piece")


def join_texts(rows: pl.DataFrame) -> pl.Series:
    """EXAMPLE rows, or any with `prompt, response, history` (n), to all that a model sees of them (n).

    The response matters where it could repeat a question; for rows of templates `join_turns` alone takes half the time.
    """
    return rows.select(pl.concat_str(join_turns(rows), pl.col("response").fill_null(""), separator="\n")).to_series()


def find_overlaps(texts: pl.Series, index: Index) -> pl.DataFrame:
    """Texts (n, null counts as empty) and the index to OVERLAP: one line for each row and item it shows.

    What is found depends on each text alone. Sorted by row, benchmark and item.
    """
    found = [pl.DataFrame(schema=OVERLAP)]
    for start, part in iter_chunks(texts):
        overlaps = _search(part, index)
        if overlaps.height:
            found.append(overlaps.with_columns((pl.col("row") + start).cast(pl.UInt32)))
    return pl.concat(found)


def choose_proofs(overlaps: pl.DataFrame) -> pl.DataFrame:
    """OVERLAP lines to one a row (`row, detail, score`): the item it shows most of, and the shared words."""
    best = overlaps.sort("row", "share", "run", "benchmark", "item", descending=[False, True, True, False, False])
    proof = pl.format("{} {}: {}", "benchmark", "item", "proof")
    lines = best.unique("row", keep="first", maintain_order=True)
    return lines.select("row", proof.alias("detail"), pl.col("share").alias("score"))


def _search(texts: pl.Series, index: Index) -> pl.DataFrame:
    """A chunk of texts to OVERLAP rows."""
    stream = read_stream(texts, index.names)
    hits = _find_grams(stream, index)
    whole = _find_short(texts, stream, index)
    rows = pl.concat([hits["row"], whole["row"]]).unique().to_numpy()
    if not len(rows):
        return pl.DataFrame(schema=OVERLAP)
    held = _list_held(stream, rows, index)
    worded = pl.concat([_judge_wording(_match(hits, held, index), index), whole])
    sure = _judge_content(worded, held, index)
    if not sure.height:
        return pl.DataFrame(schema=OVERLAP)
    words = [index.settings.share_words] * sure.height
    proof = [stream.spell(at, min(n, run)) for at, n, run in zip(sure["place"], words, sure["run"], strict=True)]
    named = sure.with_columns(pl.Series("proof", proof, dtype=pl.String)).join(index.pieces, on="piece", how="left")
    best = named.sort(
        "row", "benchmark", "item", "share", "run", "piece", descending=[False] * 3 + [True] * 2 + [False]
    )
    return best.unique(["row", "benchmark", "item"], keep="first", maintain_order=True).select(
        pl.col(name).cast(kind) for name, kind in OVERLAP.items()
    )


def _find_grams(stream: Stream, index: Index) -> pl.DataFrame:
    """A stream to the n-grams of items in it: `row, gram, place`."""
    words = index.settings.share_words
    places, ranks = index.grams.find(hash_windows(stream.masked, words))
    inside = stream.rows[places] == stream.rows[places + words - 1] if len(places) else np.zeros(0, dtype=np.bool_)
    places, ranks = places[inside], ranks[inside]
    return pl.DataFrame(
        {"row": stream.rows[places], "gram": index.grams.members[ranks], "place": places},
        schema={"row": pl.Int64, "gram": pl.UInt64, "place": pl.Int64},
    )


def _find_short(texts: pl.Series, stream: Stream, index: Index) -> pl.DataFrame:
    """Texts and their stream to the short pieces that stand in them as a whole: `row, piece, share, run, place`."""
    schema = {"row": pl.Int64, "piece": pl.Int64, "share": pl.Float64, "run": pl.Int64, "place": pl.Int64}
    found = [pl.DataFrame(schema=schema)]
    if not index.short.height:
        return found[0]
    places, ranks = index.anchors.find(hash_windows(stream.resolved, ANCHOR))
    near = pl.DataFrame({"anchor": index.anchors.members[ranks], "at": places}).join(index.short, on="anchor")
    for (length,), group in near.group_by("length", maintain_order=True):
        size = int(str(length))
        starts = (group["at"] - group["offset"]).to_numpy()
        fits = (starts >= 0) & (starts + size <= len(stream.rows))
        group, starts = group.filter(pl.Series(fits)), starts[fits]
        same = stream.rows[starts] == stream.rows[starts + size - 1]
        same &= fold_words(stream.resolved, starts, size) == group["whole"].to_numpy()
        group, starts = group.filter(pl.Series(same)), starts[same]
        ends = _see_ends(texts, stream, starts + size)
        rows = pl.Series("row", stream.rows[starts[ends]], dtype=pl.Int64)
        place = pl.Series("place", starts[ends], dtype=pl.Int64)
        chosen = group.filter(pl.Series(ends)).select("piece").with_columns(rows, place)
        found.append(
            chosen.select("row", "piece", pl.lit(1.0).alias("share"), pl.lit(size).cast(pl.Int64).alias("run"), "place")
        )
    return pl.concat(found).sort("row", "piece", "place").unique(_PAIR, keep="first", maintain_order=True)


def _see_ends(texts: pl.Series, stream: Stream, after: Places) -> NDArray[np.bool_]:
    """Whether a sentence, a line or the text ends before the words at `after` (k): so that a question is not the
    beginning of a longer one. A loop over the few rows that hold a whole short question."""
    ends = np.zeros(len(after), dtype=np.bool_)
    if not len(after):
        return ends
    rows = stream.rows[after - 1]
    marked = texts.gather(rows).str.to_lowercase().str.extract_all(_ENDS)
    first = np.searchsorted(stream.rows, rows)
    for at, (row, tokens) in enumerate(zip(rows, marked, strict=True)):
        if after[at] == len(stream.rows) or stream.rows[after[at]] != row:
            ends[at] = True
            continue
        left = int(stream.starts[after[at]] - stream.starts[first[at]])
        for token, following in pairwise(tokens):
            left -= token not in _MARKS
            if left == 0:
                ends[at] = following in _MARKS
                break
    return ends


def _list_held(stream: Stream, rows: Places, index: Index) -> pl.DataFrame:
    """The content of items that some rows hold: `row, word`, and the word that stands for no content for each row."""
    wanted = np.zeros(int(stream.rows[-1]) + 1, dtype=np.bool_)
    wanted[rows] = True
    chosen = np.flatnonzero(wanted[stream.rows])
    places, ranks = index.contents.find(stream.resolved[chosen])
    schema = {"row": pl.Int64, "word": pl.UInt64}
    held = pl.DataFrame({"row": stream.rows[chosen[places]], "word": index.contents.members[ranks]}, schema=schema)
    none = pl.DataFrame({"row": rows, "word": np.full(len(rows), NO_CONTENT)}, schema=schema)
    return pl.concat([held.unique(), none])


def _match(hits: pl.DataFrame, held: pl.DataFrame, index: Index) -> pl.DataFrame:
    """Hits to the pieces that they may belong to: `row, piece, at, place`. Only pieces one of whose keys the row has.

    A templated benchmark shares each n-gram with thousands of items: then the keys are looked at first.
    """
    counted = index.postings.group_by("gram").len("n")
    by_gram = hits.join(counted, on="gram")["n"].sum()
    by_key = held.join(index.keys.group_by("word").len("n"), on="word")["n"].sum()
    if by_gram <= 20 * by_key:
        matched = hits.join(index.postings, on="gram")
        pairs = matched.select(_PAIR).unique().join(index.keys, on="piece").join(held, on=["row", "word"], how="semi")
        return matched.join(pairs, on=_PAIR, how="semi")
    rows = hits.select("row").unique()
    pairs = held.join(rows, on="row", how="semi").join(index.keys, on="word").select(_PAIR).unique()
    return pairs.join(index.postings, on="piece").join(hits, on=["row", "gram"])


def _judge_wording(matched: pl.DataFrame, index: Index) -> pl.DataFrame:
    """Matched n-grams to the pairs that share enough wording: `row, piece, share, run, place`."""
    chosen = index.settings
    line = ["row", "piece", "shift"]
    lines = matched.with_columns((pl.col("place") - pl.col("at")).alias("shift")).unique().sort(*line, "at")
    runs = lines.with_columns((pl.col("at") - pl.int_range(pl.len()).over(line)).alias("block"))
    runs = runs.group_by(*line, "block").len("n").group_by(_PAIR).agg(pl.col("n").max().cast(pl.Int64))
    shares = lines.group_by(_PAIR).agg(pl.col("at").n_unique().alias("shared"), pl.col("place").min())
    both = shares.join(runs, on=_PAIR).join(index.pieces.select("piece", "grams", "values", "words"), on="piece")
    judged = both.with_columns(
        (pl.col("shared") / pl.col("grams")).alias("share"), (pl.col("n") + chosen.share_words - 1).alias("run")
    )
    bare = pl.col("values") + pl.col("words") == 0  # nothing but common words: then all of them
    enough = (pl.col("run") >= chosen.words) | (pl.col("share") >= chosen.min_share)
    kept = judged.filter(enough & (~bare | (pl.col("share") == 1)))
    return kept.select(*_PAIR, "share", "run", "place")


def _judge_content(worded: pl.DataFrame, held: pl.DataFrame, index: Index) -> pl.DataFrame:
    """Pairs that share the wording to those that share the content too."""
    chosen = index.settings
    wanted = worded.select(_PAIR).unique().join(index.content, on="piece")
    there = wanted.join(held, on=["row", "word"], how="semi").group_by(_PAIR)
    counts = there.agg(pl.col("is_value").sum().alias("has_values"), (~pl.col("is_value")).sum().alias("has_words"))
    pairs = worded.join(counts, on=_PAIR, how="left").join(
        index.pieces.select("piece", "values", "words"), on="piece", how="left"
    )
    values = pl.col("has_values").fill_null(0) >= chosen.min_values * pl.col("values") - 1e-9
    words = pl.col("has_words").fill_null(0) >= chosen.min_words * pl.col("words") - 1e-9
    return pairs.filter(values & words).select(worded.columns).sort(*_PAIR)
