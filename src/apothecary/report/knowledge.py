"""A pack in, what its knowledge base holds and what is left out as text out; built when the cache has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apothecary.engine.commit import read_json
from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.packs.load import load_pack
from apothecary.report.packs import LICENCES
from apothecary.report.preview import prepare_views

SHOWN = 20  # names of each reason


def report_gathered(name: str, *, licence: str, workers: int, progress: Progress) -> Iterator[str]:
    """A pack and a licence setting to the report of what a run would be given, and where it lies."""
    from apothecary.gather.report import summarise_knowledge

    load_pack(name)
    if licence not in LICENCES:
        raise RecipeError(f"unknown licence {licence}", where="--licence", hint=" or ".join(LICENCES))
    views = prepare_views(name, licence, workers=workers, progress=progress)
    report = read_json(views / "report.json")
    yield summarise_knowledge(views) if "compound" in report["entities"] else "The pack draws from its own tables only."
    yield from describe_tables(report.get("tables", []))
    yield from describe_gates(report.get("safety", {}).get("gates", {}))
    yield f"\nKept in {views}"


def describe_gates(books: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The books of the safety gates to text: entities on each list, how many pass, what the others are kept from."""
    if books:
        yield "\nSafety gates"
    for gate, book in books.items():
        withheld = ", ".join(f"{action} {count:,}" for action, count in book["withheld"].items())
        counts = f"{book['entities']:,} entities, {book['spared']:,} spared"
        yield f"  {gate}: {counts}, withheld from: {withheld or 'nothing'}"


def describe_tables(books: list[dict[str, Any]]) -> Iterator[str]:
    """What became of the lines of the pack's own tables, to text: counts, and the names that were not used."""
    if books:
        yield "\nTables of the pack"
    for book in books:
        lines = f"{book['kept']:,} of {book['read']:,} lines"
        yield f"  {book['table']}: {lines}, {book['facts']:,} facts about {book['about']}"
        for reason, names in book["names"].items():
            yield f"    {reason} ({len(names):,}): {', '.join(names[:SHOWN])}" + (", ..." if len(names) > SHOWN else "")
