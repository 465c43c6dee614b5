from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from apothecary.documents.labels import read_labels_xml
from apothecary.documents.markup import strip_namespaces
from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.readers import read_source

SHARED = Path(__file__).parents[3] / "shared" / "data" / "drugs" / "spl"
PRODUCT = """<section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct>
<code code="1-2" codeSystem="2.16.840.1.113883.6.69"/><name>Brandex</name><formCode displayName="SYRUP"/>
<asEntityWithGeneric><genericMedicine><name>drug x</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIM"><quantity><numerator value="10" unit="mg"/><denominator value="5" unit="mL"/></quantity>
<ingredientSubstance><code code="U1" codeSystem="2.16.840.1.113883.4.9"/><name>DRUG X</name></ingredientSubstance>
</ingredient><ingredient classCode="IACT"><ingredientSubstance><name>WATER</name></ingredientSubstance></ingredient>
</manufacturedProduct>
<consumedIn><routeCode displayName="ORAL"/></consumedIn></manufacturedProduct></subject></section>"""


def wrap(code: str, title: str, text: str, inner: str = "") -> str:
    told = f"<title>{title}</title>" if title else ""
    body = f"<text>{text}</text>" if text else ""
    return f'<component><section><code code="{code}"/>{told}{body}{inner}</section></component>'


LABEL = (
    '<document xmlns="urn:hl7-org:v3">'
    '<code displayName="HUMAN PRESCRIPTION DRUG LABEL"/><title>These highlights</title>'
    '<effectiveTime value="20200102"/><setId root="ABC-1"/><versionNumber value="11"/><author><assignedEntity>'
    "<representedOrganization><name>Maker</name></representedOrganization></assignedEntity></author>"
    f"<component><structuredBody><component>{PRODUCT}</component>"
    + wrap("34066-1", "WARNING", "<paragraph>May harm.</paragraph>")
    + wrap(
        "34070-3",
        "4 CONTRAINDICATIONS",
        "",
        wrap("42229-5", "4.1 Liver disease", "") + wrap("42228-7", "4.2 Pregnancy", "<paragraph>No.</paragraph>"),
    )
    + wrap(
        "34073-7",
        "7 INTERACTIONS",
        "<list><item>with A</item><item>with B</item></list>",
        wrap("42229-5", "7.1 Strong inhibitors", "<table><tr><td>C</td><td>2 mg</td></tr></table>"),
    )
    + wrap("42229-5", "", "<paragraph>Else.</paragraph>")
    + "</structuredBody></component></document>"
)


def read(text: str) -> list[Item]:
    return list(read_labels_xml(io.BytesIO(text.encode()), file="f.xml"))


def test_a_label_is_read_whole() -> None:
    (document,) = read(LABEL)
    assert isinstance(document, Document)
    assert (document.document_id, document.title) == ("labels:abc-1", "Brandex (drug x)")
    assert (document.date, document.revised, document.rights) == ("2020-01-02", "version 000011", "Maker")
    assert (document.types, document.chemicals) == (["HUMAN PRESCRIPTION DRUG LABEL"], ["DRUG X"])
    assert document.links == [("unii", "U1"), ("ndc", "1-2")]
    assert document.notices == []
    assert document.sections == [
        ("title", "Brandex (drug x)"),
        (
            "product",
            "Name: Brandex\nActive ingredients: DRUG X\nStrengths: 10 mg per 5 mL\nForms: SYRUP\nRoutes: ORAL\n"
            "Inactive ingredients: WATER",
        ),
        ("boxed_warning", "WARNING\nMay harm."),
        ("contraindications/4.1 Liver disease", "4.1 Liver disease"),
        ("contraindications/4.2 Pregnancy", "4.2 Pregnancy\nNo."),
        ("interactions", "7 INTERACTIONS\n- with A\n- with B"),
        ("interactions/7.1 Strong inhibitors", "7.1 Strong inhibitors\nC | 2 mg"),
        ("other", "Else."),
    ]


def test_later_versions_sort_last() -> None:
    texts = (LABEL.replace('value="11"', f'value="{version}"') for version in ("9", "10", "100"))
    versions = [item.revised for text in texts for item in read(text) if isinstance(item, Document)]
    assert versions == sorted(versions, key=str)


def test_a_label_without_set_id_fails() -> None:
    (failed,) = read(LABEL.replace("setId", "otherId"))
    assert isinstance(failed, Failure)
    assert failed.reason == "no set id"


def test_other_xml_is_told() -> None:
    (failed,) = read("<clinical_study/>")
    assert isinstance(failed, Failure)
    assert failed.reason == "the XML holds no labels"


@pytest.mark.parametrize(
    ("name", "sections", "title"),
    [
        ("lipitor-orig.xml", 110, "Lipitor (atorvastatin calcium)"),
        ("cough.xml", 19, "TRIAMINIC (Diphenhydramine HCl, Phenylephrine HCl)"),
        ("humira.xml", 73, "Humira (Adalimumab, isopropyl alcohol)"),
    ],
)
def test_real_labels_have_the_counts_of_a_plain_parser(name: str, sections: int, title: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip("needs the real files beside the repository, under shared/data")
    (document,) = read_source("labels", SHARED / name)
    assert isinstance(document, Document)
    assert document.title == title
    plain = list(strip_namespaces(ET.parse(SHARED / name).getroot()).iter("section"))
    assert len(plain) == sections
    text = " ".join(" ".join(part for _, part in document.sections).split())
    for section in plain:
        told = section.find("text")
        for paragraph in [] if told is None else told.iter("paragraph"):
            first = (paragraph.text or "").split()[:3]
            assert " ".join(first) in text
