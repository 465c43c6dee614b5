"""openFDA's drug labels and harmonised records in (JSON, JSON lines), documents of the same names as from SPL out.

A label's text is in fields named for its sections; tables come a second time as HTML and are not read. A harmonised
record has no text: what it says of a product becomes its one section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from apothecary.documents.json_stream import iter_json
from apothecary.documents.label_names import BY_KEY, PRODUCT
from apothecary.documents.labels import LICENCE, SOURCE, write_version
from apothecary.documents.model import Document, Failure, Item, cut_section
from apothecary.documents.prose import read_date, tidy_text
from apothecary.engine.xml import ByteStream

LABEL, HARMONISED = "openfda label json", "openfda harmonised json"
FIELDS = {  # of the product, in both forms
    "Brand name": "brand_name",
    "Generic name": "generic_name",
    "Substances": "substance_name",
    "Form": "dosage_form",
    "Route": "route",
    "Kind": "product_type",
    "Maker": "manufacturer_name",
    "Classes": "pharm_class_epc",
}


def read_labels_json(stream: ByteStream, *, file: str) -> Iterator[Item]:
    """A JSON stream to its labels and failures; SourceError where it cannot be read on."""
    number = 0
    for number, record in enumerate(iter_json(stream, ("results",), file=file), 1):
        try:
            document = read_record(record)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            yield Failure(file, number, None, "not shaped like a label", f"{type(error).__name__} {error}"[:200])
            continue
        document.file, document.record = file, number
        yield document


def read_record(record: Any) -> Document:
    """A record of either form to its document; LookupError where it has no set id."""
    if "spl_set_id" in record:
        return read_harmonised(record)
    product = record.get("openfda") or {}
    set_id = record.get("set_id") or product["spl_set_id"][0]
    document = start(LABEL, str(set_id).lower(), product)
    document.date = read_date(str(record.get("effective_time") or "")[:8])
    document.revised = write_version(str(record.get("version") or ""))
    document.links = [("unii", code) for code in list_texts(product.get("unii"))]
    document.links += [("ndc", code) for code in list_texts(product.get("product_ndc"))]
    document.links += [("rxcui", code) for code in list_texts(product.get("rxcui"))]
    for key, value in record.items():
        if key in BY_KEY:
            document.sections.extend(cut_section(BY_KEY[key], list_texts(value)))
    if not any(name == "boxed_warning" for name, _ in document.sections):
        document.notices.append("no boxed warning")
    return document


def read_harmonised(record: dict[str, Any]) -> Document:
    """A harmonised record to its document: a product of a set id."""
    document = start(HARMONISED, f"{record['spl_set_id'].lower()}/{record['product_ndc']}", record)
    document.revised = write_version(str(record.get("spl_version") or ""))
    document.links = [("unii", one["unii"]) for one in record.get("unii_indexing") or [] if one.get("unii")]
    document.links += [("ndc", str(record["product_ndc"]))]
    codes = [one.get("rxcui") for one in record.get("rxnorm") or []]
    document.links += [("rxcui", code) for code in dict.fromkeys(codes) if code]
    document.notices = ["no label text"]
    return document


def start(form: str, key: str, product: dict[str, Any]) -> Document:
    """A document with what its product's fields say."""
    brands, generics = list_texts(product.get("brand_name")), list_texts(product.get("generic_name"))
    title = f"{brands[0]} ({generics[0]})" if brands and generics else (brands + generics + [""])[0]
    document = Document(SOURCE, key, form, title, LICENCE)
    document.types = list_texts(product.get("product_type"))
    document.rights = ", ".join(list_texts(product.get("manufacturer_name"))) or None
    document.chemicals = [
        name.strip() for text in list_texts(product.get("substance_name")) for name in re.split(";", text)
    ]
    document.keywords = list(dict.fromkeys(brands + generics))
    lines = [f"{told}: {'; '.join(texts)}" for told, key_ in FIELDS.items() if (texts := list_texts(product.get(key_)))]
    document.sections = [(name, text) for name, text in (("title", title), (PRODUCT, "\n".join(lines))) if text]
    return document


def list_texts(value: Any) -> list[str]:
    """A field to its texts: a list of them, one, or none."""
    values = value if isinstance(value, list) else [value]
    return [text for one in values if isinstance(one, str) and (text := tidy_text(one))]
