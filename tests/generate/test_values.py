from __future__ import annotations

import polars as pl

from apothecary.generate.values import lay_out_options


def test_options_are_laid_out_in_lines_or_inline() -> None:
    options = [pl.Series(["1 g", "5 g"]), pl.Series(["2 g", "6 g"]), pl.Series(["3 g", "7 g"])]
    assert lay_out_options(options, "lines").to_list()[1] == "\nA) 5 g\nB) 6 g\nC) 7 g"
    assert lay_out_options(options, "inline").to_list()[0] == "A) 1 g, B) 2 g or C) 3 g"
