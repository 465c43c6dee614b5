"""Drafts in, rows of examples out: question and reply in one of their wordings, passages within the licence's terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apothecary.engine.seed import derive_key
from apothecary.generate.makers.declare import SLOT, Declaration, Declarations
from apothecary.generate.makers.model import Draft, Quote, Record
from apothecary.generate.makers.show import limit_answer, limit_prompt, show_parts, write_parts

TOO_LONG, NO_ROOM, NO_FORM = "longer than the licence lets it quote", "the passage does not fit", "no wording fits"
FREE_CHECKS = ("steps", "choice", "decide", "absent", "label", "json")  # answers that quote next to nothing


@dataclass(frozen=True)
class Asked:
    """A question in words, and which wording it took."""

    text: str
    register: str
    number: int


class Renderer:
    """Writes the rows of one pack's makers; the same draft always becomes the same row."""

    def __init__(self, declarations: Declarations, seed: int = 0) -> None:
        self.declared, self.seed = declarations, seed

    def pick(self, draft: Draft, what: str, size: int) -> int:
        """Which of `size` alternatives a draft takes; the same for the same document, maker and question."""
        slots = "\0".join(f"{key}={value}" for key, value in sorted(draft.slots.items()))
        return derive_key("wording", self.seed, what, draft.maker, draft.record.document_id, draft.answer, slots) % size

    def ask(self, draft: Draft) -> Asked | None:
        """A draft's question; None where the declaration has no wording for its form."""
        asks = self.declared.makers[draft.maker].ask
        texts = asks.get(draft.form) or asks.get("")
        if not texts:
            return None
        number = self.pick(draft, "ask", len(texts))
        register, wording = texts[number]
        text = fill(wording, draft)
        first = re.match(r"[a-z]+(?=[ :,])", text)
        return Asked(text[:1].upper() + text[1:] if first else text, register, number)

    def reply(self, draft: Draft) -> tuple[str, int] | None:
        """A draft's answer in words and the number of the wording; None where none fits."""
        replies = self.declared.makers[draft.maker].reply
        texts = replies.get(draft.form) or replies.get("")
        if not texts:
            return None
        number = self.pick(draft, "reply", len(texts))
        return fill(texts[number], draft), number

    def render(self, draft: Draft) -> dict[str, Any] | str:
        """A draft to the columns of an example without its id and split, or to the reason why it is dropped."""
        made = self.declared.makers[draft.maker]
        asked, replied = self.ask(draft), self.reply(draft)
        if asked is None or replied is None:
            return NO_FORM
        terms = self.declared.find_terms(draft.record.licence)
        if made.check not in FREE_CHECKS and len(draft.answer) > limit_answer(draft.record, terms):
            return TOO_LONG
        prompt = asked.text
        if made.book == "open":
            shown = self.show(draft, made)
            if shown is None:
                return NO_ROOM
            layouts = self.declared.many if draft.others else self.declared.layouts
            layout = layouts[self.pick(draft, "layout", len(layouts))]
            kind = self.declared.kinds.get(draft.record.source, "text")
            prompt = fill_layout(layout, asked.text, shown, kind, 1 + len(draft.others))
        return self.build_row(draft, made, prompt, replied, asked)

    def show(self, draft: Draft, made: Declaration) -> str | None:
        """The passages of a draft's documents as its prompt shows them; None where they do not fit."""
        texts = []
        for record in (draft.record, *draft.others):
            windows = [one for one in draft.shown if one.section in record.sections]
            needed = [one for one in draft.quotes if any(one.section == window.section for window in windows)]
            needed = needed or [one for one in windows if one.section.kind == "results"] or windows
            parts = show_parts(windows, needed, limit_prompt(record, self.declared.find_terms(record.licence)))
            if not parts:
                return None
            texts.append(write_parts(record, parts, header=made.header or bool(draft.others)))
        if len(texts) > 1:
            order = self.order_records(draft.record, draft.others)
            texts = [f"[{place + 1}] {texts[number]}" for place, number in enumerate(order)]
        return "\n\n".join(texts)

    def order_records(self, record: Record, others: Sequence[Record]) -> list[int]:
        """In which order a document and further ones stand in a prompt, by their numbers; 0 is the document's own."""
        first = derive_key("place", self.seed, record.document_id, *(one.document_id for one in others)) % (
            1 + len(others)
        )
        rest = list(range(1, 1 + len(others)))
        return [*rest[:first], 0, *rest[first:]]

    def build_row(
        self, draft: Draft, made: Declaration, prompt: str, replied: tuple[str, int], asked: Asked
    ) -> dict[str, Any]:
        """The columns of a row."""
        records = (draft.record, *draft.others)
        base = draft.slots.get("base", "")
        return {
            "maker": draft.maker,
            "prompt": prompt,
            "response": replied[0],
            "pack": self.declared.pack,
            "perspective": made.perspective,
            "intent": made.intent,
            "wording": f"{base + '.' if base else ''}{asked.number}.{replied[1]}",
            "entities": [],
            "evidence": [name_quote(quote) for quote in dict.fromkeys(draft.quotes)],
            "sources": list(dict.fromkeys(name_source(record) for record in records)),
            "licences": list(dict.fromkeys(record.licence for record in records)),
            "origin": "document",
            "answer": draft.answer,
            "answer_type": made.answer_type,
            "tolerance": draft.tolerance,
            "choices": list(draft.choices) or None,
            "reasoning": list(draft.steps) or None,
            "difficulty": made.difficulty,
            "register": draft.slots.get("register") or asked.register,
            "safety_class": made.safety,
            "tests": made.tests,
        }


def name_quote(quote: Quote) -> dict[str, Any]:
    """A quote as evidence: characters of the passage's own text."""
    return {"passage_id": quote.section.passage_id, "start": quote.start, "end": quote.end}


def name_source(record: Record) -> str:
    """Where a document comes from, so that its attribution travels with the row."""
    link = next((target for kind, target in record.links if kind == "url"), "")
    return f"{record.document_id} {link}".strip()


def fill(wording: str, draft: Draft) -> str:
    """A wording with its slots filled; what a document says is put in as it is and never read as a wording."""
    slots = {"answer": draft.answer, **draft.slots}
    return tidy(SLOT.sub(lambda found: slots[found[1]], wording))


def tidy(text: str) -> str:
    """A text without two full stops in a row, blanks before a stop, and blanks at its ends; a capital in front."""
    text = re.sub(r"(?<![.])\.\.(?![.])", ".", text).strip()
    text = re.sub(r": (?=- [^\n]*(?:\n|$))", ":\n", text)
    text = re.sub(r"(?<=[?!])\.(?=$|\s)", "", text)
    return re.sub(r" +(?=[.,;](?:\s|$))", "", text)


def fill_layout(layout: str, question: str, passage: str, kind: str, count: int) -> str:
    """A layout with its question and its passages."""
    words = {"question": question, "passage": passage, "kind": kind, "count": str(count)}
    return SLOT.sub(lambda found: words[found[1]], layout)


def list_reasons() -> Sequence[str]:
    """Why drafts are dropped."""
    return (TOO_LONG, NO_ROOM, NO_FORM)
