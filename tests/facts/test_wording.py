from __future__ import annotations

import pytest

from apothecary.facts.wording import Slot, expand_pattern, expand_patterns


def show(pattern: str) -> list[str]:
    return [
        "".join(p if isinstance(p, str) else f"<{p.role}.{p.name}:{p.form}>" for p in w)
        for w in expand_pattern(pattern)
    ]


@pytest.mark.parametrize(
    ("pattern", "wordings"),
    [
        ("plain", ["plain"]),
        ("[a|b] [c|d]", ["a c", "a d", "b c", "b d"]),
        ("x[ y|]", ["x y", "x"]),
        ("[a[1|2]|b]", ["a1", "a2", "b"]),
        ("[a[1|2]|b]-[c|d]", ["a1-c", "a1-d", "a2-c", "a2-d", "b-c", "b-d"]),
        (r"\[a\|b\] \{c\}", ["[a|b] {c}"]),
        (r"C:\new", [r"C:\new"]),
        ("a|b", ["a|b"]),
        ("{name}", ["<None.name:None>"]),
        ("{b.mw:dp1}", ["<b.mw:dp1>"]),
        ("[{name} is|Is {name}]", ["<None.name:None> is", "Is <None.name:None>"]),
    ],
)
def test_alternatives_expand_leftmost_slowest(pattern: str, wordings: list[str]) -> None:
    assert show(pattern) == wordings


def test_literals_are_merged() -> None:
    assert expand_pattern("a[b|c]d{x}e") == [("abd", Slot(None, "x", None), "e"), ("acd", Slot(None, "x", None), "e")]


def test_patterns_of_a_list_are_numbered_through() -> None:
    assert expand_patterns(["[a|b]", "c"]) == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize("pattern", ["[a", "a]", "{a", "a}", "{}", "{a.b.c}", "{a b}", "[a|{b]}"])
def test_what_does_not_close_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        expand_pattern(pattern)
