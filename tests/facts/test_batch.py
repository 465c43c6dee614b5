from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apothecary.example import EXAMPLE
from apothecary.facts.checker import Checker
from apothecary.facts.evidence import Rejected


def test_a_doubtful_row_is_left_to_the_exact_path(
    hand_rows: dict[str, Any], tiny_dump: dict[str, Any], tiny_facts: pl.DataFrame, tiny_names: pl.DataFrame
) -> None:
    """0.2499999999995 is a tie of the 12th digit, which decides one of the first: floats cannot tell, Decimal can."""
    tiny_dump["intents"][-1]["let"]["tenth"] = "factor / 6 - 0.0000000000005"
    checker = Checker(tiny_dump, tiny_facts, tiny_names)
    row = hand_rows["no entity"] | {"response": "0.3", "answer": "0.3"}
    frame = pl.DataFrame([row], schema=EXAMPLE, orient="row")
    assert not checker.accept(frame)[0]
    assert checker.check(frame).is_empty()


@pytest.mark.parametrize(("which", "rows"), [("checker", "hand_rows"), ("kin_checker", "kin_rows")])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_accepted_quickly_is_accepted_exactly(
    request: pytest.FixtureRequest, which: str, rows: str, data: st.DataObject
) -> None:
    """Columns of one row replaced by those of others: whatever comes out, the quick path is never the milder one."""
    checker: Checker = request.getfixturevalue(which)
    known: dict[str, dict[str, Any]] = request.getfixturevalue(rows)
    names = list(known)
    row = dict(known[data.draw(st.sampled_from(names))])
    for column in data.draw(st.lists(st.sampled_from(EXAMPLE.names()), max_size=3)):
        row[column] = known[data.draw(st.sampled_from(names))][column]
    accepted = checker.accept(pl.DataFrame([row], schema=EXAMPLE, orient="row"))[0]
    try:
        checker.judge(row)
        right = True
    except Rejected:
        right = False
    assert accepted == right
