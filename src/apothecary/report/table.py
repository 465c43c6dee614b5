"""Rows of values in, aligned lines of text out: numbers to the right, text to the left, two spaces between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Cell = str | int | float | None


def lay_out(header: Sequence[str], rows: Iterable[Sequence[Cell]], indent: str = "  ") -> list[str]:
    """A header and rows of equal length to lines; whole numbers get thousands separators, None is a dash."""
    body = [list(row) for row in rows]
    texts = [list(header)] + [[format_cell(cell) for cell in row] for row in body]
    columns = range(len(header))
    widths = [max(len(row[column]) for row in texts) for column in columns]
    is_number = [
        bool(body) and not any(row[column] and isinstance(row[column], str) for row in body) for column in columns
    ]
    lines = []
    for row in texts:
        cells = zip(row, widths, is_number, strict=True)
        padded = (text.rjust(width) if number else text.ljust(width) for text, width, number in cells)
        lines.append((indent + "  ".join(padded)).rstrip())
    return lines


def format_cell(cell: Cell) -> str:
    """One value to its text: 1234567 to 1,234,567, a share to one decimal and a percent sign, None to a dash."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.1%}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def format_bytes(size: float) -> str:
    """A number of bytes to text with a unit, in powers of 1024."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


@dataclass(frozen=True)
class Checked:
    """What was found, as lines of text, and whether all is well."""

    lines: list[str]
    is_sound: bool
