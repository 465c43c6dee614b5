from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from apothecary.documents.prose import collect_text, read_date, tidy_lines, write_date


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<t> one\n  two </t>", "one two"),
        ("<t>5 x 10<sup>-3</sup> mol</t>", "5 x 10⁻³ mol"),
        ("<t>Ca<sup>2+</sup> and H<sub>2</sub>O</t>", "Ca²⁺ and H2O"),
        ("<t>the 1<sup>st</sup> <i>in <b>vivo</b></i> test</t>", "the 1st in vivo test"),
        ("<t/>", ""),
    ],
)
def test_text_is_collected(markup: str, text: str) -> None:
    assert collect_text(ET.fromstring(markup)) == text


def test_no_element_has_no_text() -> None:
    assert collect_text(None) == ""


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2002 Sep", "2002-09"),
        ("2002 Sep 3", "2002-09-03"),
        ("July 3, 2021", "2021-07-03"),
        ("November 2008", "2008-11"),
        ("2021-07", "2021-07"),
        ("2021-07-09", "2021-07-09"),
        ("20020916", "2002-09-16"),
        ("1998 Dec-1999 Jan", "1998-12"),
        ("1990 Spring", "1990"),
        ("1998", "1998"),
        ("no date", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read(written: str | None, date: str | None) -> None:
    assert read_date(written) == date


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        (("2015", "12", "26"), "2015-12-26"),
        (("2015", "Dec", ""), "2015-12"),
        (("2015", "13", "1"), "2015"),
        (("", "1", ""), None),
    ],
)
def test_dates_are_written_as_far_as_known(parts: tuple[str, str, str], date: str | None) -> None:
    assert write_date(*parts) == date


def test_wrapped_lines_are_joined_and_lists_kept() -> None:
    text = "\n      First line\n      goes on.\n\n      -  one\n         more\n      -  two\n      1. three\n"
    assert tidy_lines(text) == "First line goes on.\n\n- one more\n- two\n1. three"
