"""The words around values: a or an, lists, and how options are laid out, by the checker's own code."""

from __future__ import annotations

import re
from collections.abc import Sequence

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_AN = re.compile(r"(?:hour|honest|heir)|(?!uni|use|uri|eu|one)[aeiou]", re.IGNORECASE)


def add_article(text: str) -> str:
    """The text after `a` or `an`, by its first letters."""
    return f"{'an' if _AN.match(text) else 'a'} {text}"


def join_words(items: Sequence[str], last: str = "and") -> str:
    """`x`, `x and y`, `x, y and z`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def frame_options(count: int, layout: str) -> list[str]:
    """The literals that stand before each option text, for `lines` or `inline`."""
    if layout == "lines":
        return [f"\n{letter}) " for letter in LETTERS[:count]]
    gaps = ["", *([", "] * (count - 2)), " or "][:count]
    return [f"{gap}{letter}) " for gap, letter in zip(gaps, LETTERS, strict=False)]


def lay_out_options(texts: Sequence[str], layout: str) -> str:
    """The options as one text: each on its own line after a line break, or in a sentence."""
    return "".join(f"{mark}{text}" for mark, text in zip(frame_options(len(texts), layout), texts, strict=True))
