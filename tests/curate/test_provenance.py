"""Rows about the same facts: the same wording twice, and one wording too many."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row

from apothecary.curate.provenance import FACT_KEYS, build_fact_keys, decide_wordings

Decided = dict[int, tuple[str, int]]


def decide(rows: list[dict[str, Any]], cap: int = 0, worse: list[int] | None = None) -> Decided:
    """The rows that are not kept by their number: why, and the number of the other row."""
    places = pl.DataFrame(
        {"file": [0] * len(worse or []), "row": worse or []}, schema={"file": pl.UInt32, "row": pl.UInt32}
    )
    decided = decide_wordings(build_fact_keys(frame_rows(rows), 0), cap, places)
    return {row: (reason, other) for _, row, reason, _, other in decided.iter_rows()}


def say(wording: str, entity: int = 1, **changes: Any) -> dict[str, Any]:
    return make_row(0, entity, wording=wording, **changes)


def given(value: str) -> dict[str, Any]:
    """A number that the question gives: no fact of the knowledge base."""
    return {"entity": -1, "field": "volume", "value": value, "unit": "mL", "fact_id": None}


def known(field: str = "mw") -> dict[str, Any]:
    return {"entity": 0, "field": field, "value": "1", "unit": None, "fact_id": f"c1:{field}:rdkit"}


def test_the_same_wording_twice_keeps_the_first() -> None:
    assert decide([say("0.0"), say("1.0"), say("0.0"), say("0.0")]) == {
        2: ("same_wording", 0),
        3: ("same_wording", 0),
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(say("0.0", entity=2), id="another fact"),
        pytest.param(say("0.1"), id="another wording"),
        pytest.param(say("0.0", intent="rings"), id="another intent"),
        pytest.param(say("0.0", template="other"), id="another template"),
        pytest.param(say("0.0", facts=[known(), given("5")]), id="a given number"),
        pytest.param(say("0.0", template=None), id="free text"),
        pytest.param(say("0.0", facts=None), id="no facts"),
        pytest.param(say("0.0", facts=[]), id="empty facts"),
    ],
)
def test_what_differs_stays(other: dict[str, Any]) -> None:
    assert decide([say("0.0"), other]) == {}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param([known("a"), known("b")], [known("b"), known("a")], True, id="order of facts"),
        pytest.param([known(), given("5")], [known(), given("50")], False, id="given numbers differ"),
        pytest.param([known(), given("5")], [known(), given("5")], True, id="given numbers equal"),
        pytest.param([known("a")], [known("a"), known("a")], False, id="one fact twice"),
    ],
)
def test_facts_are_compared_as_a_bag(one: list[Any], other: list[Any], is_same: bool) -> None:
    assert bool(decide([say("0.0", facts=one), say("0.0", facts=other)])) == is_same


@pytest.mark.parametrize(("cap", "kept"), [(0, 6), (1, 1), (2, 2), (5, 5), (6, 6), (9, 6)])
def test_so_many_wordings_of_a_fact_stay(cap: int, kept: int) -> None:
    rows = [say(f"{number}.0") for number in range(6)]
    decided = decide(rows, cap)
    assert len(rows) - len(decided) == kept
    assert {reason for reason, _ in decided.values()} <= {"wording_cap"}
    assert all(other not in decided for _, other in decided.values())


def test_each_fact_and_intent_has_its_own_cap() -> None:
    rows = [say(f"{n}.0", entity=e, intent=i) for n in range(4) for e in (1, 2) for i in ("weight", "rings")]
    kept = [row for number, row in enumerate(rows) if number not in decide(rows, 2)]
    counts = pl.DataFrame([(row["entities"][0], row["intent"]) for row in kept], orient="row").group_by(pl.all()).len()
    assert counts["len"].to_list() == [2, 2, 2, 2]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    rows = [say(f"{number % 7}.0", entity=number % 3) for number in range(60)]

    def keep(order: list[dict[str, Any]]) -> set[tuple[str, str]]:
        dropped = decide(order, 4)
        return {(row["entities"][0], row["wording"]) for n, row in enumerate(order) if n not in dropped}

    shuffled = random.Random(seed).sample(rows, len(rows))
    assert keep(shuffled) == keep(rows)
    assert len(keep(rows)) == 12


def test_a_row_that_will_be_dropped_anyway_survives_nobody() -> None:
    assert decide([say("0.0"), say("0.0")], worse=[0]) == {0: ("same_wording", 1)}
    kept = set(range(3)) - decide([say(f"{n}.0") for n in range(3)], 2, worse=[1]).keys()
    assert kept == {0, 2}


def test_keys_have_their_schema_and_place() -> None:
    keys = build_fact_keys(frame_rows([say("0.0", template=None), say("0.0")]), 7)
    assert keys.schema == FACT_KEYS
    assert keys.select("file", "row").rows() == [(7, 1)]
    assert build_fact_keys(frame_rows([]), 0).schema == FACT_KEYS
