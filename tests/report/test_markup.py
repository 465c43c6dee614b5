"""Whatever a row holds, the page shows it and does nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.report.markup import Html, bar, escape, join, percent, shade, table, tag, write_page

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "' onmouseover='x",
    "a\u202egnp.exe",
    "line\u2028separator",
    "\x1b[31mred\x07",
    "&amp; &lt;",
    "\ud800",
]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    reader = read(tag("p", text, title=text))
    assert set(reader.tags) <= {"p", "span"}
    assert set(reader.attributes) <= {"title", "class"}


@given(st.text())
def test_any_text_is_read_back(text: str) -> None:
    plain = "".join(letter for letter in text if letter.isprintable() and letter != "\r")
    assert read(escape(plain)).text == plain
    assert set(read(escape(text)).tags) <= {"span"}


@pytest.mark.parametrize("letter", ["\u202e", "\u2028", "\x1b", "\x00", "\u200b", "\ufeff"])
def test_what_cannot_be_seen_is_shown_by_its_code(letter: str) -> None:
    assert f"U+{ord(letter):04X}" in escape(f"a{letter}b")
    assert letter not in escape(f"a{letter}b")


def test_notation_is_left_alone() -> None:
    assert escape("5 µg/mL ± 0.1 °C, β-D, −2′") == "5 µg/mL ± 0.1 °C, β-D, −2′"


def test_html_is_not_escaped_twice() -> None:
    assert tag("b", join([Html("<i>x</i>"), "<"])) == "<b><i>x</i>&lt;</b>"


def test_tables_bars_and_shades_are_bounded() -> None:
    assert "<th" in table(["a"], [["<b>"]])
    assert "&lt;b&gt;" in table(["a"], [["<b>"]])
    assert "width:100.00%" in bar(7.0)
    assert "left:0.00%" in bar(0.5, mark=-3)
    assert "--heat:100%" in shade(9.0, "x")
    assert percent(None) == "–"


def test_a_page_forbids_scripts_and_the_network() -> None:
    page = write_page("t <b>", "p { color: red }", tag("p", "x"))
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert "<title>t &lt;b&gt;</title>" in page
