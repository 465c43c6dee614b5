"""Papers as JATS or NLM XML in (PMC, PLOS, package or plain), documents with sections, tables and captions out.

A paper's key is its DOI, so that the same paper from two places is one. Notices of retraction and corrections are
read, marked and dropped by the room, and a paper that a notice of any of the files takes back is dropped too. The
licence is read from each paper; where none is stated it is "unknown". References are not read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.documents.markup import list_blocks, strip_namespaces, write_inline
from apothecary.documents.model import Deletion, Document, Failure, Item, cut_section
from apothecary.documents.prose import tidy_text, write_date
from apothecary.documents.sections import name_part, name_section
from apothecary.engine.xml import ByteStream, iter_records

SOURCE, FORMAT = "papers", "jats xml"
RETRACTED = "retracted"
NOTICES = {  # of article types and of headings
    "retraction": "retraction notice",
    "partial-retraction": "retraction notice",
    "correction": "erratum",
    "corrigendum": "erratum",
    "erratum": "erratum",
    "expression-of-concern": "expression of concern",
    "expression of concern": "expression of concern",
    "retracted-article": "retracted",
}
LINKS = {  # what a paper's links to others say of itself
    "retraction-forward": "retracted",
    "retracted-by": "retracted",
    "concern-forward": "expression of concern",
    "correction-forward": "corrected later",
    "corrected-article": "erratum",
}
FLOATS = frozenset(
    ("table-wrap", "table-wrap-group", "fig", "fig-group", "supplementary-material", "media", "boxed-text")
)
LEFT_OUT = frozenset(("title", "label", "sec", "ref-list", "xref-group", "index-term", "fn-group"))
BACK = {"app": "appendix", "ack": "acknowledgements", "notes": "notes", "sec": "back", "glossary": "glossary"}
ARTICLES = ("article", *(f"{{https://jats.nlm.nih.gov/ns/archiving/1.{n}/}}article" for n in range(5)))
DATES = ("epub", "epreprint", "ppub", "collection", "pub")
PACKED_OTHER = re.compile(r"(?i)!.*\.(?!xml$|nxml$)[a-z0-9]{1,5}$")
LICENCE_URL = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero|mark))(?:/(\d\.\d))?")
LICENCE_WORDS = re.compile(
    r"(?i)creative commons attribution((?:[- ](?:non[- ]?commercial|no[- ]?deriv\w*|share[- ]?alike))*)"
)


def read_papers(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """An XML stream to its papers and failures; pictures and texts beside the paper in a package are passed over."""
    if PACKED_OTHER.search(file):
        return
    number = 0
    for number, record in enumerate(iter_records(stream, ARTICLES, name=file), 1):
        article = strip_namespaces(record)
        front = article.find("front")
        front = article.find("front-stub") if front is None else front
        meta = None if front is None else front.find("article-meta")
        meta = front if meta is None else meta
        if meta is None:
            yield Failure(file, number, None, "no front matter", "<article> without <article-meta>")
            continue
        key, ids = read_ids(meta)
        if not key:
            yield Failure(file, number, None, "no id", "neither DOI, PMC id, PMID nor a publisher's id")
            continue
        document = read_paper(article, meta, key)
        document.file, document.record = file, number
        document.links = ids + document.links
        yield document
        if document.retraction == "retraction notice":
            gone = [target for kind, target in document.links if kind == "retracted-article" and target]
            yield from (Deletion(file, f"{SOURCE}:{target}", RETRACTED) for target in gone)
    if not number:
        yield Failure(file, None, None, "the XML holds no papers", "no <article>")


def read_ids(meta: ET.Element) -> tuple[str, list[tuple[str, str]]]:
    """A paper's key, and its ids with their kinds."""
    ids = {}
    for found in meta.findall("article-id"):
        kind, text = found.get("pub-id-type", "other"), tidy_text("".join(found.itertext()))
        ids[{"pmcid": "pmc"}.get(kind, kind)] = text
    if ids.get("pmc"):
        ids["pmc"] = "PMC" + ids["pmc"].removeprefix("PMC")
    key = ids.get("doi", "").lower() or ids.get("pmc", "") or ids.get("pmid", "") or ids.get("publisher-id", "")
    return key, [(kind, text) for kind, text in ids.items() if kind in ("doi", "pmc", "pmid") and text]


def read_paper(article: ET.Element, meta: ET.Element, key: str) -> Document:
    """An article to its document."""
    title = write_inline(meta.find("title-group/article-title"))
    rights = read_rights(meta)
    document = Document(SOURCE, key, FORMAT, title, name_licence(meta, rights))
    document.rights = rights[:600] or None
    document.date = read_day(meta)
    language = next((value for name, value in article.attrib.items() if name.endswith("lang")), "")
    document.languages = [language] if language else []
    headings = [write_inline(found) for found in meta.iterfind("article-categories/subj-group/subject")]
    document.types = list(dict.fromkeys([article.get("article-type", "other"), *headings]))
    document.keywords = [text for found in meta.iterfind("kwd-group/kwd") if (text := write_inline(found))]
    for related in meta.iter("related-article"):
        href = next((value for name, value in related.attrib.items() if name.endswith("href")), "")
        target = href.removeprefix("info:doi/").removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")
        document.links.append((related.get("related-article-type", "related"), target.lower()))
    note_paper(document)
    document.sections = list(list_sections(article, meta, title))
    if not any(name.split("/")[0] == "abstract" for name, _ in document.sections):
        document.notices.append("no abstract")
    if article.find("body") is None:
        document.notices.append("no full text")
    return document


def note_paper(document: Document) -> None:
    """Write on a paper whether it takes back or corrects another, or was taken back or corrected itself."""
    found = {NOTICES[kind.lower()] for kind in document.types if kind.lower() in NOTICES}
    found |= {LINKS[kind] for kind, _ in document.links if kind in LINKS}
    for state in ("retracted", "retraction notice", "expression of concern"):
        if state in found:
            document.retraction = document.retraction or state
    document.notices += sorted(found)
    if document.languages and not document.languages[0].lower().startswith("en"):
        document.notices.append("not English")


def read_day(meta: ET.Element) -> str | None:
    """The day a paper was published: online, else in print."""
    found = {date.get("pub-type") or date.get("date-type") or "pub": date for date in meta.findall("pub-date")}
    for date in [found[kind] for kind in DATES if kind in found] + list(found.values()):
        year, month, day = (tidy_text(date.findtext(part) or "") for part in ("year", "month", "day"))
        if (text := write_date(year, month, day)) and (month or date.get("pub-type") != "collection"):
            return text
    return None


def read_rights(meta: ET.Element) -> str:
    """What a paper says of its licence and copyright."""
    licences = [write_inline(found) for found in meta.iterfind("permissions/license")]
    statements = [*meta.iterfind("permissions/copyright-statement"), *meta.iterfind("copyright-statement")]
    return " ".join(licences or [write_inline(found) for found in statements])


def name_licence(meta: ET.Element, rights: str) -> str:
    """The short name of a paper's licence ("CC BY 4.0", "CC0 1.0", "public domain"), else "unknown".

    By the address of the licence where one is given, else by the words of the statement.
    """
    licences = meta.findall("permissions/license")
    values = [value for one in licences for part in one.iter() for value in part.attrib.values()]
    values += ["".join(part.itertext()) for one in meta.findall("permissions") for part in one.iter("license_ref")]
    for value in [*values, rights]:
        if found := LICENCE_URL.search(value.lower()):
            version = f" {found[3]}" if found[3] else ""
            if found[2]:
                return f"CC0{version}" if found[2] == "zero" else "public domain"
            return f"CC {found[1].upper()}{version}"
    if "CC0" in rights:
        return "CC0"
    if found := LICENCE_WORDS.search(rights):
        extra = found[1].lower()
        marks = [mark for word, mark in (("commercial", "NC"), ("deriv", "ND"), ("share", "SA")) if word in extra]
        return "-".join(["CC BY", *marks])
    return "public domain" if "public domain" in rights.lower() else "unknown"


def list_sections(article: ET.Element, meta: ET.Element, title: str) -> Iterator[tuple[str, str]]:
    """A paper to its sections, tables and captions after the section that holds them."""
    if title:
        yield "title", title
    for abstract in meta.findall("abstract"):
        kind = abstract.get("abstract-type") or ""
        if kind not in ("toc", "graphical", "teaser", "precis"):
            yield from walk_section(abstract, f"abstract ({kind})" if kind else "abstract", is_abstract=True)
    body = article.find("body")
    if body is not None:
        yield from list_floats_and_text(body, "body")
        for section in body.findall("sec"):
            yield from walk_section(section, name_top(section))
    for part in article.findall("back/*"):
        sections = part.findall("app") if part.tag == "app-group" else [part]
        for section in sections:
            if section.tag in BACK:
                top = name_top(section)
                yield from walk_section(section, BACK[str(section.tag)] if top.startswith("body") else top)
    for section in article.findall("floats-group") + article.findall("floats-wrap"):
        yield from list_floats_and_text(section, "floats")


def name_top(section: ET.Element) -> str:
    """The name of a section of the body: by its heading, else by its stated type."""
    title = write_inline(section.find("title"))
    return name_section(title) or name_section(section.get("sec-type") or "") or (f"body/{title}" if title else "body")


def walk_section(section: ET.Element, name: str, is_abstract: bool = False) -> Iterator[tuple[str, str]]:
    """A section, then the sections in it, named below it."""
    yield from list_floats_and_text(section, name)
    for inner in section.findall("sec"):
        title = write_inline(inner.find("title"))
        below = name_part(title) if is_abstract else title
        yield from walk_section(inner, f"{name}/{below}" if below else name, is_abstract)


def list_floats_and_text(section: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    """What stands in a section itself: its text in pieces, then each table and caption."""
    found: list[ET.Element] = []
    skip = LEFT_OUT if section.tag != "floats-group" else ()
    blocks = list_blocks(section, FLOATS, found, skip)
    yield from cut_section(name, blocks)
    for float_ in found:
        yield from list_float(float_)


def list_float(element: ET.Element) -> Iterator[tuple[str, str]]:
    """A table or figure to its passage: label, caption, rows, notes; the parts of a group each."""
    if element.tag.endswith("group"):
        for part in element:
            yield from list_float(part)
        return
    if element.tag == "boxed-text":
        title = write_inline(element.find("caption/title")) or write_inline(element.find("sec/title"))
        yield from walk_section(element, f"box/{title}" if title else "box")
        return
    kind = {"table-wrap": "table", "fig": "figure"}.get(str(element.tag), "supplement")
    label = write_inline(element.find("label")).strip(" .:")
    inner: list[ET.Element] = []
    blocks = list_blocks(element, FLOATS, inner, ("label", "permissions", "object-id", "alt-text", "long-desc"))
    text = "\n".join(blocks)
    if text:
        yield f"{kind}/{label}" if label else kind, f"{label}. {text}" if label else text
    for part in inner:
        yield from list_float(part)
