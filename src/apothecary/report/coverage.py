"""Which entities, intents and perspectives a dataset covers: names found in its rows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from apothecary.engine.commit import make_folder, write_file
from apothecary.errors import SourceError
from apothecary.facts.claim_names import NameFinder
from apothecary.packs.view import TABLES

COVERAGE = pl.Schema(
    {"entity": pl.String, "name": pl.String, "intent": pl.String, "perspective": pl.String, "rows": pl.Int64}
)


def load_names(views: Path) -> tuple[NameFinder, list[tuple[str, str]]]:
    """A folder with views of a knowledge base to what finds its names, and (entity id, name) of each entity.

    Raises SourceError where the folder holds none of the views.
    """
    paths = [views / table for table in TABLES.values() if (views / table).exists()]
    if not paths:
        hint = "name the folder gather/ of a run"
        raise SourceError("the folder holds no views of a knowledge base", where=str(views), hint=hint)
    names = pl.concat([pl.read_parquet(path, columns=["entity_id", "name"]) for path in paths]).drop_nulls()
    names = names.unique("entity_id", maintain_order=True).with_row_index("entity")
    display = names.select(pl.col("entity").cast(pl.Int64), "name", display=pl.lit(value=True))
    return NameFinder(display), list(names.select("entity_id", "name").iter_rows())


def count_coverage(files: Sequence[Path], views: Path) -> pl.DataFrame:
    """Files of examples and the views of a knowledge base to COVERAGE, the fullest cells first.

    A row counts once for each entity that it is about; where it does not say, for each that it names.
    """
    finder, entities = load_names(views)
    numbers = {entity: number for number, (entity, _) in enumerate(entities)}
    cells: Counter[tuple[int, str, str]] = Counter()
    for path in files:
        rows = pl.scan_parquet(path).select(_tell_text(path), "intent", "perspective", "entities")
        told = rows.select("intent", "perspective", pl.col("entities").list.drop_nulls().list.unique())
        counted = told.explode("entities").drop_nulls().group_by("intent", "perspective", "entities").len().collect()
        for intent, perspective, entity, count in counted.iter_rows():
            if entity in numbers:
                cells[numbers[entity], intent, perspective] += count
        unnamed = rows.filter(pl.col("entities").list.len().fill_null(0) == 0).collect()
        for text, intent, perspective in unnamed.select("text", "intent", "perspective").iter_rows():
            found = {one for mention in finder.find(text) for one in mention.entities}
            cells.update((entity, intent, perspective) for entity in found)
    lines = [(*entities[entity], intent, perspective, count) for (entity, intent, perspective), count in cells.items()]
    table = pl.DataFrame(lines, schema=COVERAGE, orient="row")
    return table.sort("rows", "name", "intent", "perspective", descending=[True, False, False, False])


def report_coverage(files: Sequence[Path], views: Path, out: Path) -> Iterator[str]:
    """Write the coverage of files of examples to out/coverage.parquet, and tell what is in it."""
    table = count_coverage(files, views)
    make_folder(out)
    write_file(out / "coverage.parquet", lambda temp: table.write_parquet(temp, compression="zstd", statistics=False))
    yield f"{table['entity'].n_unique():,} entities in {table.height:,} cells: {out / 'coverage.parquet'}"
    for row in table.head(5).iter_rows(named=True):
        yield f"{row['rows']:9,}  {row['name']}, {row['intent']} ({row['perspective']})"


def _tell_text(path: Path) -> pl.Expr:
    """What is asked and answered in a row of a file: of examples as made, or as published with messages."""
    if "messages" in pl.read_parquet_schema(path):
        said = pl.col("messages").list.eval(pl.element().struct.field("content")).list.join("\n")
    else:
        said = pl.concat_str("prompt", "response", separator="\n")
    return said.alias("text")
