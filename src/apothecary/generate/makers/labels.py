"""Makers for drug labels: what a section says, attributed to the label. Nothing is made of doses or of overdose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all, quote_part
from apothecary.generate.makers.sentences import gives_orders, split_sentences
from apothecary.generate.makers.trials import read_fields

LONGEST = 600
MOST_OF_A_KIND = 3
# maker by the name of the section, before its heading
SECTIONS = {
    "indications": "label_indications",
    "contraindications": "label_contraindications",
    "boxed_warning": "label_boxed_warning",
    "interactions": "label_interactions",
    "warnings": "label_warnings",
    "adverse_reactions": "label_adverse_reactions",
    "pregnancy": "label_pregnancy",
    "lactation": "label_lactation",
    "geriatric_use": "label_geriatric",
    "specific_populations": "label_population",
    "mechanism_of_action": "label_mechanism",
    "pharmacodynamics": "label_pharmacodynamics",
    "storage": "label_storage",
    "do_not_use": "label_do_not_use",
    "ask_doctor": "label_ask_doctor",
    "ask_doctor_or_pharmacist": "label_ask_doctor",
    "stop_use": "label_stop_use",
    "purpose": "label_purpose",
}
NEEDS_HEADING = ("interactions", "warnings", "specific_populations")
HEADING = re.compile(r"^(?:\d+(?:\.\d+)*\s+)?[^\n]{3,120}\n+")
REFERENCE = re.compile(r"\s*\[\s*see [^\[\]]*\]|\s*\(\s*see [^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE)
INNER_HEADING = re.compile(r"^(?:Risk Summary|Clinical Considerations|Data|Human Data|Animal Data)\n", re.MULTILINE)
# What a section opens with before it says anything, and boxes about the packaging.
EMPTY = re.compile(
    r"Because clinical trials are|described elsewhere|The data reflect|The following adverse|TAMPER", re.IGNORECASE
)
MONITOR = re.compile(
    r"\b(?:monitor(?:ed|ing)?|periodic(?:ally)?|liver (?:enzyme|function) tests?|blood counts?|"
    r"tested? for)\b",
    re.IGNORECASE,
)
HALF_LIFE = re.compile(
    r"half-life[^.;]{0,90}?\b(?P<value>\d+(?:\.\d+)?(?: (?:to|–|-) \d+(?:\.\d+)?)?) "
    r"(?P<unit>hours|days|weeks|minutes)\b"
)
BOUND = re.compile(r"(?P<value>[≥>]?\s?\d+(?:\.\d+)?%) bound to (?:human )?plasma proteins?")
PRODUCT = {
    "Active ingredients": "product_ingredients",
    "Substances": "product_ingredients",
    "Form": "product_form",
    "Forms": "product_form",
    "Route": "product_route",
    "Routes": "product_route",
    "Kind": "product_kind",
}


def make_labels(records: Sequence[Record]) -> Iterator[Draft]:
    """Labels to what their sections say of a drug, at most a few of each kind."""
    for record in records:
        if record.source != "labels":
            continue
        taken: dict[str, int] = {}
        for section in record.sections:
            name, _, heading = section.name.partition("/")
            maker = SECTIONS.get(name)
            if maker is None or gives_orders(section.text) or (name in NEEDS_HEADING and not heading):
                continue
            quote = take_text(section)
            taken[maker] = taken.get(maker, 0) + (quote is not None)
            if quote is None or taken[maker] > MOST_OF_A_KIND or EMPTY.search(section.text[: quote.end]):
                continue
            subject = re.sub(r"^\d+(?:\.\d+)*\s+", "", heading)
            slots = {"drug": name_drug(record), "heading": subject}
            form = "headed" if subject and name == "indications" else ""
            yield Draft(maker, record, tidy_answer(quote.text), (quote,), (quote_all(section),), slots, form)
        yield from _read_figures(record)
        yield from _read_product(record)


def name_drug(record: Record) -> str:
    """A product with its first substance: "Humira (adalimumab)"; the substance alone where the names are the same."""
    brand = (record.keywords[0] if record.keywords else record.title).strip()
    substance = record.chemicals[0].lower() if len(record.chemicals) == 1 else ""
    brand = brand.capitalize() if brand.isupper() or brand.islower() else brand
    return f"{brand} ({substance})" if substance and substance not in brand.lower() else brand


def take_text(section: Section) -> Quote | None:
    """A section without its heading: all of it where it is short, else its first sentences; None without any."""
    head = HEADING.match(section.text)
    start = head.end() if head and not head[0].rstrip().endswith(".") else 0
    spans = [span for span in split_sentences(section.text) if span[0] >= start]
    end = 0
    for span in spans:
        sentence = section.text[slice(*span)]
        if span[1] - spans[0][0] > LONGEST or sentence.endswith(":") or " | " in sentence:
            break
        end = span[1]
    # A list is quoted whole or not at all: half of it would be a wrong answer.
    if end and end < len(section.text.rstrip()) and "\n- " in section.text[: end + 4]:
        return None
    if spans and len(section.text) - spans[0][0] <= LONGEST:
        end = len(section.text.rstrip())
    return (
        Quote(section, spans[0][0], end)
        if end and end - spans[0][0] >= 20 and not section.text[spans[0][0] : end].endswith(":")
        else None
    )


def tidy_answer(text: str) -> str:
    """A label's words without its references to other sections and without headings inside."""
    bare = REFERENCE.sub("", text)
    return re.sub(r"\n{2,}", "\n", INNER_HEADING.sub("", bare)).strip()


def _read_figures(record: Record) -> Iterator[Draft]:
    """What a label says of monitoring, half-life and binding, from the sentence that says it."""
    drug = {"drug": name_drug(record)}
    seen: set[str] = set()
    for section in record.sections:
        name = section.name.partition("/")[0]
        for start, end in (
            split_sentences(section.text) if name in ("warnings", "pharmacokinetics", "pharmacodynamics") else ()
        ):
            sentence = section.text[start:end]
            if end - start > 400 or gives_orders(sentence):
                continue
            quote = Quote(section, start, end)
            shown = (quote_all(section),)
            if name == "warnings" and MONITOR.search(sentence) and "monitoring" not in seen and sentence.endswith("."):
                seen.add("monitoring")
                yield Draft("label_monitoring", record, tidy_answer(sentence), (quote,), shown, drug)
            for pattern, maker in ((HALF_LIFE, "label_half_life"), (BOUND, "label_binding")):
                found = pattern.search(sentence) if name == "pharmacokinetics" else None
                if found and maker not in seen:
                    seen.add(maker)
                    value = (
                        f"{found['value']} {found['unit']}"
                        if maker == "label_half_life"
                        else found["value"].replace(" ", "")
                    )
                    yield Draft(maker, record, value, (quote,), shown, drug | {"sentence": tidy_answer(sentence)})


def _read_product(record: Record) -> Iterator[Draft]:
    """The table of a product: substances, form, route, and whether it needs a prescription."""
    section = record.find("product")
    if section is None:
        return
    fields = read_fields(section)
    brand = (record.keywords[0] if record.keywords else record.title).strip()
    other = ("product_form", "product_route", "product_kind")[derive_key("product", record.document_id) % 3]
    for name, maker in PRODUCT.items():
        if maker not in ("product_ingredients", other):
            continue
        value = fields.get(name, "")
        if not value or len(value) > 200 or value == "UNKNOWN":
            continue
        shown = (quote_all(section),)
        answer = value.lower().replace("; ", ", ")
        if maker == "product_ingredients" and value.lower() in brand.lower():
            continue  # the question would name the answer
        form = ""
        if maker == "product_kind":
            if "HUMAN OTC" not in value and "HUMAN PRESCRIPTION" not in value:
                continue
            form = "otc" if "OTC" in value else "prescription"
        quote = quote_part(section, f"{name}: {value}")
        yield Draft(maker, record, answer, (quote,), shown, {"brand": brand}, form)
