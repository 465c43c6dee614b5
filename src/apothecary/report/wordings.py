"""The wording bank to a person: examples with real values, the review, and what is left to do."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.packs.bank import BankWording, read_bank, write_bank


def make_embedder(folder: Path | None) -> Callable[[list[str]], list[list[float]]] | None:
    """A folder with a static model to a function that embeds texts; None for no folder."""
    if folder is None:
        return None
    from apothecary.curate.semantic import load_model

    encoder = load_model(folder)
    return lambda texts: [[float(value) for value in row] for row in encoder.encode(texts)]


def read_extra(pairs: Iterable[str]) -> dict[str, Any]:
    """KEY=JSON pairs to the fields of a server's own; RecipeError for one that is none."""
    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        try:
            found[key] = json.loads(value)
        except ValueError:
            sign = ""
        if not key or not sign:
            raise RecipeError(f"`{pair}` is no KEY=JSON", where="--extra", expected="as cache_prompt=false")
    return found


def decide_by_file(bank: Path, decisions: Path, *, by: str, when: str) -> Iterator[str]:
    """Follow a file of decisions; the bank is written whole or not at all."""
    from apothecary.generate.vary.review import apply_decisions

    wordings = apply_decisions(read_bank(bank), decisions, by=_name_person(by), when=when or _today())
    write_bank(bank, wordings)
    yield _count_states(wordings)


def review_in_terminal(
    bank: Path,
    *,
    by: str,
    when: str,
    pack: str,
    examples: bool,
    progress: Progress,
    read_key: Callable[[], str],
) -> Iterator[str]:
    """One key a wording; what was decided is written at the end, and when the person stops half way."""
    from apothecary.generate.vary.review import review

    wordings = read_bank(bank)
    shown = _render(wordings, pack, progress) if examples else {}
    decided = review(
        wordings,
        by=_name_person(by),
        when=when or _today(),
        read_key=read_key,
        read_reason=lambda: input("reason: "),
        say=_print,
        examples=shown,
    )
    write_bank(bank, decided)
    yield _count_states(decided)


def list_new(bank: Path, *, pack: str, examples: bool, progress: Progress) -> Iterator[str]:
    """What waits for a person, each beside its source."""
    from apothecary.generate.vary.review import describe_wording

    wordings = read_bank(bank)
    shown = _render(wordings, pack, progress) if examples else {}
    for wording in wordings:
        if wording.state == "new":
            yield describe_wording(wording, shown.get(wording.id, ""))
    yield _count_states(wordings)


def _render(wordings: list[BankWording], pack: str, progress: Progress) -> dict[str, str]:
    from apothecary.generate.vary.examples import render_examples
    from apothecary.packs.load import load_pack
    from apothecary.recipe import Recipe
    from apothecary.report.preview import prepare_views

    waiting = [wording for wording in wordings if wording.state == "new"]
    if not waiting:
        return {}
    name = pack or waiting[0].pack
    recipe = Recipe(name="review", pack=name, rows=1000)
    views = prepare_views(name, recipe.licence, workers=len(os.sched_getaffinity(0)), progress=progress)
    return render_examples(recipe, load_pack(name), views, waiting)


def _count_states(wordings: list[BankWording]) -> str:
    states = Counter(wording.state for wording in wordings)
    return ", ".join(f"{states[state]:,} {state}" for state in ("new", "accepted", "rejected"))


def _name_person(by: str) -> str:
    if name := by or os.environ.get("USER", ""):
        return name
    raise RecipeError("nobody is named as the reviewer", expected="--by NAME", hint="the bank says who accepted what")


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def _print(text: str) -> None:
    import typer

    typer.echo(text)
