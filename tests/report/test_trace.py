"""Where an example comes from, as text."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from apothecary.curate.verdicts import list_verdict_files, scan_verdicts
from apothecary.errors import RecipeError
from apothecary.report.dataset import scan_dataset, scan_made
from apothecary.report.trace import trace_example


@pytest.fixture(scope="module")
def one_of_each_intent(quick_run: Path) -> list[str]:
    rows = scan_dataset(quick_run).select("id", "intent").collect()
    return rows.unique("intent", keep="first", maintain_order=True)["id"].to_list()


def test_every_intent_can_be_traced(quick_run: Path, one_of_each_intent: list[str]) -> None:
    for example_id in one_of_each_intent:
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
