from __future__ import annotations

import numpy as np
import polars as pl

from apothecary.facts.plan import Pieces, Source
from apothecary.facts.tables import Table, build_single

X, Y = Source("given", "x"), Source("given", "y")
VALUES = {X: pl.Series(["x0", "x1", "x2"]), Y: pl.Series(["y0", "y1", None])}
WORDINGS: list[Pieces] = [("plain",), (X, " and ", Y, "!"), ("", X), (Y, X), ()]


def build(wordings: list[int], rows: list[int]) -> list[str | None]:
    """Texts of the second of two intents, whose rows begin at the seventh."""
    table = Table()
    table.add([("other ", X), ("plain",)])
    chapter = table.add(WORDINGS)
    place = np.zeros(table.slots, dtype=np.int64)
    columns = [table.literals]
    for number, source in enumerate(chapter.sources):
        place[chapter.slot + number] = sum(map(len, columns)) - 7
        columns.append(VALUES[source])
    texts: list[str | None] = [""] * len(wordings)
    numbers, at_rows = np.array(wordings, dtype=np.int64) + chapter.wording, np.array(rows, dtype=np.int64) + 7
    for part, built in table.build(numbers, at_rows, place, pl.concat(columns)):
        for at, text in zip(part, built, strict=True):
            texts[at] = text
    return texts


def test_texts_are_built_row_by_row() -> None:
    assert build([1, 0, 3, 2, 4], [0, 1, 1, 2, 0]) == ["x0 and y0!", "plain", "y1x1", "x2", ""]


def test_a_missing_value_makes_no_text() -> None:
    assert build([1, 3, 2], [2, 2, 2]) == [None, None, "x2"]


def test_wordings_without_slots_need_no_values() -> None:
    assert build([0, 4, 0], [0, 0, 0]) == ["plain", "", "plain"]


def test_no_wordings_no_texts() -> None:
    assert build([], []) == []


def test_slots_that_wordings_have_between_them() -> None:
    chapter = Table().add(WORDINGS)
    assert [chapter.sources[n] for n in chapter.list_used([np.array([0, 4]), np.array([2])])] == [X]
    assert chapter.list_used([np.array([0])]).size == 0


def test_one_wording_for_all_rows() -> None:
    assert build_single(("a ", X), VALUES.__getitem__, 3).to_list() == ["a x0", "a x1", "a x2"]
    assert build_single((Y,), VALUES.__getitem__, 3).to_list() == ["y0", "y1", None]
    assert build_single(("a", "b"), VALUES.__getitem__, 2).to_list() == ["ab", "ab"]
