"""Marked-up text of papers, labels and patents in (JATS, SPL, USPTO), plain paragraphs, lists and tables out.

Numbers must stay what they are: exponents are raised, reference numbers are taken out ("cells [12]" and cells with a
raised 12 become "cells", "shown in [12]" becomes "shown in [ref]"), and a formula that is only a picture is said to be
one: "[formula]".
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator

from apothecary.documents.prose import raise_text, tidy_text

# fmt: off
PARAGRAPHS = frozenset((
    "p", "paragraph", "title", "heading", "label-title", "caption", "disp-quote", "boxed-text", "verse-group",
    "preformat", "attrib", "speech", "statement", "PARA", "H", "PTEXT", "dt", "dd", "def", "term", "heading-1",
    "footnote",
))
# fmt: on
LISTS = frozenset(("list", "ul", "ol", "def-list", "dl"))
ITEMS = frozenset(("list-item", "item", "li", "def-item"))
TABLES = frozenset(("table", "TABLE", "tgroup"))
ROWS = frozenset(("tr", "row", "ROW"))
CELLS = frozenset(("td", "th", "entry", "ENTRY"))
# fmt: off
HIDDEN = frozenset((
    "tex-math", "annotation", "annotation-xml", "object-id", "graphic", "media", "img", "EMI", "colspec",
    "processing-instruction",
))
# fmt: on
FORMULAS = frozenset(("inline-formula", "disp-formula", "maths", "chemistry", "MATH-US", "CHEM-US", "math-cwu"))
STRUCTURES = frozenset(("chemistry", "CHEM-US"))
RAISED_TAGS = frozenset(("sup", "superscript", "SP"))
MAX_SPAN, MAX_CELLS = 60, 100_000  # what a table may say of its own size is not believed
CITED = "\ue000"  # stands for a reference number until the text around it is known
CITATION = re.compile(rf"\s*[\[(]?\s*{CITED}(?:(?:[\s,;–—-]|&|and)*{CITED})*(?:\s*[\])])?")
NUMBERED = re.compile(r"[\[(]?\s*S?\d+[a-z]?(?:\s*[,;–—-]\s*S?\d+[a-z]?)*\s*[\])]?")


def strip_namespaces(element: ET.Element) -> ET.Element:
    """The same element, every tag in it without its namespace."""
    for part in element.iter():
        if "}" in str(part.tag):
            part.tag = str(part.tag).rpartition("}")[2]
    return element


def write_inline(element: ET.Element | None) -> str:
    """All text of an element on one line; nothing for none."""
    return "" if element is None else _clean("".join(_walk(element)))


def list_blocks(
    element: ET.Element, floats: Collection[str] = (), found: list[ET.Element] | None = None, skip: Collection[str] = ()
) -> list[str]:
    """An element to its paragraphs, lists and tables as texts.

    Elements with a tag in `floats` are left out and put into `found`, those in `skip` are left out.
    """
    blocks: list[str] = []
    line: list[str] = []

    def flush() -> None:
        text = _clean("".join(line))
        line.clear()
        if text:
            blocks.append(text)

    def visit(part: ET.Element) -> None:
        line.append(part.text or "")
        for child in part:
            tag = str(child.tag)
            if tag in floats:
                if found is not None:
                    found.append(child)
            elif tag in skip:
                pass
            elif tag in TABLES:
                flush()
                blocks.extend(text for text in [write_table(child)] if text)
            elif tag in LISTS:
                flush()
                blocks.extend(text for text in [_write_list(child)] if text)
            elif tag in PARAGRAPHS:
                flush()
                visit(child)
                flush()
            elif tag in HIDDEN or tag in FORMULAS or tag in RAISED_TAGS or tag in ("xref", "math") or not len(child):
                line.extend(_walk(child))
            else:
                visit(child)
            line.append(child.tail or "")

    visit(element)
    flush()
    return blocks


def _write_list(element: ET.Element) -> str:
    """A list to a line an item."""
    lines = []
    for item in element:
        if item.tag in ITEMS or item.tag in ("dt", "dd"):
            label = tidy_text(item.findtext("label") or item.findtext("caption") or "")
            texts = [text for text in list_blocks(item, skip=("label", "caption")) if text]
            mark = f"{label} " if re.fullmatch(r"\(?\w{1,4}[.)]", label) else f"- {label} " if label else "- "
            if texts and not label and texts[0].startswith("- "):  # nothing but a list within the list
                lines.append("\n".join(texts))
            elif texts:
                lines.append(mark + "\n".join(texts))
    return "\n".join(lines)


def write_table(table: ET.Element) -> str:
    """A table, HTML or CALS, to a line a row, cells parted by bars; cells that span are repeated in what they span."""
    rows: list[list[str]] = []
    waiting: dict[int, tuple[int, str]] = {}  # column: rows it still reaches down to, its text
    cells = 0
    names = {one.get("colname", ""): place for place, one in enumerate(table.iter("colspec"))}
    for row in (part for part in table.iter() if part.tag in ROWS):
        line: list[str] = []
        for cell in (part for part in row if part.tag in CELLS):
            _take_waiting(waiting, line)
            wide, deep = _measure(cell, names)
            text = write_inline(cell).replace(" | ", " / ")
            for _ in range(wide):
                if deep > 1:
                    waiting[len(line)] = (deep - 1, text)
                line.append(text)
        _take_waiting(waiting, line)
        cells += len(line)
        if cells > MAX_CELLS:
            break
        rows.append(line)
    return "\n".join(
        line[0] if len(set(line)) == 1 and len(line) > 1 else " | ".join(line).strip() for line in rows if any(line)
    )


def _take_waiting(waiting: dict[int, tuple[int, str]], line: list[str]) -> None:
    """Put into a row what reaches down into its next columns."""
    while len(line) in waiting:
        left, text = waiting.pop(len(line))
        if left > 1:
            waiting[len(line)] = (left - 1, text)
        line.append(text)


def _measure(cell: ET.Element, names: dict[str, int]) -> tuple[int, int]:
    """How many columns and rows a cell spans."""
    wide, deep = _count(cell.get("colspan"), 1), _count(cell.get("rowspan"), 1)
    first, last = cell.get("namest") or cell.get("NAMEST"), cell.get("nameend") or cell.get("NAMEEND")
    if first in names and last in names:
        wide = min(MAX_SPAN, max(1, names[last] - names[first] + 1))
    more = cell.get("morerows") or cell.get("MOREROWS")
    return wide, (_count(more, 0) + 1 if more else deep)


def _count(text: str | None, least: int) -> int:
    return min(MAX_SPAN, max(least, int(text))) if text and text.strip().isdigit() else least


def _walk(element: ET.Element) -> Iterator[str]:
    """The pieces of an element's text, without what follows it."""
    tag = str(element.tag)
    if tag in HIDDEN:
        return
    if tag in ("br", "CLMSTEP", "claim-text"):
        yield " "
    if tag == "xref" and element.get("ref-type") == "bibr":
        text = tidy_text("".join(element.itertext()))
        yield CITED if NUMBERED.fullmatch(text) else text
        return
    if tag in FORMULAS or tag == "math":
        text = tidy_text("".join(_write_formula(element)))
        picture = " [structure] " if tag in STRUCTURES else " [formula] "
        yield f" {text} " if text and tag == "disp-formula" else text or picture
        return
    inner = [element.text or ""]
    for child in element:
        inner.extend(_walk(child))
        if child.tag in CELLS or child.tag in ITEMS or child.tag in PARAGRAPHS:
            inner.append(" ")
        inner.append(child.tail or "")
    yield raise_text("".join(inner)) if tag in RAISED_TAGS else "".join(inner)


def _write_formula(element: ET.Element) -> Iterator[str]:
    """MathML, and what other text a formula has, on one line."""
    tag = str(element.tag)
    if tag in HIDDEN or tag in ("label", "inline-graphic"):
        return
    parts = [tidy_text("".join(_write_formula(child))) for child in element]
    if tag == "mfrac" and len(parts) == 2:
        yield "/".join(part if re.fullmatch(r"\w+", part) else f"({part})" for part in parts)
    elif tag in ("msup", "sup") and parts:
        raised = raise_text(parts[-1]) if len(parts) == 2 else parts[-1]
        yield parts[0] + (raised if raised != parts[-1] else f"^{parts[-1]}") if len(parts) == 2 else parts[0]
    elif tag in ("msub", "munder", "mover") and len(parts) == 2:
        yield f"{parts[0]}_{parts[1]}" if tag == "msub" else "".join(parts)
    elif tag == "msubsup" and len(parts) == 3:
        yield f"{parts[0]}_{parts[1]}^{parts[2]}"
    elif tag == "msqrt":
        yield f"√({''.join(parts)})"
    elif tag in RAISED_TAGS and not parts:
        yield raise_text(element.text or "")
    else:
        yield f" {(element.text or '').strip()} " if tag == "mo" else (element.text or "")
        for child, part in zip(element, parts, strict=True):
            yield f" {part} " if child.tag == "mo" and len(part) == 1 and part in "=+−<>≤≥≈±" else part
            yield child.tail or ""


def _clean(text: str) -> str:
    """Text without what is left of reference numbers, blanks single."""
    if CITED in text:
        text = CITATION.sub(_close, text)
    text = re.sub(r"\s+([,;.])(?=\s|$)", r"\1", tidy_text(text))
    return re.sub(r"([(\[])\s*[,;]\s*", r"\1", re.sub(r"\(\s*\)|\[\s*\]", "", text)).strip()


LEANING = re.compile(
    r"(?i)(?:^|[\s(])(?:in|by|see|from|of|to|and|or|with|than|at|e\.g\.,?|i\.e\.,?|refs?\.?|references?)$"
)


def _close(found: re.Match[str]) -> str:
    """What stays where reference numbers stood: a bracket that was not theirs, and a blank where words would touch."""
    text = found[0]
    opens, closes = re.search(r"[\[(]", text), re.search(r"[\])]$", text)
    left = "" if opens and closes else " (" if opens and "(" in text else ")" if closes and text.endswith(")") else ""
    if LEANING.search(found.string[max(0, found.start() - 20) : found.start()]):
        left = f" [ref]{left}"
    following = found.string[found.end() : found.end() + 1]
    return left + (" " if following.isalnum() and not left.endswith("(") else "")
