"""How varied free text is: rows by their form (what is left when everything that asserts is masked), and a cap on one.

A form that many rows share is a template, whoever wrote it. Which rows stay under a cap is decided by their content.
"""

from __future__ import annotations

import shutil
from math import exp
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from apothecary.curate.duplicates import name_rows
from apothecary.curate.measure import join_texts
from apothecary.curate.protect import mask_protected
from apothecary.curate.source import Source
from apothecary.curate.verdicts import write_books
from apothecary.engine.run import Shard, ShardFolder

MEMORY_LIMIT = "800MB"
SHOWN = 20
COUNTED = "SELECT form, count(*) AS rows FROM free GROUP BY form"


def settle_forms(shard: Shard, folder: ShardFolder, context: dict[str, Any]) -> dict[str, Any]:
    """The attributes of the free text that is left to a table of its forms, and verdicts beyond the cap."""
    room, work = Path(context["room"]), folder.folder / "work"
    shutil.rmtree(work, ignore_errors=True)  # what a run that was killed has left
    work.mkdir(parents=True)
    source = Source.from_context(context["source"])
    config = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(work), "threads": 2}
    with duckdb.connect(config=config) as connection:
        list_free(connection, room, context)
        total, forms, entropy = connection.execute(
            f"SELECT coalesce(sum(rows), 0), count(*), coalesce(ln(sum(rows)) - sum(rows * ln(rows)) / sum(rows), 0)"
            f" FROM ({COUNTED})"
        ).fetchall()[0]
        top = read_result(
            connection,
            "SELECT count(*) AS rows, min((file, row)) AS place FROM free GROUP BY form"
            f" ORDER BY rows DESC, place LIMIT {SHOWN}",
        )
        allowed = max(1, int(int(total) * context["curate"]["max_form_share"]))
        over = read_result(
            connection,
            "SELECT file, row, first_file, first_row, rows FROM (SELECT file, row, count(*) OVER same AS rows,"
            " row_number() OVER ranked AS place, first(file) OVER ranked AS first_file,"
            " first(row) OVER ranked AS first_row FROM free"
            " WINDOW same AS (PARTITION BY form), ranked AS (PARTITION BY form ORDER BY content, file, row))"
            f" WHERE rows > {allowed} AND place > {allowed} ORDER BY file, row",
        )
    shutil.rmtree(work)
    decided = over.select(
        pl.col("file", "row").cast(pl.UInt32),
        pl.lit("form_share").alias("reason"),
        pl.col("first_file").cast(pl.UInt32).alias("other_file"),
        pl.col("first_row").cast(pl.UInt32).alias("other_row"),
        (pl.col("rows") / max(1, int(total))).alias("score"),
    )
    verdicts = name_rows(decided, source.files, source.id_column)
    folder.write_parquet(f"data/forms-{shard.name}.parquet", verdicts, compression="zstd")
    folder.write_parquet("data/meter.parquet", describe_top(top, source, int(total), int(forms), float(entropy)))
    return {"forms": write_books(int(total), verdicts)}


def read_result(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """A query to its result."""
    return pl.DataFrame(connection.sql(query).to_arrow_table())


def list_free(connection: duckdb.DuckDBPyConnection, room: Path, context: dict[str, Any]) -> None:
    """Make the view `free`: file, row, form and content of the free text that no earlier stage has dropped."""
    attributes = [str(room / path) for path in context["attributes"]]
    settled = [str(room / path) for path in (*context["settled"], *context["worse"])]
    left = " ANTI JOIN (SELECT file, row FROM read_parquet($settled)) USING (file, row)" if settled else ""
    connection.execute(
        f"CREATE TABLE free AS SELECT file, row, form, content FROM read_parquet($attributes){left}",
        {"attributes": attributes} | ({"settled": settled} if settled else {}),
    )


def describe_top(top: pl.DataFrame, source: Source, rows: int, forms: int, entropy: float) -> pl.DataFrame:
    """The commonest forms with the text of one row each; `rows, forms, effective` of all stand in every line."""
    places = top.select(
        pl.col("place").struct[0].cast(pl.UInt32).alias("file"), pl.col("place").struct[1].cast(pl.UInt32).alias("row")
    )
    texts = join_texts(source.read_places(places, ["prompt", "response", "history"])) if top.height else pl.Series([])
    return pl.DataFrame(
        {
            "text": mask_protected(texts.cast(pl.String)),
            "count": top["rows"].cast(pl.Int64),
            "share": top["rows"].cast(pl.Float64) / max(1, rows),
        }
    ).with_columns(
        pl.lit(rows).alias("rows"), pl.lit(forms).alias("forms"), pl.lit(round(exp(entropy), 3)).alias("effective")
    )


def read_meter(path: Path) -> dict[str, Any]:
    """The table of forms to what a manifest says: how many rows and forms, the effective number, the commonest."""
    table = pl.read_parquet(path)
    if table.is_empty():
        return {"rows": 0, "forms": 0, "effective": 0.0, "top": []}
    first = table.row(0, named=True)
    top = [{name: line[name] for name in ("text", "count", "share")} for line in table.head(5).to_dicts()]
    return {"rows": first["rows"], "forms": first["forms"], "effective": first["effective"], "top": top}
