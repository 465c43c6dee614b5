"""PubMed and MEDLINE XML in (baseline, update and E-utilities files, any root), documents with their abstracts out.

Elements: https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/. A record whose PMID is missing fails; the rest goes on.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.documents.model import Deletion, Document, Failure, Item
from apothecary.documents.prose import collect_text, read_date, tidy_text, write_date
from apothecary.documents.sections import name_part
from apothecary.engine.xml import ByteStream, iter_records

SOURCE, FORMAT = "pubmed", "pubmed xml"
LICENCE = "PubMed record (NLM); the abstract can be its publisher's"
RECORDS = ("PubmedArticle", "MedlineCitation", "PubmedBookArticle", "DeleteCitation", "DeleteDocument")
# Publication types and links to other records that take a paper's word back, the strongest first.
NOTICE_TYPES = {
    "Retraction of Publication": "retraction notice",
    "Retraction Notice": "retraction notice",
    "Expression of Concern": "expression of concern",
}
LINK_NOTICES = {
    "RetractionIn": "retracted",
    "PartialRetractionIn": "retracted",
    "RetractionOf": "retraction notice",
    "PartialRetractionOf": "retraction notice",
    "ExpressionOfConcernIn": "expression of concern",
    "ExpressionOfConcernFor": "expression of concern",
}
TYPES = ("PublicationTypeList/PublicationType", "PublicationType")  # of an article, of a book
UNNAMED = ("", "UNLABELLED", "UNASSIGNED")


def read_pubmed_xml(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """An XML stream to its documents, failures and deletions; raises SourceError where the file cannot be read on."""
    number = 0
    for number, record in enumerate(iter_records(stream, RECORDS, name=file), 1):
        if record.tag in ("DeleteCitation", "DeleteDocument"):
            yield from (Deletion(file, f"{SOURCE}:{tidy_text(gone.text or '')}") for gone in record.iter("PMID"))
            continue
        citation = record if record.tag == "MedlineCitation" else record.find("MedlineCitation")
        if citation is None:
            citation = record.find("BookDocument")
        pmid = "" if citation is None else collect_text(citation.find("PMID"))
        if citation is None or not pmid.isdigit():
            yield Failure(file, number, None, "no PMID", f"<{record.tag}> with PMID {pmid!r}")
            continue
        document = read_citation(citation, pmid)
        document.file, document.record = file, number
        yield document
    if not number:
        yield Failure(file, None, None, "the XML holds no PubMed records")


def read_citation(citation: ET.Element, pmid: str) -> Document:
    """A MedlineCitation (or BookDocument) to its document."""
    article = citation.find("Article")
    article = citation if article is None else article
    title = collect_text(article.find("ArticleTitle"))
    document = Document(SOURCE, pmid, FORMAT, title, LICENCE)
    document.date = read_article_date(article)
    document.revised = read_parts(citation.find("DateRevised"))
    document.languages = [text for found in article.findall("Language") if (text := collect_text(found))]
    document.types = [collect_text(found) for path in TYPES for found in article.iterfind(path)]
    document.chemicals = [collect_text(found) for found in citation.iterfind("ChemicalList/Chemical/NameOfSubstance")]
    document.keywords = [text for found in citation.iterfind("KeywordList/Keyword") if (text := collect_text(found))]
    document.subjects = list(list_headings(citation))
    for link in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = link.get("RefType", "")
        if kind != "Cites":
            document.links.append((kind, collect_text(link.find("PMID")) or collect_text(link.find("RefSource"))))
    list_sections(document, article, citation)
    note_document(document)
    return document


def list_sections(document: Document, article: ET.Element, citation: ET.Element) -> None:
    """Give a document its title, its abstract a section each, and abstracts in other languages or of other parties."""
    if document.title:
        document.sections.append(("title", document.title))
    abstract = article.find("Abstract")
    if abstract is not None:
        document.rights = collect_text(abstract.find("CopyrightInformation")) or None
        document.sections.extend(list_abstract(abstract, "abstract"))
    for other in citation.findall("OtherAbstract"):
        kind = other.get("Language") or other.get("Type") or "other"
        document.sections.extend(list_abstract(other, f"other abstract ({kind})"))


def list_abstract(abstract: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    """An abstract to its sections: (name/objective, text)."""
    for part in abstract.findall("AbstractText"):
        text = collect_text(part)
        if text:
            label = tidy_text(part.get("Label", ""))
            yield (name if label.upper() in UNNAMED else f"{name}/{name_part(label)}"), text


def list_headings(citation: ET.Element) -> Iterator[str]:
    """The MeSH headings: "Insulin/therapeutic use", a star before what the paper is mainly about."""
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        parts = [heading.find("DescriptorName"), *heading.findall("QualifierName")]
        known = [part for part in parts if part is not None]
        star = "*" if any(part.get("MajorTopicYN") == "Y" for part in known) else ""
        yield star + "/".join(collect_text(part) for part in known)


def read_article_date(article: ET.Element) -> str | None:
    """The date of publication: the issue's, else the electronic one."""
    for path in ("Journal/JournalIssue/PubDate", "Book/PubDate", "ArticleDate"):
        found = article.find(path)
        date = read_parts(found)
        if found is not None and not date:
            date = read_date(found.findtext("MedlineDate"))
        if date:
            return date
    return None


def read_parts(element: ET.Element | None) -> str | None:
    """An element with Year, Month and Day to ISO 8601."""
    if element is None:
        return None
    year, month, day = (tidy_text(element.findtext(part) or "") for part in ("Year", "Month", "Day"))
    return write_date(year, month, day)


def note_document(document: Document) -> None:
    """Write on a PubMed document what whoever uses it should know: withdrawn, corrected, not English, no abstract."""
    found = {NOTICE_TYPES[kind] for kind in document.types if kind in NOTICE_TYPES}
    found |= {LINK_NOTICES[kind] for kind, _ in document.links if kind in LINK_NOTICES}
    found |= {"retracted"} if "Retracted Publication" in document.types else set()
    for state in ("retracted", "retraction notice", "expression of concern"):
        if state in found:
            document.retraction = document.retraction or state
            document.notices.append(state)
    kinds = {kind for kind, _ in document.links}
    if "ErratumIn" in kinds:
        document.notices.append("corrected later")
    if "ErratumFor" in kinds or "Published Erratum" in document.types:
        document.notices.append("erratum")
    if "UpdateIn" in kinds:
        document.notices.append("updated later")
    if document.languages and "eng" not in document.languages:
        document.notices.append("not English")
    if not any(name.split("/")[0] == "abstract" for name, _ in document.sections):
        document.notices.append("no abstract")
    if not document.title:
        document.notices.append("no title")
