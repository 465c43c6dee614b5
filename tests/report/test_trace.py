"""Where an example comes from, as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apothecary.curate.verdicts import list_verdict_files, scan_verdicts
from apothecary.errors import RecipeError
from apothecary.report.dataset import read_pack_dump, scan_dataset, scan_made
from apothecary.report.trace import trace_example, trace_wording

EVERY = 12  # of the rows of one intent each, as many as this are traced in full


@pytest.fixture(scope="module")
def one_row_of_each_intent(quick_run: Path) -> list[dict[str, Any]]:
    rows = scan_dataset(quick_run).collect()
    return rows.unique("intent", keep="first", maintain_order=True).to_dicts()


@pytest.fixture(scope="module")
def one_of_each_intent(one_row_of_each_intent: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in one_row_of_each_intent]


def test_the_wording_of_every_intent_is_found(quick_run: Path, one_row_of_each_intent: list[dict[str, Any]]) -> None:
    pack = read_pack_dump(quick_run)
    for row in one_row_of_each_intent:
        text = "\n".join(trace_wording(pack, row))
        assert "  ask  " in text and "  reply" in text, row["id"]


def test_examples_can_be_traced_in_full(quick_run: Path, one_of_each_intent: list[str]) -> None:
    for example_id in one_of_each_intent[::EVERY]:
        text = "\n".join(trace_example(quick_run, example_id))
        assert "state: published" in text
        assert "  ask  " in text
        assert "  reply" in text


def test_facts_come_with_source_and_licence(quick_run: Path, one_of_each_intent: list[str]) -> None:
    (melting,) = [example_id for example_id in one_of_each_intent if "/melting_point/" in example_id]
    text = "\n".join(trace_example(quick_run, melting))
    for part in ("mp_c", "°C", "experimental", "sources of this row", "chemicals"):
        assert part in text


def test_surplus_rows_say_that_they_are(quick_run: Path) -> None:
    published = scan_dataset(quick_run).select("id")
    judged = scan_verdicts(list_verdict_files(quick_run)).select("id")
    left = scan_made(quick_run).select("id").join(published, on="id", how="anti").join(judged, on="id", how="anti")
    example_id = left.head(1).collect().item()
    assert "state: dropped: surplus" in "\n".join(trace_example(quick_run, example_id))


def test_dropped_rows_say_why(run_with_verdict: tuple[Path, str]) -> None:
    run, example_id = run_with_verdict
    assert "dropped: planted (x)" in "\n".join(trace_example(run, example_id))


@pytest.mark.parametrize("example_id", ["x", "pharma/a/b/train-drug/1", "a/b/c/d/e", ""])
def test_unknown_id_names_one_that_exists(quick_run: Path, example_id: str) -> None:
    with pytest.raises(RecipeError) as caught:
        list(trace_example(quick_run, example_id))
    known = caught.value.hint.removeprefix("one it has: ")
    assert scan_dataset(quick_run).filter(pl.col("id") == known).select(pl.len()).collect().item() == 1
