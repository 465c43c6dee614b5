"""Patents of the XML and SGML eras in (2001 to today: grants, applications, weekly files), documents out.

Three shapes: `us-patent-grant` and `us-patent-application` since 2005, `patent-application-publication` of 2001 to
2004, and `PATDOC` (ST.32) grants of the same years. Sequence listings are passed over.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.documents.markup import list_blocks, strip_namespaces, write_inline
from apothecary.documents.model import Failure, Item
from apothecary.documents.patent import Claim, Patent, Sections, describe_patent, read_day, trim_number
from apothecary.documents.patent_files import iter_pieces, parse_piece
from apothecary.documents.prose import tidy_text
from apothecary.engine.xml import ByteStream
from apothecary.errors import SourceError

CONTAINERS = {  # and the sections that they are
    "description-of-drawings": "drawings",
    "brief-description-of-drawings": "drawings",
    "DRWDESC": "drawings",
    "background-of-invention": "background",
    "summary-of-invention": "summary",
    "BRFSUM": "background",
    "detailed-description": "detailed_description",
    "DETDESC": "detailed_description",
    "cross-reference-to-related-applications": "related",
    "RELAPP": "related",
    "federal-research-statement": "government",
    "GOVINT": "government",
    "BTEXT": "",
    "section": "",
    "subdoc-description": "",
    "copyright-statement": "",
}
HEADINGS = ("heading", "H")
SKIP = ("number", "NUMBER", "SEQ-LST", "sequence-list")


def read_patents_xml(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """A stream of one document or thousands to its patents; one that cannot be read fails and the rest goes on."""
    number = 0
    for number, piece in enumerate(iter_pieces(stream, file), 1):
        try:
            root, notices = parse_piece(piece, file)
        except SourceError as error:
            yield Failure(file, number, None, error.what, f"{error.where} {error.expected}".strip())
            continue
        if root is None:
            if b"sequence" not in piece[:4096].lower():
                yield Failure(file, number, None, "the XML holds no patents", "")
            continue
        patent = read_patent(strip_namespaces(root))
        if not patent.number:
            yield Failure(file, number, None, "no patent number", f"<{root.tag}>")
            continue
        patent.notices = notices + patent.notices
        yield describe_patent(patent, file=file, record=number)
    if not number:
        raise SourceError("the file is empty", where=file, expected="XML")


def read_patent(root: ET.Element) -> Patent:
    """A root of any of the shapes to its patent."""
    if root.tag == "PATDOC":
        return read_st32(root)
    return read_pap(root) if root.tag == "patent-application-publication" else read_red_book(root)


def find_text(element: ET.Element, path: str) -> str:
    """The text at a path, on one line."""
    return write_inline(element.find(path))


def read_red_book(root: ET.Element) -> Patent:
    """A grant or application since 2005."""
    kind = "grant" if root.tag == "us-patent-grant" else "application"
    bibliography = root.find(f"us-bibliographic-data-{kind}")
    base = root if bibliography is None else bibliography
    published = "publication-reference/document-id"
    patent = Patent(
        trim_number(find_text(base, f"{published}/doc-number")),
        find_text(base, f"{published}/kind"),
        read_day(find_text(base, f"{published}/date")),
        find_text(base, "invention-title"),
        f"us {kind} xml",
    )
    patent.links = _link(find_text(base, "application-reference/document-id/doc-number"))
    for scheme, tag in (("CPC", "classification-cpc"), ("IPC", "classification-ipcr")):
        for found in base.iter(tag):
            if found.find("section") is not None:
                parts = [find_text(found, part) for part in ("section", "class", "subclass", "main-group", "subgroup")]
                patent.codes.append(f"{scheme} {''.join(parts[:3])} {parts[3]}/{parts[4]}")
    older = find_text(base, "classification-ipc/main-classification")
    patent.codes += [f"IPC {older}"] if older else []
    read_body(root, patent, "abstract", "description", "claims/claim")
    return patent


def read_pap(root: ET.Element) -> Patent:
    """An application of 2001 to 2004."""
    base = root.find("subdoc-bibliographic-information")
    base = root if base is None else base
    patent = Patent(
        trim_number(find_text(base, "document-id/doc-number")),
        find_text(base, "document-id/kind-code"),
        read_day(find_text(base, "document-id/document-date")),
        find_text(base, "technical-information/title-of-invention"),
        "us application xml 2001",
    )
    patent.links = _link(find_text(base, "domestic-filing-data/application-number/doc-number"))
    patent.codes = [f"IPC {code}" for found in base.iter("ipc") if (code := write_inline(found))]
    read_body(root, patent, "subdoc-abstract", "subdoc-description", "subdoc-claims/claim")
    return patent


def read_st32(root: ET.Element) -> Patent:
    """A grant of 2001 to 2004."""
    patent = Patent(
        trim_number(find_text(root, "SDOBI/B100/B110")),
        find_text(root, "SDOBI/B100/B130"),
        read_day(find_text(root, "SDOBI/B100/B140")),
        find_text(root, "SDOBI/B500/B540"),
        "us grant st32",
    )
    patent.links = _link(find_text(root, "SDOBI/B200/B210"))
    patent.codes = [f"IPC {code}" for tag in ("B511", "B512") for one in root.iter(tag) if (code := write_inline(one))]
    read_body(root, patent, "SDOAB", "SDODE", "SDOCL//CLM")
    return patent


def _link(application: str) -> list[tuple[str, str]]:
    return [("application", application)] if application else []


def read_body(root: ET.Element, patent: Patent, abstract: str, description: str, claims: str) -> None:
    """Give a patent its abstract, description and claims, which lie at these paths."""
    found = root.find(abstract)
    patent.abstract = [] if found is None else list_blocks(found, skip=SKIP)
    sections = Sections()
    found = root.find(description)
    if found is not None:
        walk_description(found, sections)
    patent.description = sections.found
    for place, claim in enumerate(root.iterfind(claims), 1):
        mark = claim.get("num") or claim.get("id") or claim.get("ID") or ""
        number = int(digits[-1]) if (digits := re.findall(r"\d{1,5}", mark)) else place
        marks = [
            reference.get("idref") or reference.get("depends_on") or reference.get("ID") or ""
            for reference in claim.iter()
            if reference.tag in ("claim-ref", "dependent-claim-reference", "CLREF")
        ]
        parents = [int(digits) for mark in marks for digits in re.findall(r"\d{1,5}", mark)]
        text = write_inline(claim)
        if text:
            patent.claims.append(Claim(number, text, parents))


def walk_description(element: ET.Element, sections: Sections) -> None:
    """A description's headings and paragraphs, in whatever holds them, to its sections."""
    for child in element:
        tag = str(child.tag)
        if tag in HEADINGS:
            if heading := tidy_text(write_inline(child)):
                sections.head(heading)
        elif tag in CONTAINERS:
            if CONTAINERS[tag]:
                sections.open(f"description/{CONTAINERS[tag]}")
            walk_description(child, sections)
        elif tag not in SKIP:
            sections.add(list_blocks(child, skip=SKIP))
