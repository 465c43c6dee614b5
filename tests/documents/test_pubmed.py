from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.model import Deletion, Document, Failure, Item
from apothecary.documents.pubmed import read_pubmed_xml
from apothecary.engine.unpack import iter_members

SHARED = Path(__file__).parents[3] / "shared" / "data" / "pubmed"
RECORD = """<MedlineCitation><PMID Version="1">{pmid}</PMID>
<DateRevised><Year>2020</Year><Month>01</Month><Day>02</Day></DateRevised>
<Article><Journal><JournalIssue><PubDate><Year>2019</Year><Month>Mar</Month></PubDate></JournalIssue></Journal>
<ArticleTitle>Does <i>drug X</i> help?</ArticleTitle>{abstract}<Language>{language}</Language>
<PublicationTypeList><PublicationType UI="D016428">{kind}</PublicationType></PublicationTypeList></Article>
<ChemicalList><Chemical><NameOfSubstance UI="D1">Drug X</NameOfSubstance></Chemical></ChemicalList>
<CommentsCorrectionsList>{links}</CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Pain</DescriptorName>
<QualifierName MajorTopicYN="Y">drug therapy</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList><Keyword>ache</Keyword></KeywordList></MedlineCitation>"""
ABSTRACT = """<Abstract><AbstractText Label="Methods">We gave 10<sup>3</sup> doses.</AbstractText>
<AbstractText Label="RESULTS">It <b>helped</b>.</AbstractText><AbstractText/>
<CopyrightInformation>(c) Someone</CopyrightInformation></Abstract>"""


def write(
    pmid: str = "7", abstract: str = ABSTRACT, language: str = "eng", kind: str = "Journal Article", links: str = ""
) -> str:
    return RECORD.format(pmid=pmid, abstract=abstract, language=language, kind=kind, links=links)


def read(text: str) -> list[Item]:
    return list(read_pubmed_xml(io.BytesIO(text.encode()), file="f.xml"))


def read_one(text: str) -> Document:
    (document,) = read(f"<MedlineCitationSet>{text}</MedlineCitationSet>")
    assert isinstance(document, Document)
    return document


def test_a_record_is_read_whole() -> None:
    document = read_one(write())
    assert document.document_id == "pubmed:7"
    assert (document.title, document.date, document.revised) == ("Does drug X help?", "2019-03", "2020-01-02")
    assert document.sections == [
        ("title", "Does drug X help?"),
        ("abstract/methods", "We gave 10³ doses."),
        ("abstract/results", "It helped."),
    ]
    assert (document.rights, document.languages, document.types) == ("(c) Someone", ["eng"], ["Journal Article"])
    assert (document.subjects, document.chemicals) == (["*Pain/drug therapy"], ["Drug X"])
    assert (document.keywords, document.notices, document.record) == (["ache"], [], 1)


@pytest.mark.parametrize(
    "wrap",
    [
        "<PubmedArticleSet><PubmedArticle>{}</PubmedArticle></PubmedArticleSet>",
        "<RAW_DATA><PubmedArticle>{}</PubmedArticle></RAW_DATA>",
        "<x><y><MedlineCitationSet>{}</MedlineCitationSet></y></x>",
        "<PubmedArticle>{}</PubmedArticle>",
        '<!DOCTYPE s PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://nowhere.invalid/p.dtd"><s>{}</s>',
    ],
    ids=["set", "odd root", "wrapped", "bare", "doctype"],
)
def test_any_root_is_read(wrap: str) -> None:
    (item,) = read(wrap.format(write()))
    assert isinstance(item, Document)


@pytest.mark.parametrize(
    ("record", "notice", "retraction"),
    [
        (write(kind="Retracted Publication"), "retracted", "retracted"),
        (write(kind="Retraction of Publication"), "retraction notice", "retraction notice"),
        (write(links='<CommentsCorrections RefType="RetractionIn"/>'), "retracted", "retracted"),
        (
            write(links='<CommentsCorrections RefType="ExpressionOfConcernIn"/>'),
            "expression of concern",
            "expression of concern",
        ),
        (
            write(links='<CommentsCorrections RefType="ErratumIn"><PMID>8</PMID></CommentsCorrections>'),
            "corrected later",
            None,
        ),
        (write(kind="Published Erratum"), "erratum", None),
        (write(language="pol"), "not English", None),
        (write(abstract=""), "no abstract", None),
        (write(abstract="<Abstract><AbstractText> </AbstractText></Abstract>"), "no abstract", None),
    ],
)
def test_what_must_be_noticed_is(record: str, notice: str, retraction: str | None) -> None:
    document = read_one(record)
    assert (document.notices, document.retraction) == ([notice], retraction)


def test_works_that_are_only_cited_are_no_links() -> None:
    links = '<CommentsCorrections RefType="Cites"><PMID>9</PMID></CommentsCorrections>'
    assert read_one(write(links=links)).links == []


def test_a_record_without_pmid_fails_and_the_rest_goes_on() -> None:
    failed, read_next = read(f"<s>{write(pmid='')}{write(pmid='8')}</s>")
    assert isinstance(failed, Failure)
    assert (failed.record, failed.reason) == (1, "no PMID")
    assert isinstance(read_next, Document)


def test_deletions_are_told() -> None:
    text = "<s><DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation></s>"
    assert read(text) == [Deletion("f.xml", "pubmed:1"), Deletion("f.xml", "pubmed:2")]


def test_an_abstract_in_another_language_is_a_section_of_its_own() -> None:
    other = '<OtherAbstract Language="pol"><AbstractText>Tekst.</AbstractText></OtherAbstract></MedlineCitation>'
    document = read_one(write().replace("</MedlineCitation>", other))
    assert document.sections[-1] == ("other abstract (pol)", "Tekst.")


@pytest.mark.parametrize(
    ("name", "records", "abstracts", "foreign", "deleted"),
    [
        ("medline16n0902.xml.gz", 604, 526, 18, 1),
        ("pubmed-29768149.xml", 1, 1, 0, 0),
        ("pubmed_result_pubMR_2019.xml", 93, 92, 2, 0),
        ("pubmed_raw_data_root_2023.xml", 100, 96, 1, 0),
        ("biopython_pubmed1.xml", 2, 1, 0, 0),
        ("biopython_pubmed2.xml", 2, 2, 0, 0),
        ("biopython_pubmed4.xml", 1, 1, 0, 0),
    ],
)
def test_real_files_have_the_counts_of_a_plain_parser(
    name: str, records: int, abstracts: int, foreign: int, deleted: int
) -> None:
    if not (SHARED / name).exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    items = [item for m in iter_members(SHARED / name) for item in read_pubmed_xml(m.stream, file=m.name)]
    documents = [item for item in items if isinstance(item, Document)]
    assert len(documents) == records
    assert sum("no abstract" not in document.notices for document in documents) == abstracts
    assert sum("not English" in document.notices for document in documents) == foreign
    assert sum(isinstance(item, Deletion) for item in items) == deleted
    assert len(items) == records + deleted
