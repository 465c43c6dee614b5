"""Where a dataset is empty and where it is full: drugs x intents that the facts allow, beside the rows there are.

A cell is a drug and an intent (which has one perspective). It is open when the drug has the facts that the intent needs
and no gate withholds it; a hole is an open cell without a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from apothecary.engine.commit import make_folder, read_json, write_file
from apothecary.errors import RunError
from apothecary.flow import read_manifest, read_recipe
from apothecary.generate.authored import list_tables
from apothecary.generate.workbench import Workbench
from apothecary.packs.domain import select_entities
from apothecary.packs.load import restore_pack
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe
from apothecary.report.coverage import count_coverage

CELL = pl.Schema({"entity": pl.String, "name": pl.String, "intent": pl.String, "perspective": pl.String})
MOST_NAMES, MOST_LINES, MOST_FACTOR = 5, 20, 10.0
DRUG = "drug"


def report_holes(run: Path, rows: Path | None, *, cap: int, fill: bool, out: Path | None) -> Iterator[str]:
    """A finished run (or a folder of authored rows, held against it) to lines about its map; both tables into `out`.

    Cells with more than `cap` rows are told as over-full; `fill` adds the settings that send rows where holes are.
    """
    recipe, views = read_recipe(run), run / "gather"
    if not (run / "generate" / "manifest.json").exists():
        hint = f"apothecary resume {run}"
        raise RunError("the run has no pack and no views yet", where=str(run), hint=hint)
    pack = restore_pack(read_json(run / "generate" / "pack.json"))
    counted = count_coverage(list_rows(run, rows), views)
    cells = list_open_cells(recipe, pack, views)
    mapped = cells.join(counted.select("entity", "intent", "rows"), on=["entity", "intent"], how="left")
    mapped = mapped.with_columns(pl.col("rows").fill_null(0)).sort(
        "rows", "name", "intent", descending=[True, False, False]
    )
    if out:
        make_folder(out)
        for name, table in (("coverage", counted), ("cells", mapped)):
            write_file(out / f"{name}.parquet", partial(_write_parquet, table))
    yield from tell_holes(mapped, counted, cap)
    if fill:
        yield from tell_filling(mapped, recipe, pack)


def list_rows(run: Path, rows: Path | None) -> list[Path]:
    """The files of a run's dataset, or of a folder of authored rows."""
    if rows:
        return list_tables(rows)
    manifest = read_manifest(run, "export")
    if manifest is None:
        raise RunError("the run is not finished", where=str(run), hint=f"apothecary resume {run}")
    paths = [run / "export" / entry["path"] for entry in manifest["files"]]
    return [path for path in paths if path.suffix == ".parquet" and path.parent.name == "data"]


def list_open_cells(recipe: Recipe, pack: Pack, views: Path) -> pl.DataFrame:
    """The cells (CELL) of a pack that the facts of a run's views allow, for the topics that its recipe asks for."""
    bench = Workbench(recipe, pack, views)
    parts = [pl.DataFrame(schema=CELL)]
    for plan in bench.plans:
        if plan.view is None or "group" not in plan.view.frame.columns or not _weigh(plan.intent.intent, recipe, pack):
            continue
        table = plan.view.frame.select(pl.col("entity_id").alias("entity"), "name", "group")
        told = table.filter(pl.Series(select_entities(plan.intent, plan.view))).filter(pl.col("group") == DRUG)
        about = (pl.lit(plan.intent.intent).alias("intent"), pl.lit(plan.intent.perspective).alias("perspective"))
        parts.append(told.select("entity", "name", *about))
    return pl.concat(parts)


def tell_holes(mapped: pl.DataFrame, counted: pl.DataFrame, cap: int) -> Iterator[str]:
    """Open cells with their rows, and all cells of the dataset, to lines."""
    empty = mapped.filter(pl.col("rows") == 0)
    yield f"cells (drug x intent) that the facts allow: {mapped.height:,}; holes: {empty.height:,}"
    by = mapped.group_by("perspective").agg(pl.len().alias("open"), (pl.col("rows") > 0).sum().alias("filled"))
    for perspective, opened, filled in by.sort("perspective").iter_rows():
        yield f"  {perspective:<22} {filled:>9,} of {opened:>9,} filled ({filled / opened:.1%})"
    drugs = mapped.group_by("entity").agg(pl.col("name").first()).sort("name")
    missing = drugs.join(counted, on="entity", how="anti", maintain_order="left")["name"].to_list()
    yield f"drugs without a row: {len(missing):,} of {drugs.height:,}{_name(missing)}"
    intents = mapped.group_by("intent").agg(pl.col("rows").sum()).filter(pl.col("rows") == 0)["intent"].sort().to_list()
    yield f"intents without a row: {len(intents):,} of {mapped['intent'].n_unique():,}{_name(intents)}"
    full = counted.filter(pl.col("rows") > cap)
    yield f"cells with more than {cap:,} rows: {full.height:,}"
    for row in full.head(MOST_NAMES).iter_rows(named=True):
        yield f"  {row['rows']:>9,}  {row['name']}, {row['intent']} ({row['perspective']})"


def tell_filling(mapped: pl.DataFrame, recipe: Recipe, pack: Pack) -> Iterator[str]:
    """The settings that send rows of the next run where holes are: intents emptier than the middle one get more.

    Weights share out the rows of a topic, so a factor is open / filled cells over the median of that in the topic.
    """
    topics = pl.DataFrame([(one.intent, one.topic) for one in pack.intents], schema=["intent", "topic"], orient="row")
    by = mapped.group_by("intent").agg(pl.len().alias("open"), (pl.col("rows") > 0).sum().alias("filled"))
    by = by.join(topics, on="intent").with_columns(want=pl.col("open") / pl.max_horizontal("filled", 1))
    scope = ["topic"] if recipe.topics else [pl.lit(1)]
    by = by.with_columns(factor=(pl.col("want") / pl.col("want").median().over(scope)).clip(1.0, MOST_FACTOR))
    chosen = by.filter(pl.col("factor") > 1).with_columns(holes=pl.col("open") - pl.col("filled"))
    if chosen.is_empty():
        yield "all intents are filled alike: only more rows fill holes"
        return
    each = int((by["open"] - by["filled"]).sum())
    yield f"into the next run, with another seed; one row for each hole takes {each:,}:"
    told = chosen.sort("holes", "intent", descending=[True, False]).head(MOST_LINES)
    for intent, factor in told.select("intent", "factor").iter_rows():
        yield f"  --set weights.{intent}={_weigh(intent, recipe, pack) * factor:.3g}"


def _weigh(name: str, recipe: Recipe, pack: Pack) -> float:
    """The weight of an intent in a run; 0 where its topic gets no rows."""
    intent = next(one for one in pack.intents if one.intent == name)
    if recipe.topics and not recipe.topics.get(intent.topic):
        return 0.0
    return float(recipe.weights.get(name, intent.weight))


def _name(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f": {', '.join(names[:MOST_NAMES])}{more}" if names else ""


def _write_parquet(table: pl.DataFrame, path: Path) -> None:
    table.write_parquet(path, compression="zstd", statistics=False)
