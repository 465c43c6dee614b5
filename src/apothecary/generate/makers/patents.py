"""Makers for patents: what is claimed, of what kind a claim is, on which other it depends, what the patent is about.

Examples of syntheses are never read, nor patents on explosives and weapons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.indexing import join_words
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.sentences import gives_orders, split_sentences

REFUSED = re.compile(r"\b(?:C06[BCD]|F4[12][A-Z])\b")
CLAIM = re.compile(r"claims/(?P<number>\d+)(?: of (?P<of>[\d,]+))?$")
PREAMBLE = re.compile(r"\b(?:for|of|comprising|which|that|wherein|to|in which|having|including)\b|[,:;]")
KINDS = {
    **dict.fromkeys(("method", "process"), "method"),
    "use": "use",
    **dict.fromkeys(
        ("compound", "composition", "formulation", "salt", "mixture", "vaccine", "granules"), "composition"
    ),
    **dict.fromkeys(("apparatus", "device", "system", "assembly", "circuit", "machine", "balance"), "apparatus"),
    **dict.fromkeys(("cable", "unit", "medium", "support", "chip", "cartridge", "carrier"), "apparatus"),
}
LONGEST, MOST_SHOWN = 800, 3200


def make_patents(records: Sequence[Record]) -> Iterator[Draft]:
    """Patents to questions about their claims and what they are about."""
    for record in records:
        if record.source != "patents" or any(REFUSED.search(subject) for subject in record.subjects):
            continue
        claims = [(found, section) for section in record.sections if (found := CLAIM.match(section.name))]
        for found, section in claims[:1]:
            if len(section.text) <= LONGEST and not gives_orders(section.text):
                start = len(section.text) - len(strip_number(section.text))
                quote = Quote(section, start, len(section.text))
                yield Draft(
                    "patent_first_claim",
                    record,
                    quote.text,
                    (quote,),
                    (quote_all(section),),
                    {"number": found["number"]},
                )
        yield from _ask_claims(record, [(int(found["number"]), found["of"], section) for found, section in claims])
        yield from _ask_text(record)


def strip_number(text: str) -> str:
    """A claim without its number."""
    return re.sub(r"^\s*\d+\s*[.)]\s*", "", text)


def find_kind_of_claim(text: str) -> str | None:
    """A claim to what it claims, by the last word of its preamble that says so ("A weighing balance device ...")."""
    head = PREAMBLE.split(re.sub(r"^In an? ", "", strip_number(text)), maxsplit=1)[0].lower()
    named = [KINDS[word] for word in re.findall(r"[a-z]+", head) if word in KINDS]
    return named[-1] if named else None


def _ask_claims(record: Record, claims: list[tuple[int, str | None, Section]]) -> Iterator[Draft]:
    """The kind of a claim, the claim that one depends on, and how many stand alone."""
    first = next((section for number, of, section in claims if not of), None)
    if first:
        kind = find_kind_of_claim(first.text)
        if kind and len(first.text) <= 1500:
            words = " ".join(strip_number(first.text).split()[:8])
            quote = Quote(first, first.text.index(words) if words in first.text else 0, len(first.text))
            yield Draft(
                "patent_claim_kind", record, kind, (quote,), (quote_all(first),), {"words": words.rstrip(",:;")}
            )
    dependent = [
        (number, of, section) for number, of, section in claims if of and re.search(rf"\bclaims? {of}\b", section.text)
    ]
    if dependent:
        number, of, section = dependent[derive_key("claim", record.document_id) % len(dependent)]
        found = re.search(rf"\bclaims? {of}\b", section.text)
        assert found is not None
        slots = {"number": str(number), "phrase": found[0]}
        if len(re.findall(r"\bclaims? \d+", section.text)) == 1:
            yield Draft(
                "patent_dependency", record, str(of), (Quote(section, *found.span()),), (quote_all(section),), slots
            )
    if 2 <= len(claims) <= 20 and sum(len(section.text) for _, _, section in claims) <= MOST_SHOWN:
        alone = [str(number) for number, of, _ in claims if not of]
        sections = tuple(quote_all(section) for _, _, section in claims)
        slots = {"count": str(len(claims)), "alone": join_words(alone)}
        yield Draft(
            "patent_claim_count", record, str(len(claims)), sections, sections, slots, "one" if len(alone) == 1 else ""
        )


def _ask_text(record: Record) -> Iterator[Draft]:
    """What a patent is about, by the first sentences of its abstract, and in which field it lies."""
    for name, maker in (("abstract", "patent_abstract"), ("description/field", "patent_field")):
        section = next((one for one in record.sections if one.name == name), None)
        if section is None or gives_orders(section.text):
            continue
        spans = split_sentences(section.text)
        end = max((span[1] for span in spans[:2] if span[1] - spans[0][0] <= 500), default=0)
        if end and end - spans[0][0] >= 40:
            quote = Quote(section, spans[0][0], end)
            yield Draft(maker, record, quote.text, (quote,), (quote_all(section),))
