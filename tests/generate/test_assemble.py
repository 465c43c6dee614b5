from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from apothecary.example import EXAMPLE
from apothecary.generate.assemble import find_format
from apothecary.generate.draw import Span
from apothecary.generate.workbench import Workbench
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe


@pytest.fixture
def bench(tiny_recipe: Recipe, tiny_pack: Pack, tiny_knowledge: Path) -> Workbench:
    return Workbench(tiny_recipe, tiny_pack, tiny_knowledge)


def list_spans(bench: Workbench) -> list[Span]:
    return [Span(stratum, 0, min(stratum.capacity, 9)) for stratum in bench.strata.values()]


def test_a_row_is_the_same_alone_and_among_all_intents(bench: Workbench) -> None:
    together = bench.render_spans(list_spans(bench)).sort("id")
    alone = pl.concat([bench.render_spans([span]) for span in list_spans(bench)]).sort("id")
    assert together.schema == EXAMPLE
    assert_frame_equal(together, alone)


def test_the_order_of_a_shard_changes_no_row(bench: Workbench) -> None:
    plain, shuffled = bench.render_spans(list_spans(bench)), bench.render_shuffled(list_spans(bench), "train-00000")
    assert plain["id"].to_list() != shuffled["id"].to_list()
    assert_frame_equal(plain.sort("id"), shuffled.sort("id"))


def test_system_texts_come_as_their_weights_say(bench: Workbench) -> None:
    systems = bench.render_spans([Span(s, 0, min(s.capacity, 200)) for s in bench.strata.values()])["system"]
    share = 1 - systems.null_count() / len(systems)
    assert set(systems.drop_nulls()) == {"You help in a chemistry course."}
    assert 0.2 < share < 0.3  # one in four


@pytest.mark.parametrize(
    ("intent", "fmt"),
    [("mass", "sig3"), ("choose", ""), ("melts", "raw"), ("ranked", "")],
    ids=["its own", "a letter has none", "that of its field", "a name has none"],
)
def test_the_format_of_an_answer(bench: Workbench, intent: str, fmt: str) -> None:
    plan = next(plan for plan in bench.plans if plan.intent.intent == intent)
    assert find_format(plan) == fmt
