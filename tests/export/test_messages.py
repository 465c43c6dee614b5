import itertools

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row, two_turns

from apothecary.export.messages import build_messages, list_spoken

TURNS = {
    "one turn": make_row(0, 1),
    "two turns": two_turns(make_row(1, 2), "Is it heavy?", "It is."),
    "told": make_row(2, 3, system="Be brief."),
    "told, two turns": two_turns(make_row(3, 4, system="Be exact."), "Why?", "Because."),
}


@pytest.mark.parametrize(
    "names",
    [pytest.param(names, id=" + ".join(names)) for n in (1, 2, 4) for names in itertools.permutations(TURNS, n)],
)
def test_messages_are_the_turns_in_order(names: tuple[str, ...]) -> None:
    rows = [TURNS[name] for name in names]
    built = build_messages(frame_rows(rows))
    assert built.to_pylist() == [list_spoken({"system": None} | row) for row in rows]


def test_no_rows_make_no_messages() -> None:
    assert build_messages(frame_rows([])).to_pylist() == []


def test_a_part_of_a_frame_is_built_alike() -> None:
    rows = frame_rows(list(TURNS.values()))
    assert build_messages(rows.slice(1, 2)).to_pylist() == build_messages(rows).to_pylist()[1:3]
    assert build_messages(rows.filter(pl.Series([False, True, False, True]))).to_pylist()[1][0]["role"] == "system"
