"""A pack in, what its knowledge base holds and what is left out as text out; built when the cache has none."""

from __future__ import annotations

from collections.abc import Iterator

from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.packs.load import load_pack
from apothecary.report.packs import LICENCES
from apothecary.report.preview import prepare_views


def report_gathered(name: str, *, licence: str, workers: int, progress: Progress) -> Iterator[str]:
    """A pack and a licence setting to the report of what a run would be given, and where it lies."""
    from apothecary.gather.report import summarise_knowledge

    load_pack(name)
    if licence not in LICENCES:
        raise RecipeError(f"unknown licence {licence}", where="--licence", hint=" or ".join(LICENCES))
    views = prepare_views(licence, workers=workers, progress=progress)
    yield summarise_knowledge(views)
    yield f"\nKept in {views}"
