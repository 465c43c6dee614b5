"""A user's own table in, a pack folder that runs offline and a report of every row out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apothecary.engine.commit import make_folder, write_bytes
from apothecary.engine.progress import Progress
from apothecary.errors import CapacityError, RecipeError, SourceError
from apothecary.gather.own.draft import draft_pack
from apothecary.gather.own.measured import Findings, find_compounds
from apothecary.gather.own.sheet import Sheet, read_sheet
from apothecary.gather.own.values import FactColumn, parse_fact
from apothecary.packs.load import load_pack, read_fields
from apothecary.recipe import Recipe, dump_recipe

LINES_SHOWN = 10
SPLITS = {"validation": 0.05, "test": 0.1}
SHARE_OF_CAPACITY = 0.8


@dataclass(frozen=True)
class Wish:
    """What the command line says: which columns hold what, and what the pack is called."""

    path: Path
    smiles: str
    facts: tuple[str, ...]  # name[unit]=COLUMN
    name: str | None = None
    conditions: tuple[str, ...] = ()  # label=COLUMN
    out: Path | None = None
    title: str = ""
    licence: str = "own data"


def report_own_table(wish: Wish, *, workers: int, progress: Progress) -> Iterator[str]:
    """Write the pack of a user's table and tell what was read, kept and dropped, and what can be asked."""
    facts = read_facts(wish.facts)
    conditions = [split_condition(text) for text in wish.conditions]
    sheet = read_sheet(wish.path)
    name = name_pack(wish.out or Path(wish.path.stem))
    folder = wish.out or Path(name)
    if folder.exists():
        raise SourceError("the folder is there already", where=str(folder), hint="give another with --out DIR")
    findings = find_compounds(
        sheet, facts, conditions, smiles=wish.smiles, name=wish.name, workers=workers, progress=progress
    )
    files, too_few = draft_pack(
        findings,
        [fact for fact in facts if any(fact.name in compound.stated for compound in findings.compounds)],
        [label for label, _ in conditions],
        name=name,
        title=wish.title or f"Measurements from {wish.path.name}",
        licence=wish.licence,
        is_named=wish.name is not None,
    )
    if not any(path.startswith("intents/") for path in files):
        raise SourceError("no value can be asked for", where=str(wish.path), hint="; ".join(findings.unstated) or "")
    files["left_out.csv"] = list_left_out(findings)
    for path, text in files.items():
        make_folder((folder / path).parent)
        write_bytes(folder / path, text.encode())
    yield from describe_findings(sheet, facts, findings)
    yield from (f"  not written: {line}" for line in too_few)
    yield from write_recipe(name, folder)


def read_facts(texts: Sequence[str]) -> list[FactColumn]:
    """The `--fact` options; RecipeError for none, for two of one name, or for one that the structure gives."""
    if not texts:
        raise RecipeError("no fact is named", where="--fact", hint="as --fact 'ic50[nM]=IC50'; repeatable")
    facts = [parse_fact(text) for text in texts]
    taken = {*read_fields("pharma"), "name", "conditions", "line"}
    for fact in facts:
        names = {fact.name} if fact.powers is None else {fact.name, f"p{fact.name}"}
        clash = names & taken
        if clash:
            what = f"`{sorted(clash)[0]}` is the name of another field"
            raise RecipeError(what, where="--fact", hint=f"call it {fact.name}_measured, or something else")
        taken |= names
    return facts


def split_condition(text: str) -> tuple[str, str]:
    """`assay=COLUMN` to its label and column."""
    label, _, column = text.partition("=")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]*", label.strip()) or not column.strip():
        raise RecipeError(f"`{text}` is no condition", where="--condition", hint="as --condition 'assay=Target'")
    return label.strip(), column.strip()


def name_pack(folder: Path) -> str:
    """A folder's name as a pack's: `IC50 data 2024` gives `ic50_data_2024`."""
    name = re.sub(r"[^a-z0-9]+", "_", folder.name.lower()).strip("_")[:50]
    return name if name[:1].isalpha() else f"table_{name}".rstrip("_")


def list_left_out(findings: Findings) -> str:
    """Every row and cell that is not used, as CSV: line, column, text, reason."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["line", "column", "text", "reason"])
    for one in sorted([*findings.rows_left_out, *findings.cells_left_out], key=lambda left: (left.line, left.column)):
        writer.writerow([one.line, one.column, one.text, one.reason])
    return text.getvalue()


def describe_findings(sheet: Sheet, facts: Sequence[FactColumn], findings: Findings) -> Iterator[str]:
    """What a table gave: rows read = kept + dropped, with lines and reasons; compounds; facts by name."""
    dropped = len(findings.rows_left_out)
    yield f"{findings.rows:,} rows of {sheet.path.name} read: {findings.kept:,} kept, {dropped:,} dropped"
    left_out = [(one, "") for one in findings.rows_left_out]
    left_out += [(one, f"{one.column} is `{one.text}`: ") for one in findings.cells_left_out]
    for one, cell in left_out[:LINES_SHOWN]:
        yield f"  line {one.line}: {cell}{one.reason}"
    if len(left_out) > LINES_SHOWN:
        yield f"  and {len(left_out) - LINES_SHOWN:,} more, all of them in left_out.csv"
    yield f"{len(findings.compounds):,} compounds, told apart by their InChIKey"
    for fact in facts:
        measured = [one for c in findings.compounds for one in c.measured if one.fact == fact.name]
        limits = sum(1 for one in measured if one.value.sign)
        stated = sum(1 for c in findings.compounds if fact.name in c.stated)
        unit = f" in {fact.unit}" if fact.unit else ""
        yield f"  {fact.label}{unit}: {len(measured):,} values ({limits:,} limits), stated for {stated:,} compounds"
    yield from (f"  {reason}: {count:,} compounds" for reason, count in findings.unstated.items())


def write_recipe(name: str, folder: Path) -> Iterator[str]:
    """A recipe for a pack that was just written, of as many rows as its facts can give; and what to do with it."""
    import tempfile

    from apothecary.flow import make_views
    from apothecary.generate.capacity import count_capacity
    from apothecary.generate.workbench import Workbench

    where = folder.as_posix() if folder.is_absolute() or str(folder).startswith(".") else f"./{folder.as_posix()}"
    pack = load_pack(folder)
    draft = Recipe.model_validate({"name": name, "pack": where, "rows": 1, "seed": 1, "splits": SPLITS})
    with tempfile.TemporaryDirectory() as views:
        make_views(None, Path(views), pack, folder, licence=draft.licence)
        capacity = count_capacity(Workbench(draft, pack, Path(views)).plans)
    most = {split: int(capacity[split].sum()) for split in ("train", "validation", "test")}
    shares = {"train": 1 - sum(SPLITS.values()), **SPLITS}
    rows = int(min(most[split] / share for split, share in shares.items()) * SHARE_OF_CAPACITY)
    if rows < 1:  # too few compounds for rows that are held out
        shares, rows = {"train": 1.0, "validation": 0.0, "test": 0.0}, int(most["train"] * SHARE_OF_CAPACITY)
    if rows < 1:
        raise CapacityError("the table gives no question", where=str(folder), hint="see left_out.csv in that folder")
    splits = {split: shares[split] for split in SPLITS}
    recipe = draft.model_copy(update={"rows": rows, "splits": draft.splits.model_copy(update=splits)})
    write_bytes(folder / "recipe.yaml", dump_recipe(recipe).encode())
    yield f"{len(pack.intents)} intents in {folder}, {sum(most.values()):,} distinct prompts"
    yield f"  apothecary packs check {where}\n  apothecary preview {where}/recipe.yaml"
    yield f"  apothecary run {where}/recipe.yaml"
