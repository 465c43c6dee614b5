from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from apothecary.facts.drafts import Draft, is_close
from apothecary.facts.numbers import Format
from apothecary.facts.plan import Source
from apothecary.facts.tables import Table

NAME, SHARE = Source("name", "name", "a"), Source("let", "share", format=Format("dp", 1))


@pytest.fixture
def draft() -> Draft:
    """Two rows of an intent, the second and third of a frame of three."""
    table = Table()
    chapter = table.add([("It is ", SHARE, " of ", NAME, "."), (SHARE,)])
    found = {
        "response": pl.Series(["?", "It is 0.5 of lead.", "It is 0.2 of tin."]),
        "answer": pl.Series(["?", "0.5", "0.2"]),
    }
    draft = Draft(table, 3, found)
    draft.good[1:] = True
    draft.set_texts(chapter.slot + chapter.sources.index(NAME), 1, pl.Series(["lead", "tin"]))
    numbers = np.array([0.5, 0.21]), np.array([0.0, 1e-12])
    draft.set_numbers(chapter.slot + chapter.sources.index(SHARE), 1, *numbers, SHARE.format)
    rows = np.array([1, 2])
    draft.expect(np.array([0, 0]), rows, "response", rows)
    draft.expect(np.array([1, 1]), rows, "answer", rows)
    return draft


def test_rows_with_all_their_texts_are_good(draft: Draft) -> None:
    assert draft.compare().tolist() == [False, True, True]


def test_a_text_that_differs_makes_a_row_not_good(draft: Draft) -> None:
    draft.expect(np.array([1]), np.array([2]), "answer", np.array([1]))
    assert draft.compare().tolist() == [False, True, False]


def test_a_number_that_floats_cannot_round_makes_a_row_not_good(draft: Draft) -> None:
    draft.set_numbers(0, 1, np.array([0.5, 0.25]), np.array([0.0, 1e-3]), SHARE.format)
    assert draft.compare().tolist() == [False, True, False]


def test_half_of_the_last_digit_is_held_against_the_answer(draft: Draft) -> None:
    draft.expect_half_digits(np.array([1, 2]), np.array([0.05, 0.5]), SHARE.format)
    assert draft.compare().tolist() == [False, True, False]


def test_nothing_expected_nothing_good() -> None:
    assert Draft(Table(), 2, {"answer": pl.Series(["1", "2"])}).compare().tolist() == [False, False]


def test_tolerances_are_close_but_for_the_last_binary_digits() -> None:
    found, expected = np.array([0.05, 0.050001, np.nan, 0.0]), np.array([0.05 * (1 + 1e-15), 0.05, 0.05, 0.0])
    assert is_close(found, expected).tolist() == [True, False, False, True]
