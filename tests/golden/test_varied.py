from __future__ import annotations

import re

import polars as pl
from tests.golden.make import KNOWLEDGE
from tests.golden.varied import RENDERS, open_bench, read_ids, render

from apothecary.facts.checker import FACTS_READ, Checker
from apothecary.generate.workbench import find_span
from apothecary.packs.load import dump_pack, find_pack
from apothecary.packs.variation import read_variation


def test_manners_read_as_they_were_read() -> None:
    golden = RENDERS.read_text(encoding="utf-8")
    told = "\n\n".join(render(read_ids(golden), read_variation(find_pack("pharma")))) + "\n"
    assert told == golden, (
        "the renders changed: run `python -m tests.golden.varied`, read the difference aloud, then commit it"
    )


def test_every_manner_was_read() -> None:
    shown = {
        manner for _, manner in re.findall(r"^\[pharma/\S+\] (\w+) (\w+)$", RENDERS.read_text("utf-8"), re.MULTILINE)
    }
    assert shown == {manner.id for manner in read_variation(find_pack("pharma")).manners}


def test_the_checker_passes_the_rows_that_were_read() -> None:
    ids = read_ids(RENDERS.read_text(encoding="utf-8"))
    bench = open_bench(read_variation(find_pack("pharma")), {row_id.split("/")[1] for row_id in ids})
    rows = bench.render_spans([find_span(bench.strata, row_id) for row_id in ids])
    facts = pl.read_parquet(KNOWLEDGE / "facts.parquet", columns=list(FACTS_READ))
    tables = [path for path in sorted(KNOWLEDGE.glob("*.parquet")) if path.stem != "facts"]
    names = pl.concat([pl.read_parquet(path, columns=["entity_id", "name", "Name"]) for path in tables])
    assert Checker(dump_pack(bench.pack), facts, names).check(rows).to_dicts() == []
    assert {"variation", "context"} == set(rows["origin"])
