"""Drug labels as SPL in (HL7 v3 XML of DailyMed and FDA), a document each set id out, its sections named by LOINC code.

A section that has no code of its own is named below the one it stands in: "interactions/7.1 Strong inhibitors". Of
versions of one set id the later stands. Highlights repeat the sections and are not read.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.documents.label_names import BY_CODE, OTHER, PRODUCT, PRODUCT_CODES
from apothecary.documents.markup import list_blocks, strip_namespaces, write_inline
from apothecary.documents.model import Document, Failure, Item, cut_section
from apothecary.documents.prose import read_date, tidy_text
from apothecary.engine.xml import ByteStream, iter_records

SOURCE, FORMAT = "labels", "spl xml"
LICENCE = "FDA label (US government, CC0); the text is its manufacturer's"
SPL = "{urn:hl7-org:v3}document"
UNII, NDC = "2.16.840.1.113883.4.9", "2.16.840.1.113883.6.69"
KEEPING = ("contraindications", "boxed_warning")  # "pregnancy" in one of them is a contraindication first
INACTIVE = ("IACT", "INACT")


def read_labels_xml(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """An XML stream to its labels and failures; SourceError where the file cannot be read on."""
    number = 0
    for number, record in enumerate(iter_records(stream, (SPL, "document"), name=file), 1):
        label = strip_namespaces(record)
        set_id = find_attribute(label, "setId", "root").lower()
        if not set_id:
            yield Failure(file, number, None, "no set id", f"<document> {find_attribute(label, 'id', 'root')!r}")
            continue
        document = read_label(label, set_id)
        document.file, document.record = file, number
        yield document
    if not number:
        yield Failure(file, None, None, "the XML holds no labels", "no <document> of SPL")


def find_attribute(element: ET.Element, path: str, name: str) -> str:
    """An attribute of the element at a path; empty where there is none."""
    found = element.find(path)
    return "" if found is None else tidy_text(found.get(name, ""))


def write_version(version: str) -> str | None:
    """A version's number so that the later sorts last."""
    return f"version {int(version):06d}" if version.isdigit() and len(version) < 7 else None


def read_label(label: ET.Element, set_id: str) -> Document:
    """A label to its document."""
    products = [found for found in label.iter("manufacturedProduct") if found.find("name") is not None]
    products += [found for found in label.iter("manufacturedMedicine") if found.find("name") is not None]
    names = _list_once(tidy_text(found.findtext("name") or "") for found in products)
    generics = _list_once(
        tidy_text(name.text or "") for found in products for name in found.iterfind(".//genericMedicine/name")
    )
    heading = write_inline(label.find("title"))
    title = f"{', '.join(names[:3])} ({', '.join(generics[:3])})" if names and generics else ", ".join(names[:3])
    document = Document(SOURCE, set_id, FORMAT, title or heading, LICENCE)
    document.date = read_date(find_attribute(label, "effectiveTime", "value")[:8])
    document.revised = write_version(find_attribute(label, "versionNumber", "value"))
    document.types = [kind] if (kind := find_attribute(label, "code", "displayName")) else []
    document.rights = tidy_text(label.findtext("author/assignedEntity/representedOrganization/name") or "") or None
    document.keywords = _list_once([*names, *generics])
    substances = list(list_ingredients(label))
    document.chemicals = _list_once(name for name, _, is_active in substances if is_active)
    document.links = [("unii", code) for code in _list_once(code for _, code, is_active in substances if is_active)]
    codes = (found for product in products for found in product.findall("code") if found.get("codeSystem") == NDC)
    document.links += [("ndc", code) for code in _list_once(found.get("code", "") for found in codes)]
    document.sections = [("title", document.title)] if document.title else []
    lines = write_product(label, products, substances)
    document.sections += [(PRODUCT, lines)] if lines else []
    body = label.find("component/structuredBody")
    for section in [] if body is None else body.findall("component/section"):
        document.sections.extend(walk_section(section, ""))
    if not any(name.split("/")[0] == "boxed_warning" for name, _ in document.sections):
        document.notices.append("no boxed warning")
    return document


def _list_once(texts: Iterator[str] | list[str]) -> list[str]:
    """Texts in their order, each once, none empty."""
    return list(dict.fromkeys(text for text in texts if text))


def list_ingredients(label: ET.Element) -> Iterator[tuple[str, str, bool]]:
    """The substances of a label's products: name, UNII, whether it is active."""
    for found in label.iter():
        if found.tag not in ("ingredient", "activeIngredient", "inactiveIngredient"):
            continue
        for substance in found:
            if substance.tag.endswith(("ubstance", "ngredientSubstance")):
                code = substance.find("code")
                unii = "" if code is None or code.get("codeSystem") != UNII else code.get("code", "")
                is_active = found.tag != "inactiveIngredient" and found.get("classCode") not in INACTIVE
                yield tidy_text(substance.findtext("name") or ""), unii, is_active


def write_product(label: ET.Element, products: list[ET.Element], substances: list[tuple[str, str, bool]]) -> str:
    """What a label says of its products in fields, a line a fact."""
    actives = _list_once(name for name, _, is_active in substances if is_active)
    others = _list_once(name for name, _, is_active in substances if not is_active)
    strengths = []
    for product in products:
        for found in product:
            if found.tag in ("ingredient", "activeIngredient") and found.get("classCode") not in INACTIVE:
                amount, per = (_write_amount(found, f"quantity/{part}") for part in ("numerator", "denominator"))
                strengths.append(f"{amount} per {per}" if amount and per and per != "1" else amount)
    told = {
        "Name": _list_once(tidy_text(found.findtext("name") or "") for found in products),
        "Active ingredients": actives,
        "Strengths": _list_once(strengths),
        "Forms": _list_once(find_attribute(found, "formCode", "displayName") for found in products),
        "Routes": _list_once(found.get("displayName", "") for found in label.iter("routeCode")),
        "Inactive ingredients": others,
    }
    return "\n".join(f"{name}: {'; '.join(values)}" for name, values in told.items() if values)


def _write_amount(ingredient: ET.Element, path: str) -> str:
    amount, unit = (find_attribute(ingredient, path, name) for name in ("value", "unit"))
    return amount if unit in ("", "1") else f"{amount} {unit}"


def walk_section(section: ET.Element, above: str) -> Iterator[tuple[str, str]]:
    """A section to its text in pieces, then the sections in it."""
    code = find_attribute(section, "code", "code")
    title = write_inline(section.find("title"))
    name = BY_CODE.get(code, OTHER)
    if name == OTHER or above in KEEPING:
        top = above or OTHER
        name = f"{top}/{title}" if title else top
    inner = section.findall("component/section")
    if code not in PRODUCT_CODES:
        text = section.find("text")
        blocks = [] if text is None else list_blocks(text, skip=("renderMultiMedia",))
        if title and (blocks or not inner):  # "4.1 Active liver disease" can be all that a section says
            blocks[:1] = [f"{title}\n{blocks[0]}" if blocks else title]
        yield from cut_section(name, blocks)
    for below in inner:
        yield from walk_section(below, name.split("/")[0] if name.split("/")[0] != OTHER else "")
