"""Texts to spans of personal data: e-mail addresses, phone numbers, cards, accounts, numbers of persons, IP addresses.

Patterns find, checks decide (Luhn, ISO 7064, octets, country codes), and notation is hidden first: InChI, SMILES, DOIs
and web addresses hold digits that look like anything. CAS numbers, NCT ids, PMIDs, UNIIs, ATC codes, EC numbers, doses
and melting ranges are no personal data. Toll-free numbers, as of poison centres, belong to nobody.

Names of persons need a model: see `presidio`. A column is searched with one vectorised pattern first; the loop in
Python runs over the few texts that this leaves, since positions of all matches cannot be had from Polars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from apothecary.curate.filters.checks import (
    check_card,
    check_iban,
    check_ip,
    check_phone,
    check_ssn,
)

SPANS = pl.Schema({"row": pl.UInt32, "kind": pl.String, "start": pl.UInt32, "end": pl.UInt32})

_BEFORE = r"(?<![\w.,/=\-+#@\]])"  # no number begins inside a longer one, a path or a formula
_AFTER = r"(?![\w@/=\[]|[.,\-]\d)"
_LABEL = (
    r"\b(?:MRN|medical record|patient|hospital|NHS|health (?:card|insurance)|insurance|passport|social security|SSN|"
    r"driver'?s licen[cs]e|national insurance|tax(?:payer)?)"
    r"(?:\s+(?:id|identifier|identification|number|no\.?|nr\.?))*\s*(?:is|:|\#|=|№)*\s*"
)
# What holds digits and is no personal data: addresses of the web, identifiers of documents, and structures: tokens with
# a bracketed atom or a double bond in them.
_IDENTIFIER = re.compile(
    r"https?://\S+|www\.\S+|InChI=\S+|\b10\.\d{4,9}/\S+|\bNCT\d{8}\b|\bISRCTN\d+|\bPM(?:C?ID:?\s*|C)\d+"
)
_STRUCTURE = re.compile(r"\(=|\[[A-Z][A-Za-z@+\-\d]{0,8}\]|[A-Za-z\d)]=[A-Z(\[]")
_LABELS = ("tel ", "tel: ", "tel. ", "phone ", "phone: ", "fax ", "fax: ", "mobile ", "mobile: ", "call ")
_AFTER_LABEL = "(?:" + "|".join(f"(?<={re.escape(label)})" for label in _LABELS) + ")"
_DATE = r"\d{1,4}[./\-]\d{1,2}[./\-]\d{2,4}|\d{1,2}\s+[a-z]{3,9}\.?\s+\d{4}|[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}"


@dataclass(frozen=True)
class Finder:
    """How one kind is found: its pattern, whose group 1 or whole match is the span, and the check that decides."""

    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    hides_notation: bool = True


FINDERS = {
    "email": Finder(
        re.compile(r"(?<![\w.%+\-])[\w.%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])"),
        lambda text: not text.startswith((".", "-")) and ".." not in text,
        hides_notation=False,
    ),
    "card": Finder(re.compile(rf"{_BEFORE}(\d{{4}}(?:[ \-]?\d{{2,6}}){{2,4}}){_AFTER}"), check_card),
    "iban": Finder(
        re.compile(rf"{_BEFORE}([A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,3}})?){_AFTER}"), check_iban
    ),
    "ssn": Finder(re.compile(rf"{_BEFORE}(\d{{3}}-\d{{2}}-\d{{4}}){_AFTER}"), check_ssn),
    "person_number": Finder(
        re.compile(rf"{_LABEL}((?-i:[A-Z]{{0,3}}-?)\d(?:[ \-]?\d){{4,14}}){_AFTER}", re.IGNORECASE), lambda text: True
    ),
    "birth_date": Finder(
        re.compile(rf"\b(?:DOB|D\.O\.B\.|date of birth|birth ?date|born on)\s*(?:is|:|=)?\s*({_DATE})", re.IGNORECASE),
        lambda text: True,
    ),
    "phone": Finder(
        re.compile(
            rf"{_BEFORE}(\+[1-9]\d{{0,2}}(?:[ .\-/]?\(?\d{{1,5}}\)?){{2,6}}"
            rf"|(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.\-])[2-9]\d\d[.\-]\d{{4}}"
            rf"|{_AFTER_LABEL}\(?\d{{2,5}}\)?(?:[ .\-/]?\d{{2,5}}){{2,4}}){_AFTER}",
            re.IGNORECASE,
        ),
        check_phone,
    ),
    "ip_address": Finder(
        re.compile(
            rf"{_BEFORE}(?<!EC )(?<!E\.C\. )(?<!version )"
            rf"((?:\d{{1,3}}\.){{3}}\d{{1,3}}|(?<!:)(?:[0-9a-f]{{0,4}}:){{3,7}}[0-9a-f]{{1,4}})(?![\w:]|\.\d)",
            re.IGNORECASE,
        ),
        check_ip,
    ),
}
KINDS = tuple(FINDERS)
# One cheap look at a whole column: an @ between letters, seven digits in a group, two colons, or a label.
_SUSPECT = (
    r"\w@\w|\d(?:[ .\-/():]{0,2}\d){6}|(?:\d{1,3}\.){3}\d|[0-9a-fA-F]:[0-9a-fA-F]*:[0-9a-fA-F:]"
    r"|(?i:\b(?:MRN|DOB|D\.O\.B\.|birth|born|record|patient|hospital|passport|licen[cs]e|insurance|tax)\b[^\n]{0,40}\d)"
)


def find_pii(texts: pl.Series) -> pl.DataFrame:
    """Texts (n) to SPANS of personal data, sorted by row and start; `start` and `end` count characters.

    Spans do not overlap: of two that would, the kind that stands first in KINDS holds.
    """
    suspect = texts.str.contains(_SUSPECT).fill_null(value=False)
    found = [
        (row, kind, start, end)
        for row, text in zip(suspect.arg_true().to_list(), texts.filter(suspect), strict=True)
        for kind, start, end in find_spans(text)
    ]
    return pl.DataFrame(found, schema=SPANS, orient="row")


def find_spans(text: str) -> list[tuple[str, int, int]]:
    """One text to its spans (kind, start, end), in the order of the text."""
    hidden = hide_notation(text)
    taken: list[tuple[str, int, int]] = []
    for kind, finder in FINDERS.items():
        for start, end in _search(finder, hidden if finder.hides_notation else text):
            if not any(start < other_end and other_start < end for _, other_start, other_end in taken):
                taken.append((kind, start, end))
    return sorted(taken, key=lambda span: span[1])


def hide_notation(text: str) -> str:
    """One text with spaces in place of structures, identifiers of documents and addresses of the web."""
    text = _IDENTIFIER.sub(_blank, text)
    if not _STRUCTURE.search(text):
        return text
    return re.sub(r"\S+", lambda match: _blank(match) if _STRUCTURE.search(match[0]) else match[0], text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _search(finder: Finder, text: str) -> Iterator[tuple[int, int]]:
    for match in finder.pattern.finditer(text):
        start, end = match.span(1 if match.re.groups else 0)
        if finder.check(text[start:end]):
            yield start, end
