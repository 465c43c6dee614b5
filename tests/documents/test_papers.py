from __future__ import annotations

import io
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from apothecary.documents.markup import CITED, strip_namespaces
from apothecary.documents.model import Deletion, Document, Failure, Item
from apothecary.documents.papers import read_papers
from apothecary.documents.readers import read_source

SHARED = Path(__file__).parents[3] / "shared" / "data" / "pmc_jats"
ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "https://a.invalid/x.dtd">
<article article-type="research-article" xml:lang="en" xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title>J</journal-title></journal-meta><article-meta>
<article-id pub-id-type="pmid">7</article-id><article-id pub-id-type="pmc">9</article-id>
<article-id pub-id-type="doi">10.1/ABC</article-id>
<article-categories><subj-group><subject>Research</subject></subj-group></article-categories>
<title-group><article-title>Drug X in <italic>mice</italic></article-title></title-group>
<pub-date pub-type="collection"><year>2019</year></pub-date>
<pub-date pub-type="epub"><day>3</day><month>2</month><year>2019</year></pub-date>
<permissions><license xlink:href="http://creativecommons.org/licenses/by-nc/4.0/"><license-p>Open access.</license-p>
</license></permissions>
<abstract><sec><title>Aims</title><p>To test X.</p></sec><sec><title>Methods and Findings</title><p>It fell.</p></sec>
</abstract><kwd-group><kwd>pain</kwd></kwd-group></article-meta></front>
<body><sec sec-type="materials|methods"><title>2. Methods</title><p>We used mice [<xref ref-type="bibr">1</xref>].</p>
<sec><title>Dosing</title><p>10 mg/kg.</p><table-wrap><label>Table 1.</label><caption><p>Doses.</p></caption>
<table><tr><td>A</td><td>1</td></tr></table><table-wrap-foot><p>n = 3</p></table-wrap-foot></table-wrap></sec></sec>
<sec><title>Where it goes</title><p>Home.</p><fig><label>Figure 2</label><caption><title>A plot.</title></caption></fig>
</sec></body><back><ack><p>Thanks.</p></ack><ref-list><ref><mixed-citation>Else</mixed-citation></ref></ref-list></back>
</article>"""


def read(text: str, file: str = "f.xml") -> list[Item]:
    return list(read_papers(io.BytesIO(text.encode()), file=file))


def read_one(text: str) -> Document:
    (document,) = read(text)
    assert isinstance(document, Document)
    return document


def test_a_paper_is_read_whole() -> None:
    document = read_one(ARTICLE)
    assert (document.document_id, document.title, document.date) == ("papers:10.1/abc", "Drug X in mice", "2019-02-03")
    assert (document.licence, document.rights, document.languages) == ("CC BY-NC 4.0", "Open access.", ["en"])
    assert (document.types, document.keywords) == (["research-article", "Research"], ["pain"])
    assert document.links == [("pmid", "7"), ("pmc", "PMC9"), ("doi", "10.1/ABC")]
    assert document.notices == []
    assert document.sections == [
        ("title", "Drug X in mice"),
        ("abstract/objective", "To test X."),
        ("abstract/methods and results", "It fell."),
        ("methods", "We used mice."),
        ("methods/Dosing", "10 mg/kg."),
        ("table/Table 1", "Table 1. Doses.\nA | 1\nn = 3"),
        ("body/Where it goes", "Home."),
        ("figure/Figure 2", "Figure 2. A plot."),
        ("acknowledgements", "Thanks."),
    ]


@pytest.mark.parametrize(
    ("statement", "licence"),
    [
        ("<license><license-p>terms of the Creative Commons Attribution License</license-p></license>", "CC BY"),
        ("<license><p>Creative Commons Attribution Non-Commercial No Derivs</p></license>", "CC BY-NC-ND"),
        ('<license><license-p xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/></license>', "CC0 1.0"),
        ("<license><license-p>under the Creative Commons CC0 dedication</license-p></license>", "CC0"),
        (
            "<license><license_ref>https://creativecommons.org/licenses/by-sa/3.0/</license_ref></license>",
            "CC BY-SA 3.0",
        ),
        ("<copyright-statement>© 2019 Someone. All rights reserved.</copyright-statement>", "unknown"),
    ],
)
def test_the_licence_is_the_papers_own(statement: str, licence: str) -> None:
    start, end = ARTICLE.index("<permissions>") + 13, ARTICLE.index("</permissions>")
    assert read_one(ARTICLE[:start] + statement + ARTICLE[end:]).licence == licence


def test_a_notice_of_retraction_is_marked_and_takes_its_paper_back() -> None:
    link = '<related-article related-article-type="retracted-article" xlink:href="info:doi/10.1/OLD"/>'
    notice, gone = read(
        ARTICLE.replace('article-type="research-article"', 'article-type="retraction"').replace(
            "</article-meta>", f"{link}</article-meta>"
        )
    )
    assert isinstance(notice, Document)
    assert (notice.retraction, notice.notices) == ("retraction notice", ["retraction notice"])
    assert gone == Deletion("f.xml", "papers:10.1/old", "retracted")


@pytest.mark.parametrize(
    ("kind", "notice"),
    [("retraction-forward", "retracted"), ("corrected-article", "erratum"), ("correction-forward", "corrected later")],
)
def test_links_to_notices_are_noticed(kind: str, notice: str) -> None:
    link = f'<related-article related-article-type="{kind}" xlink:href="10.1/x"/>'
    assert read_one(ARTICLE.replace("</article-meta>", f"{link}</article-meta>")).notices == [notice]


def test_papers_without_id_or_front_fail_and_the_rest_goes_on() -> None:
    bare = ARTICLE[ARTICLE.index("<article ") :]
    anonymous = bare.replace("article-id", "other-id")
    one, two, three = read(f"<pmc-articleset>{anonymous}<article/>{bare}</pmc-articleset>")
    assert isinstance(one, Failure)
    assert isinstance(two, Failure)
    assert (one.reason, two.reason) == ("no id", "no front matter")
    assert isinstance(three, Document)


def test_a_package_is_read_without_its_pictures(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "PMC9.tar.gz", "w:gz") as archive:
        for name, data in {
            "PMC9/f1.jpg": b"\xff\xd8",
            "PMC9/f.nxml": ARTICLE.encode(),
            "PMC9/license.txt": b"x",
        }.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (document,) = read_source("papers", tmp_path / "PMC9.tar.gz")
    assert isinstance(document, Document)
    assert document.file == "PMC9.tar.gz!PMC9/f.nxml"


def list_real() -> list[Path]:
    found = sorted(path for path in SHARED.rglob("*ml") if path.is_file())
    if not found:
        pytest.skip("needs the real files beside the repository, under shared/data")
    return found


def test_real_papers_have_the_counts_of_a_plain_parser() -> None:
    paragraphs = 0
    documents = []
    for path in list_real():
        items = list(read_source("papers", path))
        document = items[0]
        assert isinstance(document, Document)
        documents.append(document)
        text = "\n".join(part for _, part in document.sections)
        assert CITED not in text
        body = strip_namespaces(ET.parse(path).getroot()).find("body")
        for found in () if body is None else body.iter("p"):
            paragraphs += 1
            long = {word for word in (found.text or "").split()[1:-1] if word.isalpha()}
            assert all(word in text for word in long), path
    assert (len(documents), len({document.key for document in documents})) == (70, 70)
    assert paragraphs == 93 + 33 + 153 + 3925 + 106
    assert sum(document.retraction == "retraction notice" for document in documents) == 1
    assert sum("research-article" in document.types for document in documents) == 2 + 1 + 3 + 53 + 1
    # One of the WHO's own terms, and one that says "public domain" beside that of README.
    assert sum(document.licence == "unknown" for document in documents) == 1
    assert {document.licence.split()[0] for document in documents} == {"CC", "CC0", "public", "unknown"}
