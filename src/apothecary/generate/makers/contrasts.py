"""Drafts of other makers made harder: asked of a passage that is silent, and asked of one passage among several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.model import Draft, Record, Section, quote_all
from apothecary.generate.makers.render import Renderer, tidy
from apothecary.generate.makers.sentences import gives_orders, split_sentences

EVERY = 10  # one draft in so many, for each of the two
SHORT_QUOTE = 170
# What a section is about, for the answer that says what is there instead.
HAS = {
    "objective": "the aim",
    "background": "the background",
    "background and objective": "the background and the aim",
    "design": "the design",
    "setting": "the setting",
    "population": "the participants",
    "intervention": "the intervention",
    "methods": "the methods",
    "outcomes": "the outcome measures",
    "statistics": "the statistical analysis",
    "results": "the results",
    "conclusion": "the conclusion",
    "limitations": "the limitations",
    "trial design": "the design",
    "arms": "the arms",
    "interventions": "the interventions",
    "conditions": "the conditions studied",
    "outcomes/primary": "the primary outcomes",
    "outcomes/secondary": "the secondary outcomes",
    "eligibility": "the eligibility criteria",
    "summary": "the summary of the trial",
}


def make_silent(draft: Draft, renderer: Renderer) -> Iterator[Draft]:
    """A draft to the same question asked of another part of its document, which does not answer it."""
    made = renderer.declared.makers[draft.maker]
    if not made.about or not made.cues or not is_chosen("silent", draft):
        return
    own = {quote.section for quote in draft.quotes}
    pattern = re.compile(made.cues, re.IGNORECASE)
    found = [
        one
        for one in draft.record.sections
        if one not in own
        and one.kind in HAS
        and 40 <= len(one.text) <= 1000
        and not pattern.search(one.text)
        and not gives_orders(one.text)
    ]
    asked = renderer.ask(draft)
    if not found or asked is None:
        return
    section = found[derive_key("silent", draft.record.document_id, draft.maker) % len(found)]
    terms = {
        "kind": renderer.declared.kinds.get(draft.record.source, "text"),
        "about": made.about,
        "has": tell_content(section),
    }
    texts = renderer.declared.absent["reply"]
    reply = texts[renderer.pick(draft, "absent", len(texts))]
    for name, value in terms.items():
        reply = reply.replace("{" + name + "}", value)
    slots = {"asked": asked.text, "said": tidy(reply), "base": draft.maker, "register": asked.register}
    quote = quote_all(section)
    yield Draft("not_in_passage", draft.record, "not stated", (quote,), (quote,), slots)


def tell_content(section: Section) -> str:
    """What a section is about, with its first sentence where that is short."""
    spans = split_sentences(section.text)
    first = section.text[slice(*spans[0])] if spans else ""
    is_list = "\n" in section.text or first.startswith("- ")
    told = HAS[section.kind]
    return f'{told} ("{first.rstrip(".")}")' if first and len(first) <= SHORT_QUOTE and not is_list else told


def make_among(draft: Draft, records: Sequence[Record], renderer: Renderer) -> Iterator[Draft]:
    """A draft to the same question asked with two or three passages of other documents beside the right one."""
    made = renderer.declared.makers[draft.maker]
    quote = draft.quotes[0] if draft.quotes else None
    usable = made.book == "open" and made.check in ("quote", "list") and not draft.others and draft.record.title
    if not usable or quote is None or not is_chosen("among", draft):
        return
    kind = quote.section.kind
    start = derive_key("among", draft.record.document_id, draft.maker) % len(records)
    order = [records[(start + step) % len(records)] for step in range(min(len(records), 60))]
    titles = {draft.record.title}
    others: list[tuple[Record, Section]] = []
    for record in order:
        section = record.find(kind)
        if (
            section
            and record.title
            and record.title not in titles
            and len(section.text) <= 1500
            and not gives_orders(section.text)
        ):
            titles.add(record.title)
            others.append((record, section))
    others = others[: 1 + start % 2]
    asked, replied = renderer.ask(draft), renderer.reply(draft)
    if not others or asked is None or replied is None:
        return
    title = draft.record.key if draft.record.source == "trials" else draft.record.title.rstrip(".")
    shown = (quote_all(quote.section), *(quote_all(section) for _, section in others))
    if any(one.section != quote.section for one in draft.quotes):
        return
    foreign = tuple(record for record, _ in others)
    place = renderer.order_records(draft.record, foreign).index(0) + 1
    asks, replies = renderer.declared.among["ask"], renderer.declared.among["reply"]
    number = renderer.pick(draft, "among", len(asks))
    question = asks[number].replace("{title}", title).replace("{question}", asked.text)
    reply = replies[renderer.pick(draft, "among reply", len(replies))]
    reply = reply.replace("{number}", str(place)).replace("{reply}", replied[0])
    slots = {"base": draft.maker, "register": asked.register, "asked": question, "said": tidy(reply)}
    yield Draft("among_passages", draft.record, draft.answer, draft.quotes, shown, slots, others=foreign)


def is_chosen(what: str, draft: Draft) -> bool:
    """Whether a draft is among those that are made harder: one in EVERY."""
    mark = f"{draft.maker} {draft.answer} {sorted(draft.slots.items())}"
    return derive_key(what, draft.record.document_id, mark) % EVERY == 0
