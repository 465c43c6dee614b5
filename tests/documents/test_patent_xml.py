from __future__ import annotations

import io
from pathlib import Path

import pytest

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.patent_xml import read_patents_xml
from apothecary.documents.readers import read_source

SHARED = Path(__file__).parents[3] / "shared" / "data" / "patents"
GRANT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>
<us-patent-grant><us-bibliographic-data-grant><publication-reference><document-id><country>US</country>
<doc-number>08926509</doc-number><kind>B2</kind><date>20150106</date></document-id></publication-reference>
<application-reference><document-id><doc-number>12134151</doc-number></document-id></application-reference>
<classifications-cpc><main-cpc><classification-cpc><section>A</section><class>61</class><subclass>K</subclass>
<main-group>31</main-group><subgroup>40</subgroup></classification-cpc></main-cpc></classifications-cpc>
<invention-title>A pill</invention-title></us-bibliographic-data-grant>
<abstract><p id="p-1">It helps.</p></abstract>
<description><?BRFSUM end="lead"?><heading level="1">BACKGROUND</heading><p>Pain is old.</p>
<description-of-drawings><heading level="1">BRIEF DESCRIPTION OF THE DRAWINGS</heading><p>FIG. 1 is a pill.</p>
</description-of-drawings><heading level="1">DETAILED DESCRIPTION</heading><p>We took 10<sup>-3</sup> mol.
<chemistry><img file="a.tif"/></chemistry></p><heading level="1">Example 1</heading><p>Done.</p></description>
<claims><claim id="CLM-00001" num="00001"><claim-text>1. A pill with:<claim-text>a drug; and</claim-text>
<claim-text>water.</claim-text></claim-text></claim>
<claim id="CLM-00002" num="00002"><claim-text>2. The pill of <claim-ref idref="CLM-00001">claim 1</claim-ref>.
</claim-text></claim></claims></us-patent-grant>
"""
PAP = """<?xml version="1.0"?><!DOCTYPE patent-application-publication SYSTEM "pap-v15-2001-01-31.dtd" [
<!ENTITY US1-D1.TIF SYSTEM "US1-D1.TIF" NDATA TIF>]><patent-application-publication>
<subdoc-bibliographic-information><document-id><doc-number>20010000044</doc-number><kind-code>A1</kind-code>
<document-date>20010315</document-date></document-id><technical-information><title-of-invention>A reagent
</title-of-invention></technical-information></subdoc-bibliographic-information>
<subdoc-abstract><paragraph><number>&lsqb;0001&rsqb;</number> It tests.</paragraph></subdoc-abstract>
<subdoc-description><summary-of-invention><paragraph><number>1</number> 5 &mgr;g of &Odd; X.</paragraph>
</summary-of-invention></subdoc-description><subdoc-claims><claim id="CLM-00001"><claim-text>
<highlight><bold>1</bold></highlight>. A reagent.</claim-text></claim><claim id="CLM-00002"><claim-text>2. As in
<dependent-claim-reference depends_on="CLM-00001"><claim-text>claim 1</claim-text></dependent-claim-reference>.
</claim-text></claim></subdoc-claims></patent-application-publication>
"""
ST32 = """<!DOCTYPE PATDOC PUBLIC "-//USPTO//DTD ST.32 US PATENT GRANT V2.4 2000-09-20//EN" [
<!ENTITY A.TIF SYSTEM "A.TIF" NDATA TIF>]><PATDOC DTD="2.4"><SDOBI><B100><B110><DNUM><PDAT>06336130</PDAT></DNUM>
</B110><B130><PDAT>B1</PDAT></B130><B140><DATE><PDAT>20010102</PDAT></DATE></B140></B100><B500><B510><B511>
<PDAT>A61K 3140</PDAT></B511></B510><B540><STEXT><PDAT>A balm</PDAT></STEXT></B540>
<B560><CITED-BY-EXAMINER></B560></B500></SDOBI>
<SDOAB><BTEXT><PARA><PTEXT><PDAT>It soothes.</PDAT></PTEXT></PARA></BTEXT></SDOAB>
<SDODE><DETDESC><BTEXT><PARA><PTEXT><PDAT>As in </PDAT><FGREF><PDAT>FIG. 1</PDAT></FGREF><EMI FILE=A.TIF></PTEXT></PARA>
</BTEXT></DETDESC></SDODE><SDOCL><CL><CLM ID="CLM-00001"><PARA><PTEXT><PDAT>1. A balm with</PDAT></PTEXT></PARA>
<CLMSTEP><PTEXT><PDAT>wax.</PDAT></PTEXT></CLMSTEP></CLM></CL></SDOCL></PATDOC>
"""


def read(text: str) -> list[Item]:
    return list(read_patents_xml(io.BytesIO(text.encode()), file="f.xml"))


def test_a_grant_is_read_whole() -> None:
    (document,) = read(GRANT)
    assert isinstance(document, Document)
    assert (document.document_id, document.date) == ("patents:US8926509B2", "2015-01-06")
    assert (document.subjects, document.links) == (["CPC A61K 31/40"], [("application", "12134151")])
    assert document.sections == [
        ("title", "A pill"),
        ("abstract", "It helps."),
        ("description/background", "Pain is old."),
        ("description/drawings", "FIG. 1 is a pill."),
        ("description/detailed_description", "We took 10⁻³ mol. [structure]"),
        ("description/examples/Example 1", "Done."),
        ("claims/1", "1. A pill with: a drug; and water."),
        ("claims/2 of 1", "2. The pill of claim 1."),
    ]


def test_an_application_of_2001_is_read_with_its_entities() -> None:
    (document,) = read(PAP)
    assert isinstance(document, Document)
    assert document.document_id == "patents:US20010000044A1"
    assert document.notices == ["unknown signs: Odd"]
    assert document.sections == [
        ("title", "A reagent"),
        ("abstract", "It tests."),
        ("description/summary", "5 μg of [Odd] X."),
        ("claims/1", "1. A reagent."),
        ("claims/2 of 1", "2. As in claim 1."),
    ]


def test_sgml_of_2001_is_read() -> None:
    (document,) = read(ST32)
    assert isinstance(document, Document)
    assert (document.document_id, document.date, document.subjects) == (
        "patents:US6336130B1",
        "2001-01-02",
        ["IPC A61K 3140"],
    )
    assert document.sections == [
        ("title", "A balm"),
        ("abstract", "It soothes."),
        ("description/detailed_description", "As in FIG. 1"),
        ("claims/1", "1. A balm with wax."),
    ]


def test_a_weekly_file_goes_on_after_what_is_broken() -> None:
    other = GRANT.replace("08926509", "08926510")
    listing = '<?xml version="1.0"?>\n<sequence-cwu id="s"><x/></sequence-cwu>\n'
    numberless = GRANT.replace("08926509", "?")
    items = read(GRANT + listing + GRANT.replace("</abstract>", "") + '<?xml version="1.0"?><x/>' + numberless + other)
    reasons = [item.reason for item in items if isinstance(item, Failure)]
    assert reasons == ["the XML is not well-formed", "the XML holds no patents", "no patent number"]
    keys = [(item.key, item.record) for item in items if isinstance(item, Document)]
    assert keys == [("US8926509B2", 1), ("US8926510B2", 6)]


def test_real_patents_have_the_counts_of_a_plain_parser() -> None:
    paths = sorted(SHARED.glob("*.xml"))
    if not paths:
        pytest.skip("needs the real files beside the repository, under shared/data")
    items = [item for path in paths for item in read_source("patents", path)]
    documents = {item.file: item for item in items if isinstance(item, Document)}
    assert len(items) == len(documents) == 11
    claims = {name: sum(one.startswith("claims/") for one, _ in item.sections) for name, item in documents.items()}
    docling = claims.pop("ipa20110039701.xml") + claims.pop("pa20010031492.xml")
    assert (sum(claims.values()), docling) == (167, 43)
    assert not any("unknown signs" in notice for item in documents.values() for notice in item.notices)
