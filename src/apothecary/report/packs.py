"""A pack in, its faults and its capacity as text out; a recipe in, its settings as text out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from apothecary.engine.progress import make_progress
from apothecary.generate.pack import load_recipe_pack
from apothecary.identity import fingerprint_code
from apothecary.packs.load import find_pack, load_pack, pack_fingerprint
from apothecary.packs.model import Intent, Pack
from apothecary.packs.view import list_tables
from apothecary.recipe import Licence, Recipe, Splits, dump_recipe, fingerprint_recipe
from apothecary.report.table import Checked, lay_out

LICENCES: tuple[Licence, ...] = ("permissive", "share-alike")


def report_new_pack(name: str, folder: Path) -> Iterator[str]:
    """A name and a folder to the files of a new pack, and what to do with them."""
    from apothecary.packs.scaffold import create_pack

    for path in create_pack(name, folder):
        yield str(path)
    where = folder if folder.is_absolute() or "/" in str(folder) else f"./{folder}"
    yield f"\nchange what it says, then\n  apothecary packs check {where}"
    yield f"  apothecary preview {where}/recipe.yaml\n  apothecary packs capacity {where}"
    yield f"  apothecary run {where}/recipe.yaml"


def report_problems(name: str) -> Checked:
    """A pack to what its linter finds, errors first; sound when there is no error."""
    from apothecary.packs.check import check_pack
    from apothecary.report.preview import prepare_views

    pack = load_pack(name)
    views = prepare_views(name, "share-alike", workers=_count_cores(), progress=make_progress())
    paths = {entity: views / table for entity, table in list_tables(pack).items()}
    frames = {entity: pl.read_parquet(path) for entity, path in paths.items() if path.exists()}
    problems = sorted(check_pack(pack, frames), key=lambda problem: problem.severity != "error")
    lines = []
    for problem in problems:
        lines.append(f"{problem.severity}: {problem.what}\n  where: {problem.where}")
        if problem.hint:
            lines.append(f"  hint: {problem.hint}")
    errors = sum(problem.severity == "error" for problem in problems)
    templates = sum(len(intent.templates) for intent in pack.intents)
    lines.append(
        f"{pack.name}: {len(pack.intents)} intents, {templates} templates, "
        f"{errors} errors, {len(problems) - errors} warnings"
    )
    return Checked(lines, errors == 0)


def report_varied(name: str, rows: int) -> Checked:
    """A pack to the forms it gives once varied, and to what reads broken in `rows` rendered rows of each template."""
    from apothecary.generate.draw import Span
    from apothecary.generate.workbench import Workbench
    from apothecary.packs.variation import read_variation
    from apothecary.packs.vary import vary_pack
    from apothecary.packs.vary_check import list_forms
    from apothecary.report.preview import prepare_views

    pack = load_pack(name)
    varied = vary_pack(pack, read_variation(find_pack(name)))
    recipe = Recipe(name="varied", pack=name, rows=rows, splits=Splits(validation=0, test=0))
    bench = Workbench(
        recipe, varied, prepare_views(name, "share-alike", workers=_count_cores(), progress=make_progress())
    )
    found: dict[str, tuple[str, int]] = {}
    read = 0
    for plan in bench.plans:
        derived = {template.id for template in plan.intent.templates if template.derived}
        spans = [Span(s, 0, min(s.capacity, rows)) for s in plan.strata() if s.template in derived]
        frame = bench.render_spans(spans)
        read += len(frame)
        for problem, where in check_varied_rows(pack, plan.intent, frame):
            found[problem] = (found.get(problem, (where, 0))[0], found.get(problem, (where, 0))[1] + 1)
    lines = [f"error: {problem}\n  where: {where}, {count} rows" for problem, (where, count) in found.items()]
    columns = list_forms(pack), list_forms(varied)
    lines += lay_out(("", "plain", "varied"), ((key, columns[0][key], columns[1][key]) for key in columns[0]))
    lines.append(f"{name}: {read:,} rows read, {len(found)} faults")
    return Checked(lines, not found)


def check_varied_rows(pack: Pack, intent: Intent, frame: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Rendered rows of an intent's derived templates to what reads broken in them, each with the row's id."""
    from apothecary.packs.vary_check import check_row, list_manners

    bases = {template.id: template for template in pack.by_name[intent.intent].templates}
    manners = {
        template.id: list_manners(template, bases[template.derived.base])
        for template in intent.templates
        if template.derived
    }
    for row in frame.iter_rows(named=True):
        asked = int(row["wording"].split(".")[-2])
        manner = manners[row["template"]][asked]
        for problem in check_row(manner, row["prompt"], row["response"], row["answer"]):
            yield problem, row["id"]


def report_capacity(name: str, rows: int) -> Iterator[str]:
    """A pack to the distinct prompts it can give, by licence setting, intent and group, and how often `rows` fits."""
    from apothecary.generate.capacity import count_capacity
    from apothecary.generate.workbench import Workbench
    from apothecary.report.preview import prepare_views

    pack = load_pack(name)
    for licence in LICENCES:
        views = prepare_views(name, licence, workers=_count_cores(), progress=make_progress())
        recipe = Recipe(name="capacity", pack=name, rows=rows, licence=licence)
        capacity = count_capacity(Workbench(recipe, pack, views).plans)
        splits = ["train", "validation", "test"]
        columns = ["intent", "group", "combinations", "templates", "wordings", *splits]
        yield f"licence: {licence}"
        yield from lay_out(tuple(columns), capacity.select(columns).iter_rows())
        total = int(capacity.select(pl.sum_horizontal(pl.col(splits).sum())).item())
        yield f"  {total:,} distinct prompts in all, {total / rows:.1f} times the {rows:,} rows asked for"
        yield ""


def describe_recipe(recipe: Recipe) -> Iterator[str]:
    """A recipe to all its settings, after its pack was loaded and its weights were checked against it."""
    pack = load_recipe_pack(recipe)
    yield dump_recipe(recipe).rstrip()
    prints = {"recipe": fingerprint_recipe(recipe), "pack": pack_fingerprint(pack), "code": fingerprint_code()}
    yield "# " + ", ".join(f"{name} {value[:12]}" for name, value in prints.items())
    yield f"# valid: {recipe.rows:,} rows from {len(pack.intents)} intents of {pack.name} version {pack.version}"


def _count_cores() -> int:
    return len(os.sched_getaffinity(0))
