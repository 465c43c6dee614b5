"""What makers work with: a record with its sections, spans of them, and drafts of examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Section:
    """One passage: its text, its name as the document has it, and the kind that makers look for."""

    passage_id: str
    name: str
    kind: str
    text: str


@dataclass(frozen=True)
class Record:
    """One document with its sections in their order; the other fields as in `documents`."""

    document_id: str
    source: str
    title: str
    licence: str
    date: str = ""
    rights: str = ""
    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    chemicals: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def key(self) -> str:
        """The source's own id."""
        return self.document_id.partition(":")[2]

    def find(self, *kinds: str) -> Section | None:
        """The first section of one of these kinds, the kinds in their order."""
        return next((one for kind in kinds for one in self.sections if one.kind == kind), None)

    def list(self, *kinds: str) -> list[Section]:
        """The sections of these kinds, in the order of the document."""
        return [one for one in self.sections if one.kind in kinds]


@dataclass(frozen=True)
class Quote:
    """Characters start to end of a section's text."""

    section: Section
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.section.text[self.start : self.end]


def quote_all(section: Section) -> Quote:
    """A whole section."""
    return Quote(section, 0, len(section.text))


def quote_part(section: Section, part: str, start: int = 0) -> Quote:
    """The first place of a text in a section; ValueError where it is not there."""
    at = section.text.index(part, start)
    return Quote(section, at, at + len(part))


@dataclass(frozen=True)
class Draft:
    """An example before its wording: what is asked about, what the answer is, and where it stands."""

    maker: str
    record: Record
    answer: str
    quotes: tuple[Quote, ...]  # what the answer quotes or is worked out from
    shown: tuple[Quote, ...] = ()  # what the prompt shows; none for a question that stands alone
    slots: dict[str, str] = field(default_factory=dict)  # for the wordings, beside {answer}
    form: str = ""  # which group of wordings fits; "" the usual one
    steps: tuple[str, ...] = ()  # "52 / 135 * 100 = 38.5", each of which is worked out again
    choices: tuple[str, ...] = ()
    tolerance: float | None = None
    others: tuple[Record, ...] = ()  # further documents that are shown


Make: TypeAlias = Callable[[Sequence[Record]], Iterator[Draft]]
