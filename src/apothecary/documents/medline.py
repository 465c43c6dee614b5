"""MEDLINE tagged text in ("PMID- 12230038"), documents out, the same as from XML where the two say the same.

Fields: https://www.nlm.nih.gov/bsd/mms/medlineelements.html. A structured abstract has its labels in the text; they
become sections again. A record without a PMID fails; the rest goes on.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.prose import read_date, tidy_text
from apothecary.documents.pubmed import LICENCE, SOURCE, note_document
from apothecary.documents.sections import name_part
from apothecary.errors import SourceError

FORMAT = "medline text"
MAX_LINE_BYTES = 2**20
MAX_RECORD_LINES = 100_000
FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)", re.DOTALL)
LABEL = re.compile(r"(?:^|(?<=[.?!)] ))([A-Z][A-Z0-9 ,/&'()-]{2,60}[A-Z)]): ")
RN = re.compile(r"\S+ \((.+)\)$")
LINKS = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPI": "RetractedandRepublishedIn",
    "RPF": "RetractedandRepublishedFrom",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
Fields = dict[str, list[str]]


def read_medline(stream: BinaryIO, *, file: str) -> Iterator[Item]:
    """A stream of tagged text to its documents and failures; SourceError where it is something else."""
    number = 0
    for number, (fields, is_clean) in enumerate(iter_fields(stream, file), 1):
        pmid = fields.get("PMID", [""])[0]
        if not pmid.isdigit():
            yield Failure(file, number, None, "no PMID", f"fields {', '.join(list(fields)[:9])}")
            continue
        document = read_fields(fields, pmid)
        document.file, document.record = file, number
        if not is_clean:
            document.notices.append("bytes that are not UTF-8, read as cp1252")
        yield document
    if not number:
        yield Failure(file, None, None, "the file is empty")


def iter_fields(stream: BinaryIO, file: str) -> Iterator[tuple[Fields, bool]]:
    """A stream to the fields of each record, and whether all of it was UTF-8. Blank lines part the records."""
    fields: Fields = {}
    last: list[str] | None = None
    is_clean, lines = True, 0
    for raw in iter_lines(stream, file):
        line, is_utf8 = decode(raw)
        lines += 1
        if lines > MAX_RECORD_LINES:
            raise SourceError(
                "a MEDLINE record is too long", where=file, expected=f"at most {MAX_RECORD_LINES:,} lines"
            )
        found = FIELD.fullmatch(line)
        if not line or (found and found[1] == "PMID" and fields):
            if fields:
                yield fields, is_clean
            fields, last, is_clean, lines = {}, None, True, 0
        is_clean = is_clean and is_utf8
        if found:
            last = fields.setdefault(found[1], [])
            last.append(found[2])
        elif line and last is not None:
            last[-1] += f" {line.strip()}"
        elif line:
            expected = 'lines that start with a tag ("PMID- 1")'
            raise SourceError("the file is not MEDLINE text", where=file, expected=expected)
    if fields:
        yield fields, is_clean


def iter_lines(stream: BinaryIO, file: str) -> Iterator[bytes]:
    """A stream to its lines without their ends, a marker of the encoding dropped; a line without end is refused."""
    reader = stream if isinstance(stream, io.BufferedReader | io.BytesIO) else io.BufferedReader(stream)  # type: ignore[type-var]
    is_first = True
    while raw := reader.readline(MAX_LINE_BYTES + 1):
        if len(raw) > MAX_LINE_BYTES:
            raise SourceError("a line is too long", where=file, expected=f"at most {MAX_LINE_BYTES:,} bytes")
        yield raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n \t") if is_first else raw.rstrip(b"\r\n \t")
        is_first = False


def decode(raw: bytes) -> tuple[str, bool]:
    """A line as text, and whether it was UTF-8; what is not is most often cp1252."""
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), False


def read_fields(fields: Fields, pmid: str) -> Document:
    """The fields of a record to its document."""

    def take(tag: str) -> list[str]:
        return [text for value in fields.get(tag, []) if (text := tidy_text(value))]

    def first(tag: str) -> str:
        return next(iter(take(tag)), "")

    document = Document(SOURCE, pmid, FORMAT, first("TI") or first("BTI"), LICENCE)
    document.date = read_date(first("DP")) or read_date(first("DEP"))
    document.revised = read_date(first("LR"))
    document.rights = first("CI") or None
    document.languages, document.types = take("LA"), take("PT")
    document.subjects = [_star(heading) for heading in take("MH")]
    document.chemicals = [found[1] if (found := RN.fullmatch(value)) else value for value in take("RN")]
    document.keywords = [value.removeprefix("*") for value in take("OT")]
    for tag, kind in LINKS.items():
        for value in take(tag):
            found = re.search(r"PMID: (\d+)", value)
            document.links.append((kind, found[1] if found else value))
    if document.title:
        document.sections.append(("title", document.title))
    for text in take("AB"):
        document.sections.extend(split_abstract(text, "abstract"))
    for text in take("OAB"):
        document.sections.extend(split_abstract(text, f"other abstract ({first('OABL') or 'other'})"))
    note_document(document)
    return document


def _star(heading: str) -> str:
    """A heading with its star in front, wherever it stood ("Insulin/*therapeutic use")."""
    bare = heading.replace("*", "")
    return f"*{bare}" if bare != heading else bare


def split_abstract(text: str, name: str) -> Iterator[tuple[str, str]]:
    """An abstract's text to its sections; labels count only when the text begins with one."""
    found = list(LABEL.finditer(text))
    if not found or found[0].start():
        yield name, text
        return
    for label, following in zip(found, [*found[1:], None], strict=True):
        part = text[label.end() : following.start() if following else len(text)].strip()
        if part:
            yield f"{name}/{name_part(label[1])}", part
