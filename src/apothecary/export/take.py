"""A dataset and a mix to the rows that the mix leaves out, in tables a file each; held-out rows are never touched.

Rows are measured file by file (what cell, which template, facts and sources, and a random number of their own); DuckDB
ranks them within caps and cells on disk. A row beyond a cap of its template, of one of its facts or of one of its
sources goes; of the others each cell gives its quota, the rows with the smallest random numbers first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from apothecary.engine.commit import make_folder, write_file
from apothecary.export.blend import compare_mix, plan_quotas
from apothecary.export.sample import draw_priorities
from apothecary.recipe_mix import Mix

MEMORY = "1GB"
COLUMNS = ("origin", "perspective", "intent", "pack", "sources", "template", "facts", "messages")


def take_rows(
    export: Path, files: Sequence[dict[str, Any]], mix: Mix, scratch: Path, seed: int
) -> tuple[Path, dict[str, Any]]:
    """The dataset files of an export room to a folder of tables (`<file>.parquet`: row, reason), and what came out.

    `scratch` is an empty folder. Raises CapacityError and RecipeError as `plan_quotas` does.
    """
    training = [entry for entry in files if Path(entry["path"]).stem.startswith("train-")]
    make_folder(scratch / "keys")
    for number, entry in enumerate(training):
        keys = measure_rows(export / entry["path"], number, mix, seed)
        write_file(scratch / "keys" / f"{number:06d}.parquet", keys.write_parquet)
    with duckdb.connect(str(scratch / "work.duckdb")) as database:
        database.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{scratch}'; SET threads = 2")
        database.execute(f"CREATE VIEW keys AS FROM read_parquet('{scratch}/keys/*.parquet')")
        mark_capped(database, mix)
        told = mark_surplus(database, mix)
        make_folder(scratch / "tables")
        for number, entry in enumerate(training):
            query = "SELECT row, reason FROM gone WHERE file = ? ORDER BY row"
            table = pl.DataFrame(database.sql(query, params=[number]).to_arrow_table())
            if table.height:
                write_file(scratch / "tables" / f"{Path(entry['path']).stem}.parquet", table.write_parquet)
    return scratch / "tables", told


def measure_rows(path: Path, number: int, mix: Mix, seed: int) -> pl.DataFrame:
    """One file of the dataset to a line a row: where it is, its random number, cell, template, facts, sources."""
    rows = pl.read_parquet(path, columns=list(COLUMNS)).with_columns(pl.col("sources").list.first().alias("source"))
    facts = pl.col("facts").list.eval(pl.element().struct.field("fact_id").drop_nulls().unique())
    cell = pl.concat_list([pl.col(kind).fill_null("none") for kind in mix.kinds]) if mix.kinds else pl.lit([""])
    size = pl.col("messages").list.eval(pl.element().struct.field("content").str.len_chars()).list.sum()
    return rows.select(
        pl.lit(number, pl.UInt32).alias("file"),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        pl.Series("chance", draw_priorities(seed, f"mix {path.stem}", rows.height)),
        cell.alias("cell"),
        pl.concat_str("intent", pl.col("template").fill_null(""), separator="/").alias("template"),
        facts.alias("facts") if "fact" in mix.caps else pl.lit([], pl.List(pl.String)).alias("facts"),
        pl.col("sources") if "source" in mix.caps else pl.lit([], pl.List(pl.String)).alias("sources"),
        size.cast(pl.Int64).alias("characters"),
    )


def mark_capped(database: Any, mix: Mix) -> None:
    """Make `gone` (file, row, reason) of the rows beyond a cap; the first cap counts."""
    order = "ORDER BY chance, file, row"
    parts = ["SELECT NULL::UINTEGER AS file, NULL::UINTEGER AS row, NULL::VARCHAR AS reason WHERE false"]
    for kind, most in mix.caps.items():
        held = {"template": "template", "fact": "unnest(facts)", "source": "unnest(sources)"}[kind]
        parts.append(
            f"""SELECT DISTINCT file, row, 'mix: cap of {most} rows a {kind}' AS reason FROM (
            SELECT file, row, row_number() OVER (PARTITION BY name {order}) AS rank
            FROM (SELECT file, row, chance, {held} AS name FROM keys)) WHERE rank > {int(most)}"""
        )
    joined = " UNION ALL ".join(parts)
    database.execute(f"CREATE TABLE gone AS SELECT file, row, min(reason) AS reason FROM ({joined}) GROUP BY file, row")


def mark_surplus(database: Any, mix: Mix) -> dict[str, Any]:
    """Add to `gone` what the shares leave out; what was there and what was taken out, by kind and in all."""
    database.execute(
        "CREATE TABLE free AS SELECT * EXCLUDE (facts, sources) FROM keys ANTI JOIN gone USING (file, row)"
    )
    found = database.execute("SELECT cell, count(*) FROM free GROUP BY cell ORDER BY cell").fetchall()
    cells, rows = [tuple(cell) for cell, _ in found], [int(count) for _, count in found]
    quotas = rows if not mix.kinds and not mix.rows else plan_quotas(mix, cells, rows)
    if cells:
        plan = pl.DataFrame({"cell": [list(cell) for cell in cells], "quota": quotas}).to_arrow()
        database.register("plan", plan)
        database.execute(
            """INSERT INTO gone SELECT file, row, 'mix: beyond its share' FROM (
            SELECT file, row, quota, row_number() OVER (PARTITION BY cell ORDER BY chance, file, row) AS rank
            FROM free JOIN plan USING (cell)) WHERE rank > quota"""
        )
    characters = database.execute("SELECT sum(characters) FROM keys ANTI JOIN gone USING (file, row)").fetchall()[0]
    total = database.execute("SELECT count(*) FROM keys").fetchall()[0]
    return {
        "training_rows_before": int(total[0]),
        "training_rows": sum(quotas),
        "characters": int(characters[0] or 0),
        "shares": compare_mix(mix, cells, rows, quotas),
    }
