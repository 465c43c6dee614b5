"""A user's rows to what two ways of deduplicating would delete: FineWeb-style MinHash, and ours.

A statement is a distinct sequence of protected tokens in prompt and response (see `protect`): rows that differ in one
say something else, as far as words can tell. Reworded rows count as two statements, so the count is an upper bound on
facts lost; those that differ from every row kept in a number or a notation are counted apart, and are beyond dispute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from apothecary.curate.fineweb import cluster_fineweb
from apothecary.curate.keys import hash_texts
from apothecary.curate.near import NearSettings, build_near_keys, decide_near, join_sides
from apothecary.curate.protect import join_protected

EXAMPLES = 10
MAX_SHOWN_CHARS = 160
LEAD_CHARS = 50
_NUMBERED = r"[^\x1f]*\d[^\x1f]*"  # a protected token with a digit: a number, a formula, a notation


@dataclass(frozen=True)
class Deleted:
    """What one way of deduplicating deletes."""

    rows: int
    statements: int  # with no row left
    numbered: int  # sets of numbers and notations with no row left


@dataclass(frozen=True)
class Wrong:
    """A row that was deleted although it says something else than the row it was folded into."""

    id: str
    text: str
    kept_id: str
    kept_text: str
    differs: str  # the protected tokens that only one of the two has


@dataclass(frozen=True)
class Comparison:
    """Rows and statements of a dataset, what either way deletes, and wrongly deleted rows of the first."""

    rows: int
    statements: int
    numbered: int
    fineweb: Deleted
    ours: Deleted
    wrong: tuple[Wrong, ...]


def compare_dedup(rows: pl.DataFrame, closed: Sequence[str] = (), settings: NearSettings | None = None) -> Comparison:
    """Rows with `id, prompt, response` (perhaps `history`) to what FineWeb-style MinHash and ours delete."""
    texts = join_sides(rows)
    said = pl.DataFrame(
        {
            "statement": build_near_keys(rows, 0, closed).select(pl.struct("high", "low")).to_series(),
            "numbered": join_protected(texts, closed).str.extract_all(_NUMBERED).list.join("\x1f"),
        }
    )
    first = pl.Series(cluster_fineweb(texts.str.replace_all("\x1e", " ", literal=True)))
    kept_fineweb = first == pl.int_range(rows.height, eager=True)
    kept_ours = keep_ours(rows, closed, settings or NearSettings())
    return Comparison(
        rows=rows.height,
        statements=said["statement"].n_unique(),
        numbered=_count_numbered(said),
        fineweb=_count_deleted(said, kept_fineweb),
        ours=_count_deleted(said, kept_ours),
        wrong=tuple(_pick_wrong(rows["id"].cast(pl.String), texts, said, first, closed)),
    )


def keep_ours(rows: pl.DataFrame, closed: Sequence[str], settings: NearSettings) -> pl.Series:
    """Rows (n) to whether each is kept by exact and near deduplication (n booleans)."""
    texts = join_sides(rows)
    high, low = hash_texts(texts)
    exact = pl.DataFrame({"high": high, "low": low}).select(pl.struct("high", "low").is_first_distinct()).to_series()
    keys = build_near_keys(rows, 0, closed).filter(exact)
    merged = decide_near(keys, lambda places: texts.gather(places["row"]), settings)["row"]
    kept = exact.to_numpy(writable=True)
    kept[merged.to_numpy()] = False
    return pl.Series(kept)


def describe_comparison(comparison: Comparison) -> list[str]:
    """A comparison to the lines that a terminal shows."""
    lines = [
        f"{comparison.rows:,} rows make {comparison.statements:,} distinct statements, "
        f"with {comparison.numbered:,} distinct sets of numbers and notations",
        "",
        f"{'':24}{'FineWeb-style MinHash':>24}{'apothecary':>24}",
    ]
    for name, of in (
        ("rows", comparison.rows),
        ("statements", comparison.statements),
        ("numbered", comparison.numbered),
    ):
        shown = {"rows": "rows deleted", "statements": "statements deleted", "numbered": "sets of numbers deleted"}[
            name
        ]
        counts = [getattr(side, name) for side in (comparison.fineweb, comparison.ours)]
        lines.append(f"{shown:24}" + "".join(f"{f'{n:,} ({n / max(of, 1):.1%})':>24}" for n in counts))
    if comparison.wrong:
        lines += [
            "",
            "Deleted by FineWeb-style MinHash, though no kept row has the same names and numbers in this order:",
        ]
    for wrong in comparison.wrong:
        lines += ["", f"  deleted  {wrong.id}: {wrong.text}", f"  kept     {wrong.kept_id}: {wrong.kept_text}"]
        lines.append(f"  differs  {wrong.differs}")
    return lines


def _count_numbered(said: pl.DataFrame) -> int:
    return said.filter(pl.col("numbered") != "")["numbered"].n_unique()


def _count_deleted(said: pl.DataFrame, kept: pl.Series) -> Deleted:
    left = said.filter(kept)
    return Deleted(
        rows=said.height - left.height,
        statements=said["statement"].n_unique() - left["statement"].n_unique(),
        numbered=_count_numbered(said) - _count_numbered(left),
    )


def _pick_wrong(
    ids: pl.Series, texts: pl.Series, said: pl.DataFrame, first: pl.Series, closed: Sequence[str]
) -> list[Wrong]:
    """Rows whose statement no kept row makes: first those whose numbers are gone too, of as many clusters as can be."""
    frame = said.with_columns(first.alias("first")).with_row_index("row")
    left = frame.filter(pl.col("row") == pl.col("first"))
    gone = frame.join(left, on="statement", how="anti", maintain_order="left").with_columns(
        (pl.col("numbered").is_in(left["numbered"].unique().implode()) | (pl.col("numbered") == "")).alias("disputed"),
        pl.int_range(pl.len()).over("first").alias("rank"),
    )
    picked = gone.sort("disputed", "rank", "row").head(EXAMPLES)
    own, kept = picked["row"], picked["first"]
    tokens = [join_protected(texts.gather(places), closed).to_list() for places in (own, kept)]
    return [
        Wrong(ids[row], *_show_pair(texts[row], texts[other], ids[other]), _tell_tokens(mine, theirs))
        for row, other, mine, theirs in zip(own, kept, *tokens, strict=True)
    ]


def _tell_tokens(mine: str, theirs: str) -> str:
    one, other = Counter(mine.split("\x1f")), Counter(theirs.split("\x1f"))
    sides = [" ".join(sorted((a - b).elements())) or "-" for a, b in ((one, other), (other, one))]
    return "the order of words" if sides == ["-", "-"] else _shorten(f"{sides[0]} / {sides[1]}")


def _show_pair(own: str, kept: str, kept_id: str) -> tuple[str, str, str]:
    """Two texts to what a terminal shows of them, from shortly before the place where they begin to differ."""
    same = next((at for at, (a, b) in enumerate(zip(own, kept, strict=False)) if a != b), min(len(own), len(kept)))
    start = 0 if max(len(own), len(kept)) <= MAX_SHOWN_CHARS else max(0, same - LEAD_CHARS)
    lead = "…" if start else ""
    return lead + _shorten(own[start:]), kept_id, lead + _shorten(kept[start:])


def _shorten(text: str) -> str:
    """A text in one line that a terminal can show: no control characters, at most MAX_SHOWN_CHARS."""
    shown = "".join(char if char.isprintable() else " " for char in text.replace("\x1e", " | "))
    return shown if len(shown) <= MAX_SHOWN_CHARS else shown[: MAX_SHOWN_CHARS - 1] + "…"
