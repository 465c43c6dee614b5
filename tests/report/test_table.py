"""Rows of values to aligned lines."""

from __future__ import annotations

import pytest

from apothecary.report.table import format_bytes, format_cell, lay_out


def test_numbers_stand_right_and_texts_left() -> None:
    lines = lay_out(("name", "rows"), [("a", 5), ("longer", 1234567)], indent="")
    assert lines == ["name         rows", "a               5", "longer  1,234,567"]


def test_blanks_do_not_turn_numbers_into_text() -> None:
    assert lay_out(("n", ""), [(5, ""), ("", "x")], indent="") == ["n", "5", "   x"]


def test_no_rows_leave_the_header() -> None:
    assert lay_out(("a", "b"), []) == ["  a  b"]


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "-"), (1234, "1,234"), (0.125, "12.5%"), ("x", "x")], ids=["none", "int", "share", "text"]
)
def test_cells(cell: object, text: str) -> None:
    assert format_cell(cell) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 2**30, "5.0 GiB"), (2**50, "1024.0 TiB")]
)
def test_bytes(size: int, text: str) -> None:
    assert format_bytes(size) == text
