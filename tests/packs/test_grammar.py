from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.errors import PackError
from apothecary.packs.grammar import Literal, Slot, expand, expand_all, parse, slots


@pytest.mark.parametrize(
    ("pattern", "wordings"),
    [
        pytest.param("plain", ["plain"], id="plain"),
        pytest.param("[a|b] [c|d]", ["a c", "a d", "b c", "b d"], id="leftmost slowest"),
        pytest.param("x[ please|]", ["x please", "x"], id="empty branch"),
        pytest.param("[a[1|2]|b] [x|y]", ["a1 x", "a1 y", "a2 x", "a2 y", "b x", "b y"], id="nested"),
        pytest.param("[[a|b]|c]d", ["ad", "bd", "cd"], id="nested first"),
        pytest.param(r"\[a\|b\]", [r"\[a\|b\]"], id="escapes stay"),
        pytest.param(r"C/C=C\C", [r"C/C=C\C"], id="other backslashes"),
        pytest.param("[{name}|{b.mw:dp1} g]", ["{name}", "{b.mw:dp1} g"], id="slots in alternatives"),
        pytest.param("[one]", ["one"], id="single branch"),
        pytest.param("[|]", ["", ""], id="two empty branches"),
    ],
)
def test_expand(pattern: str, wordings: list[str]) -> None:
    assert expand(pattern) == wordings


def test_expand_all_numbers_patterns() -> None:
    assert expand_all(["a[1|2]", "b"]) == (["a1", "a2", "b"], [0, 0, 1])


def test_parse() -> None:
    assert parse(r"{Name} at \{ {b.mw:dp1} g/mol\|{options:lines}") == [
        Slot("Name", None, "Name", None),
        Literal(" at { "),
        Slot("b.mw", "b", "mw", "dp1"),
        Literal(" g/mol|"),
        Slot("options", None, "options", "lines"),
    ]
    assert parse("") == []
    assert str(slots(parse("{b.mw:dp1}"))[0]) == "{b.mw:dp1}"


@pytest.mark.parametrize(
    ("pattern", "what", "hint"),
    [
        pytest.param("a [b|c", "never closed", "close it with ]", id="open bracket"),
        pytest.param("a b]", "closes nothing", r"\]", id="stray bracket"),
        pytest.param("a {name", "never closed", "close it with }", id="open brace"),
        pytest.param("a name}", "closes nothing", r"\}", id="stray brace"),
        pytest.param("a|b", "outside", r"\|", id="stray bar"),
        pytest.param("{a {b}}", "never closed", "close it", id="brace in brace"),
        pytest.param("{mw:pd2}", "unknown format `pd2`", "dp2", id="unknown format"),
        pytest.param("{mw:dp99}", "unknown format", "", id="too many decimals"),
        pytest.param("{a.b.c}", "is no slot", "braces", id="two dots"),
        pytest.param("{}", "is no slot", "braces", id="empty slot"),
        pytest.param("{ name }", "is no slot", "braces", id="spaces in slot"),
        pytest.param("[a|b]" * 17, "wordings", "split", id="too many wordings"),
        pytest.param("[" * 21 + "]" * 21, "nest deeper", "", id="too deep"),
    ],
)
def test_refused(pattern: str, what: str, hint: str) -> None:
    with pytest.raises(PackError, match=what) as caught:
        expand(pattern)
    assert hint in caught.value.hint


def test_too_many_wordings_in_a_list() -> None:
    with pytest.raises(PackError, match="2 patterns"):
        expand_all(["[a|b]" * 16, "[a|b]" * 16])


@given(st.lists(st.lists(st.text("abc {}\\[]|", max_size=4), min_size=1, max_size=4), max_size=4))
def test_expansion_is_the_product_of_escaped_branches(groups: list[list[str]]) -> None:
    escape = str.maketrans({char: "\\" + char for char in "[]{}|"})
    # a backslash before an escaped sign would read as the escape of a backslash-less sign
    groups = [[branch.replace("\\", "/") for branch in group] for group in groups]
    pattern = "".join("[" + "|".join(branch.translate(escape) for branch in group) + "]" for group in groups)
    texts = ["".join(part.text for part in parse(wording) if isinstance(part, Literal)) for wording in expand(pattern)]
    assert texts == ["".join(taken) for taken in product(*groups)]
