from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from apothecary.generate.segments import Segments, SlotBook, SlotValues
from apothecary.packs.grammar import Literal, parse

WORDINGS = ["", "plain", "{x}", "{x} and {y}", "{y}{x}", "a {x}, b {y}, c {x}.", r"\{x\} {y}"]


@given(st.lists(st.integers(0, len(WORDINGS) - 1), max_size=40))
def test_texts_are_those_of_filling_each_wording_by_hand(numbers: list[int]) -> None:
    book = SlotBook()
    segments = Segments(WORDINGS, book)
    columns = {"x": [f"x{row}" for row in range(len(numbers))], "y": [f"ý{row}" for row in range(len(numbers))]}
    filled = [pl.Series(columns[slot.field], dtype=pl.String) for slot in book.slots]
    texts = segments.render(np.array(numbers, dtype=np.int64), SlotValues(filled, len(numbers)))
    expected = [
        "".join(p.text if isinstance(p, Literal) else columns[p.field][row] for p in parse(WORDINGS[number]))
        for row, number in enumerate(numbers)
    ]
    assert texts.to_list() == expected
