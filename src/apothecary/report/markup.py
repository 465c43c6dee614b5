"""Texts in, HTML out. Every text is escaped unless it is HTML already, so a forgotten escape is impossible.

Rows may hold anything: tags, control characters, marks that turn the reading direction. Such characters are shown by
their code, and the page forbids scripts and all network access by its own policy.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
VOID = frozenset({"meta", "br", "hr", "link"})
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
KEPT = frozenset("\n\t")


class Html(str):
    """Text that is HTML."""

    __slots__ = ()


Child = str | int | float | None


def escape(text: Child) -> Html:
    """Any text to HTML that shows it; HTML stays as it is. Characters that cannot be seen are shown by their code."""
    if isinstance(text, Html):
        return text
    if text is None:
        return Html("")
    shown = html.escape(str(text), quote=True)
    if shown.isascii() and shown.isprintable():
        return Html(shown)
    return Html("".join(_show(letter) for letter in shown))


def _show(letter: str) -> str:
    if letter in KEPT or unicodedata.category(letter) not in HIDDEN:
        return letter
    return f'<span class="code">U+{ord(letter):04X}</span>'


def spell(text: str) -> str:
    """A text for a place that takes no elements, as a chart: what cannot be seen is spelled as its code."""
    return "".join(
        letter if unicodedata.category(letter) not in HIDDEN else f"[U+{ord(letter):04X}]" for letter in text
    )


def tag(name: str, /, *children: Child, **attributes: str | int | None) -> Html:
    """An element; texts among its children are escaped. `class_` stands for class, None leaves an attribute out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{join(children)}</{name}>")


def join(parts: Iterable[Child]) -> Html:
    """Parts one after the other, texts escaped."""
    return Html("".join(escape(part) for part in parts))


def table(header: Sequence[Child], rows: Iterable[Sequence[Child]], numbers: Sequence[int] = ()) -> Html:
    """A table; columns in `numbers` are set to the right."""
    classes = ["n" if place in numbers else None for place in range(len(header))]

    def line(name: str, cells: Sequence[Child]) -> Html:
        return tag("tr", *(tag(name, cell, class_=kind) for cell, kind in zip(cells, classes, strict=True)))

    body = tag("tbody", *(line("td", row) for row in rows))
    return tag("div", tag("table", tag("thead", line("th", header)), body), class_="scroll")


def bar(share: float, text: Child = "", mark: float | None = None) -> Html:
    """A horizontal bar for a share of one, and a mark where another share lies."""
    inside = [tag("span", class_="fill", style=f"width:{100 * min(1.0, max(0.0, share)):.2f}%")]
    if mark is not None:
        inside.append(tag("span", class_="mark", style=f"left:{100 * min(1.0, max(0.0, mark)):.2f}%"))
    return tag("span", tag("span", *inside, class_="bar"), tag("span", text, class_="said"), class_="barred")


def shade(share: float | None, text: Child) -> Html:
    """A table's text on a ground that is the darker the greater the share."""
    if share is None:
        return tag("span", text, class_="cell")
    return tag("span", text, class_="cell", style=f"--heat:{100 * min(1.0, max(0.0, share)):.0f}%")


def percent(share: float | None, digits: int = 1) -> str:
    """A share to text, None to a dash."""
    return "–" if share is None else f"{share:.{digits}%}"


def write_page(title: str, style: str, *body: Child) -> str:
    """A whole page: one file, no script, nothing from elsewhere."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(style)),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', *body), lang='en')}\n"
