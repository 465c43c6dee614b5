from __future__ import annotations

import pytest

from apothecary.facts.phrasing import add_article, frame_options, join_words, lay_out_options


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("antibiotic", "an"),
        ("opioid", "an"),
        ("Ester", "an"),
        ("statin", "a"),
        ("unit", "a"),
        ("Universal", "a"),
        ("ureide", "an"),
        ("uricosuric", "a"),
        ("eutectic", "a"),
        ("one-off", "a"),
        ("hour", "an"),
        ("heir", "an"),
        ("honest", "an"),
        ("hormone", "a"),
        ("used", "a"),
        ("8-mer", "a"),
    ],
)
def test_a_or_an_goes_by_the_first_letters(text: str, article: str) -> None:
    assert add_article(text) == f"{article} {text}"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["x"], "x"), (["x", "y"], "x and y"), (["x", "y", "z"], "x, y and z")], ids=len
)
def test_lists_end_in_and(items: list[str], text: str) -> None:
    assert join_words(items) == text


def test_options_by_line_and_in_a_sentence() -> None:
    assert lay_out_options(["1", "2"], "lines") == "\nA) 1\nB) 2"
    assert lay_out_options(["1", "2", "3", "4"], "inline") == "A) 1, B) 2, C) 3 or D) 4"
    assert lay_out_options(["1", "2"], "inline") == "A) 1 or B) 2"


def test_marks_stand_before_each_option() -> None:
    assert frame_options(3, "inline") == ["A) ", ", B) ", " or C) "]
