"""What every reader yields: documents with their sections, failures and deletions; and the tables they become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from apothecary.example import PASSAGE

RETRACTIONS = ("retracted", "retraction notice", "expression of concern")
GAP = "\n\n"  # between two sections, in a document's plain text
LONG_CHARS = 8_000  # a section beyond this is cut between paragraphs: a passage is what one can read at once
DELETED_BY_SOURCE = "deleted by its source"

_DOCUMENT_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "document_id": pl.String,  # "<source>:<the source's own id>"
    "source": pl.String,
    "format": pl.String,  # how it was written: "pubmed xml", "trial json v2"
    "title": pl.String,
    "date": pl.String,  # ISO 8601, to the day, month or year that is known
    "revised": pl.String,  # of two records with one id the later stands
    "licence": pl.String,
    "rights": pl.String,  # what the record itself says of its copyright
    "languages": pl.List(pl.String),
    "types": pl.List(pl.String),  # publication types; of a trial its study type and phases
    "retraction": pl.String,  # one of RETRACTIONS, or null
    "subjects": pl.List(pl.String),  # MeSH headings, qualifiers after a slash
    "chemicals": pl.List(pl.String),
    "keywords": pl.List(pl.String),
    "links": pl.List(pl.Struct({"type": pl.String, "id": pl.String})),  # to other records
    "notices": pl.List(pl.String),  # what whoever uses it should know
    "passages": pl.Int64,
    "chars": pl.Int64,
    "file": pl.String,
    "record": pl.Int64,  # counted from 1 in its file
}
DOCUMENT = pl.Schema(_DOCUMENT_COLUMNS)

FAILURE = pl.Schema(
    {
        "file": pl.String,
        "record": pl.Int64,  # null where the whole file failed
        "document_id": pl.String,
        "reason": pl.String,
        "detail": pl.String,
    }
)


@dataclass
class Document:
    """One record: what the table says of it, and its sections as (name, text) in their order."""

    source: str
    key: str
    format: str
    title: str
    licence: str
    date: str | None = None
    revised: str | None = None
    rights: str | None = None
    languages: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    retraction: str | None = None
    subjects: list[str] = field(default_factory=list)
    chemicals: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)
    file: str = ""
    record: int = 0

    @property
    def document_id(self) -> str:
        """The id that passages carry."""
        return f"{self.source}:{self.key}"


@dataclass(frozen=True)
class Failure:
    """A record, or with record None the rest of a file, that could not be read."""

    file: str
    record: int | None
    document_id: str | None
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Deletion:
    """A record that takes back an earlier one, or with another reason than the usual one any of its id."""

    file: str
    document_id: str
    reason: str = DELETED_BY_SOURCE


Item = Document | Failure | Deletion


def cut_section(name: str, blocks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs of one section to passages of at most LONG_CHARS, or one paragraph each where it is longer.

    They are joined by GAP, as passages are: where the cuts are does not change the document's plain text.
    """
    held: list[str] = []
    chars = 0
    for block in blocks:
        if held and chars + len(block) > LONG_CHARS:
            yield name, GAP.join(held)
            held, chars = [], 0
        held.append(block)
        chars += len(block) + len(GAP)
    if held:
        yield name, GAP.join(held)


def tabulate_documents(documents: Iterable[Document]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents to the frame of them and the frame of their passages, whose spans lie in the document's plain text.

    The plain text is the sections in their order with GAP between them.
    """
    rows: list[tuple[object, ...]] = []
    passages: list[tuple[object, ...]] = []
    for document in documents:
        at = 0
        for number, (section, text) in enumerate(document.sections):
            at += len(GAP) if number else 0
            passages.append(
                (
                    f"{document.document_id}#{number}",
                    document.document_id,
                    section,
                    at,
                    at + len(text),
                    text,
                    document.source,
                    document.date,
                    document.licence,
                )
            )
            at += len(text)
        rows.append(_state(document, at))
    return (
        pl.DataFrame(rows, schema=DOCUMENT, orient="row"),
        pl.DataFrame(passages, schema=PASSAGE, orient="row"),
    )


def _state(document: Document, chars: int) -> tuple[object, ...]:
    links = [{"type": kind, "id": key} for kind, key in document.links]
    known = {"links": links, "passages": len(document.sections), "chars": chars}
    return tuple(known[column] if column in known else getattr(document, column) for column in DOCUMENT)


def tabulate_failures(failures: Iterable[Failure]) -> pl.DataFrame:
    """Failures to their frame."""
    rows = [tuple(getattr(failure, column) for column in FAILURE) for failure in failures]
    return pl.DataFrame(rows, schema=FAILURE, orient="row")
