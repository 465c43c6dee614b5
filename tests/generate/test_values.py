from __future__ import annotations

import polars as pl
import pytest

from apothecary.generate.values import lay_out_options, put_article


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("antihistamine", "an antihistamine"),
        ("statin", "a statin"),
        ("unit", "a unit"),
        ("ester", "an ester"),
        ("euphoriant", "a euphoriant"),
        ("hourly dose", "an hourly dose"),
        ("ACE inhibitor", "an ACE inhibitor"),
    ],
)
def test_article(text: str, expected: str) -> None:
    assert put_article(pl.Series([text])).to_list() == [expected]


def test_options_are_laid_out_in_lines_or_inline() -> None:
    options = [pl.Series(["1 g", "5 g"]), pl.Series(["2 g", "6 g"]), pl.Series(["3 g", "7 g"])]
    assert lay_out_options(options, "lines").to_list()[1] == "\nA) 5 g\nB) 6 g\nC) 7 g"
    assert lay_out_options(options, "inline").to_list()[0] == "A) 1 g, B) 2 g or C) 3 g"
