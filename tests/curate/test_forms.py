"""Free text by its form: the meter, and the cap on one form."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.curate.files import curate_files
from apothecary.engine.progress import SilentProgress
from apothecary.recipe import Curate, Keep

TEMPLATE = [(f"What is the IC50 of compound {n}?", f"It is {n + 3} nM.") for n in range(90)]
OTHERS = [
    (f"Does aspirin act on target {n}?", f"In trial {n} the answer for warfarin was open to doubt.") for n in range(10)
]


def curate(folder: Path, pairs: list[tuple[str, str]], **settings: Any) -> dict[str, Any]:
    folder.mkdir()
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"prompt": ask, "response": reply}) + "\n" for ask, reply in pairs))
    return curate_files(
        [path],
        folder / "out",
        curate=Curate(**settings),
        keep=Keep(profile="none"),
        stamp="test",
        workers=1,
        progress=SilentProgress(),
    )


def read_kept(folder: Path) -> set[str]:
    return set(pl.read_parquet(folder / "out" / "curate" / "data" / "*.parquet")["prompt"])


def test_the_meter_counts_rows_by_what_is_left_when_facts_are_masked(tmp_path: Path) -> None:
    told = curate(tmp_path / "a", TEMPLATE + OTHERS)["forms"]
    assert (told["rows"], told["forms"]) == (100, 2)
    assert told["top"][0]["count"] == 90 and told["top"][0]["share"] == pytest.approx(0.9)
    assert "_" in told["top"][0]["text"] and "IC50" not in told["top"][0]["text"]
    assert told["effective"] == pytest.approx(1.384, abs=0.001)  # exp of the entropy of 0.9 and 0.1


def test_a_cap_keeps_as_many_rows_of_a_form_whatever_their_order(tmp_path: Path) -> None:
    kept = []
    for number in range(3):
        pairs = TEMPLATE + OTHERS
        random.Random(number).shuffle(pairs)
        manifest = curate(tmp_path / str(number), pairs, max_form_share=0.2)
        (balance,) = [books for books in manifest["funnel"] if books["component"] == "balance"]
        assert (balance["read"], balance["kept"], balance["dropped"]) == (100, 30, {"form_share": 70})
        kept.append(read_kept(tmp_path / str(number)))
    assert kept[0] == kept[1] == kept[2]


def test_rows_that_are_dropped_anyway_are_not_counted(tmp_path: Path) -> None:
    told = curate(tmp_path / "a", [*TEMPLATE, *TEMPLATE, ("What now?", "")])["forms"]
    assert (told["rows"], told["forms"]) == (90, 1)


def test_no_free_text_has_no_forms(tmp_path: Path) -> None:
    assert curate(tmp_path / "a", [("What now?", "")])["forms"] == {"rows": 0, "forms": 0, "effective": 0.0, "top": []}
