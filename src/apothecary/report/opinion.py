"""Another source's table and the knowledge base's facts in; where the two agree out.

A row is `consistent` when it says what the knowledge base says; whether that is `true` another source can tell, as long
as neither has copied from the other: facts of sources that have are left out (`leave_out`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apothecary.engine.progress import Progress
from apothecary.errors import SourceError
from apothecary.recipe import suggest_key
from apothecary.report.preview import prepare_views

SHOWN = 20  # disagreements that are told one by one
COLUMNS = ("name", "value")


@dataclass(frozen=True)
class Opinion:
    """What two sources say of one field: a line a compound (name, ours, theirs, source, agrees), by name."""

    field: str
    lines: pl.DataFrame

    @property
    def compared(self) -> int:
        """Compounds of which both have a value."""
        return self.lines.height

    @property
    def agree(self) -> int:
        """Compounds of which both say the same."""
        return int(self.lines["agrees"].sum())


def compare_field(
    views: Path, field: str, theirs: pl.DataFrame, *, tolerance: float = 0.0, leave_out: Sequence[str] = ()
) -> Opinion:
    """A knowledge folder and another source's `name, value` to where they agree.

    Names are compared in lower case. Where either has several values, one in common is enough; numbers may differ by
    `tolerance`. Raises SourceError when the knowledge base has no such field or no compound of those names.
    """
    facts = pl.scan_parquet(views / "facts.parquet").filter(pl.col("field") == field)
    known = facts.filter(~pl.col("source").is_in(list(leave_out))).select("entity_id", "text", "source").collect()
    if known.is_empty():
        fields = pl.scan_parquet(views / "facts.parquet").select(pl.col("field").unique()).collect()["field"].sort()
        raise SourceError(
            f"no fact of the field {field!r}", where=str(views), hint=suggest_key(field, fields.to_list())
        )
    names = pl.read_parquet(views / "compounds.parquet", columns=["entity_id", "name"])
    ours = known.join(names, on="entity_id").with_columns(pl.col("name").str.to_lowercase())
    other = theirs.select(
        pl.col("name").str.strip_chars().str.to_lowercase(), theirs=pl.col("value").cast(pl.String).str.strip_chars()
    ).drop_nulls()
    pairs = ours.join(other, on="name").with_columns(agrees=_agrees(tolerance))
    if pairs.is_empty():
        raise SourceError(f"none of {theirs.height} names is known with a value of {field}", hint="look at the names")
    lines = pairs.group_by("name").agg(
        ours=pl.col("text").unique().sort().str.join("; "),
        theirs=pl.col("theirs").unique().sort().str.join("; "),
        source=pl.col("source").unique().sort().str.join("; "),
        agrees=pl.col("agrees").any(),
    )
    return Opinion(field, lines.sort("name"))


def _agrees(tolerance: float) -> pl.Expr:
    one, two = (pl.col(name).cast(pl.Float64, strict=False) for name in ("text", "theirs"))
    near = ((one - two).abs() <= tolerance + 1e-9).fill_null(value=False)
    return near | (pl.col("text").str.to_lowercase() == pl.col("theirs").str.to_lowercase())


def read_table(path: Path) -> pl.DataFrame:
    """A CSV file with the columns name and value to a frame of texts; SourceError says what is wrong with it."""
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"the table cannot be read: {str(error).splitlines()[0]}", where=str(path)) from None
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        what = f"the table has no column {missing[0]!r}"
        raise SourceError(what, where=str(path), expected="name,value in its first line")
    return table.select(COLUMNS)


def report_opinion(
    pack: str,
    field: str,
    table: Path,
    *,
    tolerance: float,
    leave_out: Sequence[str],
    workers: int,
    progress: Progress,
) -> Iterator[str]:
    """A pack's knowledge base and another source's table to how far they agree on a field."""
    theirs = read_table(table)
    views = prepare_views(pack, "share-alike", workers=workers, progress=progress)
    yield from tell_opinion(compare_field(views, field, theirs, tolerance=tolerance, leave_out=leave_out))


def tell_opinion(opinion: Opinion) -> Iterator[str]:
    """An opinion to text: how many agree, and those that do not."""
    share = opinion.agree / opinion.compared
    yield f"{opinion.field}: {opinion.compared:,} compared, {opinion.agree:,} agree ({share:.1%})"
    differ = opinion.lines.filter(~pl.col("agrees"))
    for line in differ.head(SHOWN).iter_rows(named=True):
        yield f"  {line['name']}: {line['ours']} ({line['source']}), the other source {line['theirs']}"
    if differ.height > SHOWN:
        yield f"  and {differ.height - SHOWN} more"
