"""What all eras of patents have in common: numbers, claims with those they depend on, sections by their headings.

A claim is a passage: "claims/1" stands alone, "claims/4 of 1,3" depends on claims 1 and 3. The description's sections
are related, field, background, summary, drawings, detailed_description and examples, with headings of their own below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from apothecary.documents.model import Document, cut_section
from apothecary.documents.prose import write_date

SOURCE, LICENCE = "patents", "US patent text (public domain; parts can be their owner's)"
KINDS = {  # the first that a heading matches
    "related": r"related (?:u\.?s\.? )?(?:application|patent)|cross[- ]?reference|priority claim|claim of priority",
    "government": r"federally|government",
    "field": r"(?:technical )?field\b",
    "drawings": r"(?:brief )?description of (?:the )?(?:several )?(?:views|drawing|figure)|drawings?$|figures?$",
    "examples": r"(?:working |comparative |reference )?examples?\b",
    "detailed_description": r"detailed? |description of (?:the |a )?(?:preferred|illustrat|embodiment|invention)|"
    r"best mode|description$|(?:preferred )?embodiments?|(?:various )?modes? (?:for|of)",
    "background": r"background|(?:description of )?(?:the )?(?:related|prior) art|technical background",
    "summary": r"(?:brief )?(?:summary|disclosure|statement)|objects? of",
}
HEADS = {name: re.compile(rf"(?:\W|\d|the )*(?:{pattern})") for name, pattern in KINDS.items()}
CLAIM_REFERENCE = re.compile(r"\bclaims? (\d+(?:(?:\s*(?:,|or|and|to|through|-|–)\s*)+\d+)*)", re.IGNORECASE)
MAX_PARENTS = 200


@dataclass
class Claim:
    """One claim: its number, its text, the numbers of those that its source says it depends on."""

    number: int
    text: str
    parents: list[int] = field(default_factory=list)


@dataclass
class Patent:
    """What a reader found in a grant or an application."""

    number: str  # without country and leading zeros, "D435854"
    kind: str  # "B2", "A1"; empty where the era has none
    date: str | None
    title: str
    format: str
    abstract: list[str] = field(default_factory=list)
    description: list[tuple[str, list[str]]] = field(default_factory=list)  # name of the section, paragraphs
    claims: list[Claim] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # "CPC A61K 31/40"
    links: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def trim_number(text: str) -> str:
    """A number as written ("08926509", "D0435854") without its zeros."""
    found = re.fullmatch(r"([A-Z]{0,2})0*(\d+)", text.strip().upper().replace("/", "").replace(",", ""))
    return f"{found[1]}{found[2]}" if found else ""


def read_day(text: str) -> str | None:
    """A date as "20150106", whose day or month can be 00."""
    text = text.strip()
    return (
        write_date(text[:4], text[4:6].replace("00", ""), text[6:8].replace("00", "")) if text[:8].isdigit() else None
    )


def name_heading(heading: str, current: str) -> str:
    """A heading of the description to the name of its section; one of its own goes below the section it stands in."""
    text = heading.lower().strip(" .:")
    kind = next((name for name, head in HEADS.items() if head.match(text)), None)
    if kind == "examples":
        return f"description/examples/{heading}"
    if kind and len(text) < 90:
        return f"description/{kind}"
    kind = next((part for part in current.split("/")[1:2] if part in KINDS), "")
    return f"description/{kind}/{heading}" if kind else f"description/{heading}"


def find_parents(claim: Claim) -> list[int]:
    """The claims that a claim depends on: as its source marks them, else as its text says ("of claims 1 to 3")."""
    marked = sorted({number for number in claim.parents if 0 < number < claim.number})
    if marked:
        return marked[:MAX_PARENTS]
    found = CLAIM_REFERENCE.search(claim.text)
    numbers: set[int] = set()
    if found:
        for first, to, last in re.findall(r"(\d+)(?:\s*(to|through|-|–)\s*(\d+))?", found[1]):
            end = int(last) if to else int(first)
            numbers.update(range(int(first), min(end, int(first) + MAX_PARENTS) + 1))
    return sorted(number for number in numbers if 0 < number < claim.number)


def describe_patent(patent: Patent, *, file: str, record: int) -> Document:
    """A patent to its document."""
    kind = patent.kind
    document = Document(SOURCE, f"US{patent.number}{kind}", patent.format, patent.title, LICENCE, patent.date)
    is_application = kind.startswith("A") and len(patent.number) > 9
    document.types = ["application" if is_application else "grant", *([kind] if kind else [])]
    document.languages, document.subjects = ["en"], list(dict.fromkeys(patent.codes))
    document.links, document.notices = patent.links, patent.notices
    document.sections = [("title", patent.title)] if patent.title else []
    document.sections += cut_section("abstract", patent.abstract)
    for name, blocks in patent.description:
        document.sections += cut_section(name or "description", blocks)
    for claim in patent.claims:
        parents = ",".join(str(number) for number in find_parents(claim))
        name = f"claims/{claim.number}" + (f" of {parents}" if parents else "")
        document.sections.append((name, claim.text))
    if not patent.abstract:
        document.notices.append("no abstract")
    if not patent.claims:
        document.notices.append("no claims")
    document.file, document.record = file, record
    return document


class Sections:
    """Collects a description: headings open sections, paragraphs go into the one that is open."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[str]]] = []
        self.name = ""

    def open(self, name: str) -> None:
        """Begin a section of this name."""
        self.name = name

    def head(self, heading: str) -> None:
        """Begin the section of this heading."""
        self.name = name_heading(heading, self.name)

    def add(self, blocks: Iterable[str]) -> None:
        """Put paragraphs into the section."""
        texts = [text for text in blocks if text]
        if texts and self.found and self.found[-1][0] == self.name:
            self.found[-1][1].extend(texts)
        elif texts:
            self.found.append((self.name, texts))
