from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.golden.make import KNOWLEDGE, RENDERS, render

from apothecary.facts.checker import FACTS_READ, Checker
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.load import dump_pack, load_pack
from apothecary.recipe import Recipe


def test_the_pharma_pack_reads_as_it_was_read() -> None:
    told = render()
    assert told == RENDERS.read_text(encoding="utf-8"), (
        "the renders changed: run `python -m tests.golden.make`, read the difference aloud, then commit it"
    )


def test_the_checker_passes_every_template_over_the_same_knowledge() -> None:
    recipe = Recipe(name="golden", pack="pharma", rows=1000, seed=1)
    pack = load_pack("pharma")
    bench = Workbench(recipe, pack, KNOWLEDGE)
    rows = bench.render_spans(Span(s, 0, min(s.capacity, 40)) for s in bench.strata.values())
    facts = pl.read_parquet(KNOWLEDGE / "facts.parquet", columns=list(FACTS_READ))
    tables = [path for path in sorted(KNOWLEDGE.glob("*.parquet")) if path.stem != "facts"]
    names = pl.concat([pl.read_parquet(path, columns=["entity_id", "name", "Name"]) for path in tables])
    assert Checker(dump_pack(pack), facts, names).check(rows).to_dicts() == []
    assert rows["intent"].n_unique() > 370
    assert Path(KNOWLEDGE / "facts.parquet").stat().st_size < 600_000
