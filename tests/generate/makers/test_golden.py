"""The golden sample is what the makers make."""

from __future__ import annotations

from tests.generate.makers.golden import FILE, ROWS, sample_rows, write_golden


def test_the_sample_is_as_it_was_read() -> None:
    assert FILE.read_text("utf-8") == write_golden(), "python -m tests.generate.makers.golden, and read the "
    "difference"


def test_all_makers_that_have_something_to_say_are_in_it() -> None:
    rows = sample_rows()
    assert rows.height == ROWS
    assert rows["maker"].n_unique() >= 100
