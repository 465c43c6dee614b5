"""Text and dates as sources write them in, plain text and ISO dates out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

# 10<sup>-3</sup> must not become 10-3: an exponent that can be written with raised signs is.
RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
RAISABLE = re.compile(r"[0-9+\-−–=()n]+")
MONTHS = dict(jan=1, feb=2, mar=3, apr=4, may=5, jun=6, jul=7, aug=8, sep=9, oct=10, nov=11, dec=12)  # noqa: C408
DATE = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?:(?P<day>\d{1,2}),? )?(?P<year>\d{4})|(?P<first>\d{4})(?P<rest>.*)")


def collect_text(element: ET.Element | None) -> str:
    """An element to its text with single spaces, exponents raised; nothing for none."""
    if element is None:
        return ""
    if not len(element):
        return tidy_text(element.text or "")
    return tidy_text("".join(_walk(element)))


def _walk(element: ET.Element) -> Iterator[str]:
    if element.text:
        yield raise_text(element.text) if element.tag == "sup" else element.text
    for child in element:
        yield from _walk(child)
        if child.tail:
            yield child.tail


def raise_text(text: str) -> str:
    """The text of an exponent, raised where all of it can be."""
    bare = text.strip()
    # The blank of <sup>1 </sup> stays: it parts words.
    return text.replace(bare, bare.translate(RAISED)) if RAISABLE.fullmatch(bare) and bare != "n" else text


def tidy_text(text: str) -> str:
    """Text with every run of blanks one space, none at its ends."""
    return " ".join(text.split())


def tidy_lines(text: str) -> str:
    """Text whose lines are kept where they mean something: blank lines and lists; wrapped lines are joined."""
    paragraphs: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines: list[str] = []
        for line in block.split("\n"):
            bare = tidy_text(line)
            if not bare:
                continue
            if lines and not re.match(r"(?:[-*•·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s", bare):
                lines[-1] += f" {bare}"
            else:
                lines.append(bare)
        if lines:
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def write_date(year: str, month: str = "", day: str = "") -> str | None:
    """Parts of a date, a month by name or number, to ISO 8601 as far as it is known."""
    if not re.fullmatch(r"\d{4}", year):
        return None
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 0)
    if not 1 <= number <= 12:
        return year
    if day.isdigit() and 1 <= int(day) <= 31:
        return f"{year}-{number:02d}-{int(day):02d}"
    return f"{year}-{number:02d}"


def read_date(text: str | None) -> str | None:
    """A date as it is written ("2002 Sep", "July 3, 2021", "2021-07", "20020916", "1998 Dec-1999 Jan") to ISO 8601."""
    found = DATE.search((text or "").strip())
    if not found:
        return None
    if found["year"]:
        return write_date(found["year"], found["month"], found["day"] or "")
    rest = re.match(r"(\d{2})(\d{2})$|[ -]([A-Za-z]{3}|\d{1,2})[a-z]*(?:[ -](\d{1,2})\b)?", found["rest"])
    if not rest:
        return found["first"]
    return write_date(found["first"], rest[1] or rest[3] or "", rest[2] or rest[4] or "")
